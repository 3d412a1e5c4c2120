/** Figures as people read them: as many digits as their interval supports, amounts in ETH. */
import { counted, fixed, signed } from "../../core/wording.js";
import type { Estimate } from "../results.js";

/** What a figure measures: fixes its unit and digits. */
export type Kind = "share" | "count" | "mean" | "eth" | "ms" | "seconds" | "ratio";

/** How the figures of one row or column are written. */
export interface Scale {
  readonly factor: number;
  /** Empty for pure numbers. */
  readonly unit: string;
  /** Digits after the point that are always enough. */
  readonly decimalsMax: number;
}

const FIXED: Readonly<Record<Exclude<Kind, "eth">, Scale>> = {
  share: { factor: 100, unit: "%", decimalsMax: 3 },
  count: { factor: 1, unit: "", decimalsMax: 0 },
  mean: { factor: 1, unit: "", decimalsMax: 1 },
  ms: { factor: 1, unit: "ms", decimalsMax: 0 },
  seconds: { factor: 1, unit: "s", decimalsMax: 2 },
  ratio: { factor: 1, unit: "", decimalsMax: 3 },
};

/**
 * The scale for figures of a kind: amounts in ETH, thousandths of it (mETH) or gwei, whatever
 * suits the largest.
 */
export function scaleFor(kind: Kind, values: readonly number[]): Scale {
  if (kind !== "eth") return FIXED[kind];
  const largest = Math.max(0, ...values.map(Math.abs));
  if (largest === 0 || largest >= 0.1) return { factor: 1, unit: "ETH", decimalsMax: 5 };
  if (largest >= 1e-5) return { factor: 1e3, unit: "mETH", decimalsMax: 5 };
  return { factor: 1e9, unit: "gwei", decimalsMax: 0 };
}

/** A label with the unit of its figures. */
export function withUnit(label: string, { unit }: Scale): string {
  return unit === "" ? label : `${label}, ${unit}`;
}

function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

/** Digits after the point: two of the uncertainty's, or three of a figure without one. */
function decimalsOf(value: number, uncertainty: number, decimalsMax: number): number {
  const wanted = uncertainty > 0 ? 1 - magnitude(uncertainty) : 2 - magnitude(value);
  return Math.min(decimalsMax, Math.max(0, wanted));
}

/** A figure without its interval. */
export function figure(value: number, scale: Scale): string {
  const scaled = value * scale.factor;
  return fixed(scaled, decimalsOf(scaled, 0, scale.decimalsMax));
}

/**
 * The figures of a column, all with equally many digits: three for the largest of them, and one
 * more after the point where the smallest would have less than two.
 */
export function figures(values: readonly (number | undefined)[], scale: Scale): readonly string[] {
  const scaled = values.map((value) => (value === undefined ? undefined : value * scale.factor));
  const sizes = scaled.flatMap((value) => (value ? Math.abs(value) : []));
  const [largest, smallest] = [Math.max(0, ...sizes), Math.min(...sizes)];
  const forLargest = sizes.length === 0 ? 0 : Math.max(0, 2 - magnitude(largest));
  const forSmallest = sizes.length === 0 ? 0 : Math.max(0, 1 - magnitude(smallest));
  const wanted = Math.max(forLargest, Math.min(forSmallest, forLargest + 1));
  const decimals = Math.min(scale.decimalsMax, wanted);
  return scaled.map((value) => (value === undefined ? "" : fixed(value, decimals)));
}

/** Half the width of an interval; the longer half where it is lopsided. */
function halfWidth({ mean, ci95: [low, high] }: Pick<Estimate, "mean" | "ci95">): number {
  return Math.max(mean - low, high - mean);
}

/** Whether an interval ends nearer on one side: nothing is possible beyond. */
function isCut({ mean, ci95: [low, high] }: Estimate): boolean {
  return Math.abs(high - mean - (mean - low)) > 1e-6 * (high - low);
}

/** `4.93 ± 0.12`, `0.2 (0.0 … 0.6)` where one end is nearer; no interval where there was one replication only. */
export function estimateText(estimate: Estimate, scale: Scale): string {
  const half = halfWidth(estimate) * scale.factor;
  if (estimate.n < 2 || !Number.isFinite(half)) return figure(estimate.mean, scale);
  const mean = estimate.mean * scale.factor;
  const decimals = decimalsOf(mean, half, scale.decimalsMax);
  if (isCut(estimate)) {
    const [low, high] = estimate.ci95.map((end) => fixed(end * scale.factor, decimals));
    return `${fixed(mean, decimals)} (${low} … ${high})`;
  }
  return `${fixed(mean, decimals)} ± ${fixed(half, decimals)}`;
}

/** `−0.83 (−1.01 … −0.64)`: a difference with its interval. */
export function differenceText(
  difference: Pick<Estimate, "mean" | "ci95">,
  { factor, decimalsMax }: Scale,
): string {
  const mean = difference.mean * factor;
  const [low, high] = difference.ci95.map((end) => end * factor);
  if (low === undefined || high === undefined || !Number.isFinite(low + high)) {
    return signed(mean, decimalsOf(mean, 0, decimalsMax));
  }
  const decimals = decimalsOf(mean, halfWidth(difference) * factor, decimalsMax);
  const interval = `${signed(low, decimals)} … ${signed(high, decimals)}`;
  return `${signed(mean, decimals)} (${interval})`;
}

/** A span of time in its largest unit: `3 h`, `90 min`. */
export function spanText(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48 && hours % 24 === 0) return counted(hours / 24, "day");
  if (hours >= 1) return `${fixed(hours, Number.isInteger(hours) ? 0 : 2)} h`;
  return `${fixed(ms / 60_000, ms % 60_000 === 0 ? 0 : 1)} min`;
}
