/** What a sample of paired differences looks like: which interval of its mean can be believed. */
import { sampleSkewness } from "simple-statistics";

/** Differences of this size, relative to the figures compared, are the rounding of wei to doubles. */
const ROUNDING = 1e-9;

/** Where more than this share of the values are alike, the others are events to be counted … */
const ALIKE_MAX = 0.3;
/** … unless there are so many of them that their mean and spread say enough. */
const EVENTS_MANY = 15;
/** Fewer distinct values than this share of all are no sample of a continuous quantity. */
const DISTINCT_MIN = 0.5;
/** Below so many values there is no shape to see. */
const SHAPED_MIN = 6;
/** Beyond this size of the (adjusted Fisher-Pearson) skewness Student's t is not at home. */
const SKEWNESS_MAX = 0.4;
/** The fewest values that are worth resampling. */
const RESAMPLED_MIN = 8;

/** `flat`: all alike. `lumpy`: few events. `skewed`, or `ordinary`. */
export interface Shape {
  readonly kind: "flat" | "lumpy" | "skewed" | "ordinary";
  /** The value that most have; of several the first. */
  readonly common: number;
}

/**
 * Looks at a sample.
 *
 * @param values at least one
 * @param scale size of the figures that the values are differences of
 */
export function shapeOf(values: readonly number[], scale: number): Shape {
  const step = ROUNDING * Math.abs(scale);
  const counts = new Map<number, number>();
  for (const value of values) {
    const cell = step === 0 ? value : Math.round(value / step);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const [first = [0, 0], ...others] = counts;
  const [cell, alike] = others.reduce((most, one) => (one[1] > most[1] ? one : most), first);
  const common = step === 0 ? cell : cell * step;
  const n = values.length;
  if (alike === n) return { kind: "flat", common: values[0] ?? 0 };
  if (n >= SHAPED_MIN) {
    const isRare = alike / n > ALIKE_MAX && n - alike < EVENTS_MANY;
    if (isRare || counts.size < DISTINCT_MIN * n) return { kind: "lumpy", common };
  }
  const isSkewed = n >= RESAMPLED_MIN && Math.abs(sampleSkewness([...values])) > SKEWNESS_MAX;
  return { kind: isSkewed ? "skewed" : "ordinary", common };
}

/** The values less the common one, where rounding is nothing. */
export function eventsOf(values: readonly number[], { common }: Shape, scale: number): number[] {
  const step = 2 * ROUNDING * Math.abs(scale);
  return values.map((value) => (Math.abs(value - common) <= step ? 0 : value - common));
}
