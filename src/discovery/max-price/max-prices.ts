/** The highest prices that a gateway pays, as it reads them of its options. */
import { InputError, PoolsimError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import { pipelineToCapability } from "../capability.js";
import { DEFAULT_MODEL, type MaxPrices } from "../price.js";
import { type CapabilityMaxPrice, parseCapabilityPrices } from "./capability-prices.js";
import {
  AutoConvertedPrice,
  type CurrencyAmount,
  type PriceFeed,
  parsePricePerUnit,
} from "./currency.js";
import { parseGoRational } from "./go-rational.js";

/** Where the maximum of everything without one of its own is kept. */
export const GLOBAL_MAX_PRICE = -1;

/** The options, as text. */
export interface MaxPriceOptions {
  /** `-maxPricePerUnit`. @default "0", which means any */
  readonly maxPricePerUnit?: string | undefined;
  /** `-pixelsPerUnit`. @default "1" */
  readonly pixelsPerUnit?: string | undefined;
  /** `-maxPricePerCapability`, or what its file holds; empty = not given. @default "" */
  readonly maxPricePerCapability?: string | undefined;
  /** What currencies are converted by; null (default) = nothing. */
  readonly feed?: PriceFeed | null | undefined;
}

/** What becomes of them. */
export interface GatewayMaxPrices {
  /** Wei per unit by model, by capability; the global maximum is {@link globalMaxPrice}. */
  readonly prices: MaxPrices;
  /** Why `-maxPricePerCapability` is ignored as a whole; null = it is not. */
  readonly ignored: InputError | null;
}

/**
 * Reads the options as a gateway or remote signer does at its start. Where those exit, this
 * throws; a `-maxPricePerCapability` that cannot be read is ignored, which is told.
 *
 * @throws InputError (`MAX_PRICE`) for an option that the node does not start with; its cause has
 *   the code of what is wrong
 */
export function readMaxPrices(options: MaxPriceOptions): GatewayMaxPrices {
  const { maxPricePerUnit = "0", pixelsPerUnit = "1", maxPricePerCapability = "" } = options;
  const feed = options.feed ?? null;
  const pixels = parseGoRational(pixelsPerUnit);
  if (pixels === null || pixels.den !== 1n || pixels.sign() <= 0) {
    throw refused(`-pixelsPerUnit must be a whole number above 0, not ${quoted(pixelsPerUnit)}`);
  }
  const most = orRefuse("-maxPricePerUnit", () => parsePricePerUnit(maxPricePerUnit));
  const prices = new Map<number, Map<string, Rational>>();
  if (most.amount.sign() > 0) {
    const perPixel = { ...most, amount: most.amount.div(pixels) };
    const price = orRefuse("-maxPricePerUnit", () => new AutoConvertedPrice(perPixel, feed));
    prices.set(GLOBAL_MAX_PRICE, new Map([[DEFAULT_MODEL, price.value]]));
  }
  if (maxPricePerCapability === "") return { prices, ignored: null };
  let entries: readonly CapabilityMaxPrice[];
  try {
    entries = parseCapabilityPrices(maxPricePerCapability);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { prices, ignored: error };
  }
  for (const entry of entries) addEntry(prices, entry, { pixels, most, feed });
  return { prices, ignored: null };
}

function addEntry(
  prices: Map<number, Map<string, Rational>>,
  { pipeline, modelId, pricePerUnit, pixelsPerUnit, currency }: CapabilityMaxPrice,
  { pixels, most, feed }: { pixels: Rational; most: CurrencyAmount; feed: PriceFeed | null },
): void {
  const unit = positive(pixelsPerUnit) ?? pixels;
  // The number that is borrowed is taken in the entry's own currency.
  const amount = positive(pricePerUnit) ?? positive(most.amount);
  if (amount === null) return;
  const capability = pipelineToCapability(pipeline);
  if (capability === undefined) {
    throw refused(`-maxPricePerCapability names the pipeline ${quoted(pipeline)}, which is none`);
  }
  const price = orRefuse(
    `-maxPricePerCapability for ${pipeline}`,
    () => new AutoConvertedPrice({ amount: amount.div(unit), currency }, feed),
  );
  const models = prices.get(capability) ?? new Map<string, Rational>();
  models.set(modelId, price.value);
  prices.set(capability, models);
}

/** The maximum of everything without one of its own, wei per unit; null = any price. */
export function globalMaxPrice(prices: MaxPrices): Rational | null {
  return prices.get(GLOBAL_MAX_PRICE)?.get(DEFAULT_MODEL) ?? null;
}

function positive(value: Rational | null): Rational | null {
  return value !== null && value.sign() > 0 ? value : null;
}

function orRefuse<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PoolsimError)) throw error;
    throw refused(`${option}: ${error.message}`, error);
  }
}

function refused(message: string, cause?: unknown): InputError {
  return new InputError(message, { code: "MAX_PRICE", cause });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
