/** Amounts of money as people read them: ETH exactly, with the wei beside them in JSON. */
import { InvalidArgumentError } from "commander";
import { Rational } from "../../core/rational.js";
import { price } from "../discover/values.js";

const DECIMALS = 18;

/** All digits that there are, none that there are not: `0.0125 ETH`. */
export function ethText(wei: bigint): string {
  const digits = (wei < 0n ? -wei : wei).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  const whole = digits.slice(0, -DECIMALS);
  return `${wei < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`} ETH`;
}

/** Reads `5000000000000000` or `0.005eth` as whole wei, at least 1. */
export function weiAmount(text: string): bigint {
  const [, digits, unit = "wei"] = /^(\d+(?:\.\d+)?)(wei|eth)?$/i.exec(text) ?? [];
  const wei = digits === undefined ? Rational.ZERO : price(`${digits}${unit}`);
  if (wei.den !== 1n || wei.sign() < 1) {
    throw new InvalidArgumentError("expected an amount such as 0.005eth, or wei");
  }
  return wei.num;
}

/** Reads a part of a whole, 0 … 1: `0.05`, `1/20`. */
export function part(text: string): Rational {
  let value: Rational | null = null;
  try {
    value = Rational.parse(text);
  } catch {
    // Said below.
  }
  if (value === null || value.sign() < 0 || value.compare(Rational.ONE) > 0) {
    throw new InvalidArgumentError("expected a number or fraction from 0 to 1");
  }
  return value;
}
