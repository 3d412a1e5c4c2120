/** Which of the runners that an orchestrator lists count. */

import { lowerCase, trimGoSpace } from "../../core/go-text.js";
import type { Rational } from "../../core/rational.js";
import { type Decimal, isAbove, parseDecimal } from "./decimal.js";
import type { Runner } from "./runner-list.js";

/** Units that a runner's price may be in. */
export const RUNNER_PRICE_UNITS: readonly string[] = ["seconds", "720p-pixel-seconds", "fixed"];

const MAX_METADATA_BYTES = 1024;

/**
 * The price of a runner: wei for one of its unit, a JSON number as written.
 *
 * @returns null if it tells none that is above 0, in wei, and in one of {@link RUNNER_PRICE_UNITS}
 */
export function runnerPrice(runner: Pick<Runner, "price">): {
  readonly wei: string;
  readonly unit: string;
} | null {
  const read = readPrice(runner);
  return read && { wei: read.text, unit: read.unit };
}

function readPrice({ price }: Pick<Runner, "price">): {
  readonly text: string;
  readonly wei: Decimal;
  readonly unit: string;
} | null {
  if (price === null || plain(price.currency) !== "wei") return null;
  const unit = plain(price.unit);
  const wei = parseDecimal(price.price);
  if (wei === null || wei.mantissa <= 0n || !RUNNER_PRICE_UNITS.includes(unit)) return null;
  return { text: price.price, wei, unit };
}

/**
 * Why a runner does not count.
 *
 * @param maxPrice the gateway's global maximum, wei; null = none. It is compared with the price as a
 *   bare number, whatever the unit
 * @returns null if it does
 */
export function runnerRejection(runner: Runner, maxPrice: Rational | null): string | null {
  if (runner.url === "") return "it has no URL";
  if (trimGoSpace(runner.app) === "") return "it names no app";
  if (Buffer.byteLength(runner.metadata) > MAX_METADATA_BYTES) {
    return `its metadata is longer than ${MAX_METADATA_BYTES} bytes`;
  }
  if (runner.metadata.includes("\uFFFD")) return "its metadata is not UTF-8";
  const price = readPrice(runner);
  if (price === null) return "it has no price above 0 in wei and a known unit";
  if (maxPrice !== null && isAbove(price.wei, maxPrice)) return "its price is above the maximum";
  return null;
}

function plain(text: string): string {
  return lowerCase(trimGoSpace(text));
}
