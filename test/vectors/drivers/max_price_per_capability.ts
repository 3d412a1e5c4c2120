/** max_price_per_capability.json: prices of options, their currencies, and what a gateway makes of them. */
import {
  AutoConvertedPrice,
  feedPrice,
  globalMaxPrice,
  jobMaxPrice,
  type PriceFeed,
  parseCapabilityPrices,
  parsePricePerUnit,
  Rational,
  RemoteError,
  readMaxPrices,
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

type FeedIn = Maybe<{
  readonly base?: Maybe<string>;
  readonly quote?: Maybe<string>;
  readonly price?: Maybe<string>;
  readonly descriptionError?: Maybe<string>;
  readonly currentError?: Maybe<string>;
}>;

type In =
  | { readonly fn: "parsePricePerUnit"; readonly text: Maybe<string> }
  | {
      readonly fn: "autoConvertedPrice";
      readonly currency: Maybe<string>;
      readonly basePrice: Maybe<string>;
      readonly feed: FeedIn;
      readonly updates?: Maybe<readonly string[]>;
    }
  | { readonly fn: "computePriceData"; readonly answer: Maybe<string>; readonly decimals: number }
  | {
      readonly fn: "startup";
      readonly maxPricePerCapability?: Maybe<string>;
      readonly maxPricePerUnit?: Maybe<string>;
      readonly pixelsPerUnit?: Maybe<string>;
      readonly feed: FeedIn;
    };

interface Out {
  readonly price?: Maybe<string>;
  readonly currency?: Maybe<string>;
  readonly error?: Maybe<string>;
  readonly value?: Maybe<string>;
  readonly values?: Maybe<readonly string[]>;
  readonly fatal?: Maybe<string>;
  readonly parsed?: unknown;
  readonly maxPrices?: Maybe<Readonly<Record<string, Readonly<Record<string, string>>>>>;
  readonly jobTextToImageM1?: Maybe<string>;
}

const TEXT_TO_IMAGE = 27;

function feedOf(given: FeedIn): PriceFeed | null {
  if (given === null || given === undefined) return null;
  const { descriptionError, currentError } = given;
  const failing = (message: string) => new RemoteError(message, { code: "PRICE_FEED" });
  return {
    currencies: () => {
      if (typeof descriptionError === "string") throw failing(descriptionError);
      return { base: given.base ?? "", quote: given.quote ?? "" };
    },
    price: () => {
      if (typeof currentError === "string") throw failing(currentError);
      return rational(given.price) ?? Rational.ZERO;
    },
  };
}

export const outcome: Outcome = (given: In) => {
  switch (given.fn) {
    case "parsePricePerUnit": {
      const { amount, currency } = parsePricePerUnit(given.text ?? "");
      return { price: rationalText(amount), currency };
    }
    case "autoConvertedPrice": {
      const amount = rational(given.basePrice) ?? Rational.ZERO;
      const price = new AutoConvertedPrice(
        { amount, currency: given.currency ?? "" },
        feedOf(given.feed),
      );
      const value = rationalText(price.value);
      const { updates } = given;
      if (!updates) return { value };
      return {
        value,
        values: updates.map((one) => rationalText(price.update(Rational.parse(one)))),
      };
    }
    case "computePriceData":
      return { price: rationalText(feedPrice(whole(given.answer), given.decimals)) };
    case "startup":
      return started(given);
    default:
      return unknownKind(JSON.stringify(given));
  }
};

function started(given: Extract<In, { readonly fn: "startup" }>): Out {
  const text = given.maxPricePerCapability ?? "";
  const entries = attempt(() => parseCapabilityPrices(text));
  const parsed =
    "value" in entries
      ? entries.value.map(({ pricePerUnit, pixelsPerUnit, ...rest }) => ({
          ...rest,
          pricePerUnit: rationalText(pricePerUnit),
          pixelsPerUnit: rationalText(pixelsPerUnit),
        }))
      : null;
  const read = attempt(() =>
    readMaxPrices({
      maxPricePerCapability: text,
      maxPricePerUnit: given.maxPricePerUnit ?? "0",
      pixelsPerUnit: given.pixelsPerUnit ?? "1",
      feed: feedOf(given.feed),
    }),
  );
  if ("threw" in read) {
    expect(read.threw).toHaveProperty("code", "MAX_PRICE");
    return { fatal: read.threw.message, parsed };
  }
  const { prices, ignored } = read.value;
  expect(ignored === null).toBe(parsed !== null || text === "");
  const anyModel = { warm: false, capacity: 0, runnerVersion: "" };
  return {
    fatal: null,
    parsed,
    maxPrices: Object.fromEntries(
      [...prices].map(([capability, models]) => [
        capability,
        Object.fromEntries([...models].map(([model, price]) => [model, String(price)])),
      ]),
    ),
    jobTextToImageM1: rationalText(
      jobMaxPrice({
        job: new Map([[TEXT_TO_IMAGE, new Map([["m1", anyModel]])]]),
        capabilityMaxPrices: prices,
        maxPrice: globalMaxPrice(prices),
      }),
    ),
  };
}

export const driver: Driver = ({ in: given, out }: VectorCase<In, Out>) => {
  if (isPanic(out)) {
    survive(() => outcome(given));
    return;
  }
  if (typeof out.error === "string") {
    expect(attempt(() => outcome(given))).toHaveProperty(
      "threw.code",
      expect.stringMatching(/^(PRICE_TEXT|PRICE_CURRENCY|PRICE_FEED)$/),
    );
    return;
  }
  const { error: _, fatal, ...recorded } = out;
  const actual = outcome(given) as Out;
  if (given.fn !== "startup") {
    expect(actual).toEqual(recorded);
    return;
  }
  const { fatal: told, ...rest } = actual;
  expect(told === null, String(told ?? fatal)).toBe((fatal ?? null) === null);
  expect(rest).toEqual(recorded);
};
