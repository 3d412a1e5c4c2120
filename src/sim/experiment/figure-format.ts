/** How the verdict's sentence writes figures: relative to the baseline where demand is a guess. */
import { FEES, isMoney, isShare } from "./metric-names.js";
import type { Samples } from "./samples.js";

/** A baseline below this share of its fees is no yardstick for what the operator keeps. */
const YARDSTICK_MIN = 0.01;

function digits(value: number): string {
  const text = value.toPrecision(3);
  return String(Number(text));
}

/**
 * @param options.isRelative write amounts as shares of the baseline's
 * @returns writes a figure that is not negative, with its unit
 */
export function figureFormat(options: {
  readonly baseline: Samples;
  readonly isRelative: boolean;
}): (metric: string, value: number) => string {
  const { baseline, isRelative } = options;
  const fees = Math.abs(baseline.mean(FEES) ?? 0);
  return (metric, value) => {
    if (isShare(metric)) return `${digits(value * 100)} percentage points`;
    const unit = isMoney(metric) ? " ETH per day" : "";
    if (!isRelative) return `${digits(value)}${unit}`;
    const own = Math.abs(baseline.mean(metric) ?? 0);
    if (isMoney(metric) && own <= YARDSTICK_MIN * fees && fees > 0) {
      return `${digits((100 * value) / fees)} % of the baseline's fees`;
    }
    return own > 0 ? `${digits((100 * value) / own)} %` : `${digits(value)}${unit}`;
  };
}
