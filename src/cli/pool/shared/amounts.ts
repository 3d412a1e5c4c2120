/** Amounts of money as people read them: ETH exactly, with the wei beside them in JSON. */
import { InvalidArgumentError } from "commander";
import { Rational } from "../../../core/rational.js";

const DECIMALS = 18;

/** All digits that there are, none that there are not: `0.0125 ETH`. */
export function ethText(wei: bigint): string {
  const digits = (wei < 0n ? -wei : wei).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  const whole = digits.slice(0, -DECIMALS);
  return `${wei < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`} ETH`;
}

const UNITS: Readonly<Record<string, bigint>> = { wei: 1n, gwei: 10n ** 9n, eth: 10n ** 18n };
/** All ETH that there is, several hundred times. */
const WEI_LIMIT = 2n ** 96n;

/** Reads `5000000000000000`, `10gwei` or `0.005eth` as whole wei, from 1 to below 2^96. */
export function weiAmount(text: string): bigint {
  const [, digits, unit = "wei"] = /^(\d+(?:\.\d+)?)(wei|gwei|eth)?$/i.exec(text) ?? [];
  const value = digits === undefined ? null : exactNumber(digits);
  const wei = value?.mul(Rational.of(UNITS[unit.toLowerCase()] ?? 1n)) ?? Rational.ZERO;
  if (wei.den !== 1n || wei.sign() < 1) {
    throw new InvalidArgumentError("expected an amount such as 0.005eth, 10gwei, or wei");
  }
  if (wei.num >= WEI_LIMIT) {
    throw new InvalidArgumentError("there is not so much ETH; expected less than 2^96 wei");
  }
  return wei.num;
}

/** A number or fraction; null if it is none. Says how to write one that begins with its point. */
export function exactNumber(text: string): Rational | null {
  const [, fraction] = /^[+-]?(\.\d+)$/.exec(text) ?? [];
  if (fraction !== undefined) {
    throw new InvalidArgumentError(`a 0 is missing before the point; expected 0${fraction}`);
  }
  try {
    return Rational.parse(text);
  } catch {
    return null;
  }
}

/** Reads a part of a whole, 0 … 1: `0.05`, `1/20`. */
export function part(text: string): Rational {
  const value = exactNumber(text);
  if (value === null || value.sign() < 0 || value.compare(Rational.ONE) > 0) {
    throw new InvalidArgumentError("expected a number or fraction from 0 to 1, e.g. 0.25 or 1/4");
  }
  return value;
}
