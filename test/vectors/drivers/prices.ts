/** prices.json: prices and their fixed-point forms. */
import {
  clampInt64,
  fixedToPrice,
  pricePerPixel,
  priceToFixed,
  Rational,
  tokensToFixed,
  wholePrice,
} from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";
import { attempt, rational, rationalText } from "../json.js";

type In =
  | {
      readonly fn: "ratPriceInfo";
      readonly priceInfo: { readonly pricePerUnit: string; readonly pixelsPerUnit: string } | null;
    }
  | { readonly fn: "priceToFixed"; readonly price: string | null }
  | { readonly fn: "fixedToPrice"; readonly fixed: string }
  | { readonly fn: "baseTokenAmountToFixed"; readonly amount: string | null }
  | { readonly fn: "priceToInt64"; readonly price: string }
  | { readonly fn: "toInt64"; readonly value: string };

interface Out {
  readonly error?: string | null;
  readonly price?: string | null;
  readonly fixed?: string;
  readonly value?: string;
}

function run(input: In): string | null {
  switch (input.fn) {
    case "ratPriceInfo": {
      const { priceInfo } = input;
      const price = pricePerPixel(
        priceInfo && {
          pricePerUnit: BigInt(priceInfo.pricePerUnit),
          pixelsPerUnit: BigInt(priceInfo.pixelsPerUnit),
        },
      );
      return rationalText(price);
    }
    case "priceToFixed":
      return String(priceToFixed(rational(input.price)));
    case "fixedToPrice":
      return rationalText(fixedToPrice(BigInt(input.fixed)));
    case "baseTokenAmountToFixed":
      return String(tokensToFixed(input.amount === null ? null : BigInt(input.amount)));
    case "priceToInt64":
      return rationalText(Rational.of(wholePrice(Rational.parse(input.price))));
    case "toInt64":
      return String(clampInt64(BigInt(input.value)));
    default:
      return unknownKind(JSON.stringify(input));
  }
}

export const driver: Driver = ({ in: input, out }: VectorCase<In, Out>) => {
  const outcome = attempt(() => run(input));
  if (typeof out.error === "string") {
    expect(outcome).toHaveProperty("threw.code", expect.stringMatching(/^PRICE_/));
  } else {
    expect(outcome).toEqual({ value: out.fixed ?? out.value ?? out.price });
  }
};
