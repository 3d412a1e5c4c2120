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
import {
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { attempt, type Maybe, rational, rationalText, whole } from "../json.js";

type In =
  | {
      readonly fn: "ratPriceInfo";
      readonly priceInfo: Maybe<{
        readonly pricePerUnit: Maybe<string>;
        readonly pixelsPerUnit: Maybe<string>;
      }>;
    }
  | { readonly fn: "priceToFixed"; readonly price: Maybe<string> }
  | { readonly fn: "fixedToPrice"; readonly fixed: Maybe<string> }
  | { readonly fn: "baseTokenAmountToFixed"; readonly amount: Maybe<string> }
  | { readonly fn: "priceToInt64"; readonly price: Maybe<string> }
  | { readonly fn: "toInt64"; readonly value: Maybe<string> };

interface Out {
  readonly error?: string | null;
  readonly price?: string | null;
  readonly fixed?: string;
  readonly value?: string;
}

export const outcome: Outcome = (given: In): Out => {
  switch (given.fn) {
    case "ratPriceInfo": {
      const { priceInfo } = given;
      const price = pricePerPixel(
        priceInfo
          ? {
              pricePerUnit: whole(priceInfo.pricePerUnit),
              pixelsPerUnit: whole(priceInfo.pixelsPerUnit),
            }
          : null,
      );
      return { price: rationalText(price) };
    }
    case "priceToFixed":
      return { fixed: String(priceToFixed(rational(given.price))) };
    case "fixedToPrice":
      return { price: rationalText(fixedToPrice(whole(given.fixed))) };
    case "baseTokenAmountToFixed":
      return { fixed: String(tokensToFixed(given.amount ? BigInt(given.amount) : null)) };
    case "priceToInt64": {
      const price = rational(given.price) ?? Rational.ZERO;
      return { price: rationalText(Rational.of(wholePrice(price))) };
    }
    case "toInt64":
      return { value: String(clampInt64(whole(given.value))) };
    default:
      return unknownKind(JSON.stringify(given));
  }
};

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  const actual = attempt(() => outcome(given));
  if (typeof out.error === "string") {
    expect(actual).toHaveProperty("threw.code", expect.stringMatching(/^PRICE_/));
  } else {
    const { price, fixed, value } = out;
    const recorded = fixed ?? value ?? price ?? null;
    expect("value" in actual ? Object.values(actual.value as Out) : actual).toEqual([recorded]);
  }
};
