/** Prices: exact fractions of wei per pixel, and their fixed-point forms (R-1 … R-3, B-9). */
import { InputError, RemoteError } from "../core/errors.js";
import { Rational } from "../core/rational.js";
import type { PerCapability } from "./capabilities.js";
import type { PriceInfo } from "./orchestrator-info.js";
import type { Rejection } from "./rejection.js";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const PRICE_SCALE = Rational.of(1000n);
const TOKEN_SCALE = Rational.of(100_000n, 10n ** 18n);

/** The entry that counts for every model without one of its own. */
export const DEFAULT_MODEL = "default";

/**
 * The price of an answer in wei per pixel; may be negative.
 *
 * @param priceInfo null = none was sent
 * @returns null when none was sent
 * @throws RemoteError (`PRICE_PIXELS_ZERO`) for zero pixels
 */
export function pricePerPixel(priceInfo: PriceInfo | null): Rational | null {
  if (priceInfo === null) return null;
  if (priceInfo.pixelsPerUnit === 0n) {
    throw new RemoteError("a price per 0 pixels", { code: "PRICE_PIXELS_ZERO" });
  }
  return Rational.of(priceInfo.pricePerUnit, priceInfo.pixelsPerUnit);
}

/**
 * A price in thousandths of a wei per pixel, cut toward zero, kept within 64 bits (B-9).
 *
 * @throws InputError (`PRICE_MISSING`) for null
 */
export function priceToFixed(price: Rational | null): bigint {
  return toFixed(price, PRICE_SCALE);
}

/** The price that {@link priceToFixed} stands for. */
export function fixedToPrice(fixed: bigint): Rational {
  return Rational.of(fixed, 1000n);
}

/**
 * An amount of tokens in hundred-thousandths of a token, cut toward zero, kept within 64 bits
 * (B-9): the unit of stakes.
 *
 * @param amount in base units, 10^18 to a token
 * @throws InputError (`PRICE_MISSING`) for null
 */
export function tokensToFixed(amount: bigint | null): bigint {
  return toFixed(amount === null ? null : Rational.of(amount), TOKEN_SCALE);
}

/**
 * A price rounded down to whole wei per pixel.
 *
 * @throws InputError (`PRICE_RANGE`) when it does not fit 64 bits
 */
export function wholePrice(price: Rational): bigint {
  const whole = price.floor();
  if (whole > INT64_MAX || whole < INT64_MIN) {
    throw new InputError(`the price ${price} does not fit 64 bits`, { code: "PRICE_RANGE" });
  }
  return whole;
}

/**
 * A big integer as the chain client keeps it (B-7): the largest 64-bit one if it is above that,
 * else its low 64 bits, read as signed, so that what is below −2^63 wraps around.
 */
export function clampInt64(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : BigInt.asIntN(64, value);
}

/** Maximum prices in wei per pixel by model id, by capability number. */
export type MaxPrices = ReadonlyMap<number, ReadonlyMap<string, Rational>>;

/**
 * The highest price that a job may cost: the sum over the models that it asks for, each
 * with its own price or its capability's default; the gateway's maximum where that is 0, which
 * it always is for video.
 *
 * @param options `job`: the models asked for, null = none; `capabilityMaxPrices`: the highest price
 *   of each model ({@link DEFAULT_MODEL} = the capability's default); `maxPrice`: the gateway's
 *   maximum for everything else, null = none
 * @returns null when there is no limit
 */
export function jobMaxPrice({
  job,
  capabilityMaxPrices,
  maxPrice,
}: {
  readonly job: PerCapability | null;
  readonly capabilityMaxPrices: MaxPrices;
  readonly maxPrice: Rational | null;
}): Rational | null {
  let sum = Rational.ZERO;
  for (const [capability, models] of job ?? []) {
    const prices = capabilityMaxPrices.get(capability);
    for (const model of models.keys()) {
      const price = prices?.get(model) ?? prices?.get(DEFAULT_MODEL);
      if (price !== undefined) sum = sum.add(price);
    }
  }
  return sum.sign() === 0 ? maxPrice : sum;
}

/**
 * Why selection passes over an answer because of its price (L-10), or null when it does not.
 * Discovery itself never looks at it (D-26).
 *
 * @param priceInfo of the answer; null = none was sent
 * @param maxPrice see {@link jobMaxPrice}; null = no limit
 */
export function priceRejection(
  priceInfo: PriceInfo | null,
  maxPrice: Rational | null,
): Rejection | null {
  if (maxPrice === null) return null;
  if (priceInfo === null) return { rule: "L-10", reason: "price-missing", detail: "none was sent" };
  const { pricePerUnit, pixelsPerUnit } = priceInfo;
  if (pixelsPerUnit === 0n) {
    return { rule: "R-1", reason: "price-invalid", detail: `${pricePerUnit} wei for 0 pixels` };
  }
  const price = Rational.of(pricePerUnit, pixelsPerUnit);
  if (price.compare(maxPrice) <= 0) return null;
  const detail = `${price.toFixed(3)} wei per pixel, the maximum is ${maxPrice.toFixed(3)}`;
  return { rule: "L-10", reason: "price-above-max", detail };
}

function toFixed(value: Rational | null, scale: Rational): bigint {
  if (value === null) throw new InputError("there is no amount", { code: "PRICE_MISSING" });
  const fixed = value.mul(scale).trunc();
  return fixed > INT64_MAX ? INT64_MAX : fixed < INT64_MIN ? INT64_MIN : fixed;
}
