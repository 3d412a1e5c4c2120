/** How the verdict's sentence writes figures: relative to the baseline where demand is a guess. */
import { unitOf } from "../metric-names.js";
import type { Samples } from "../samples.js";

/** A number to three digits, and so many more. */
export function digits(value: number, more = 0): string {
  return String(Number(value.toPrecision(3 + more)));
}

/** A share in percent, to two decimals and three digits, and so many more; what is not 0 and rounds to it is `0.00`. */
export function percent(share: number, more = 0): string {
  const value = 100 * share;
  if (value > 0 && value < 0.005) return "0.00";
  return String(Number(value < 10 ? value.toFixed(2 + more) : value.toPrecision(3 + more)));
}

/**
 * @param options.isRelative write amounts as shares of the baseline's
 * @returns writes a figure that is not negative, with its unit, and with so many digits more than usual
 */
export function figureFormat(options: {
  readonly baseline: Samples;
  readonly isRelative: boolean;
}): (metric: string, value: number, more?: number) => string {
  const { baseline, isRelative } = options;
  return (metric, value, more = 0) => {
    const unit = unitOf(metric) ?? "1";
    if (unit === "share") return `${percent(value, more)} percentage points`;
    const absolute = unit === "1" ? digits(value, more) : `${digits(value, more)} ${unit}`;
    if (!isRelative) return absolute;
    const own = Math.abs(baseline.mean(metric) ?? 0);
    return own > 0 ? `${percent(value / own, more)} %` : absolute;
  };
}
