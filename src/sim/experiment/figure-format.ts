/** How the verdict's sentence writes figures: relative to the baseline where demand is a guess. */
import { FEES, isMoney, unitOf } from "./metric-names.js";
import type { Samples } from "./samples.js";

/** A baseline below this share of its fees is no yardstick for an amount of money. */
const YARDSTICK_MIN = 0.01;

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** To two decimals and three digits; what is not 0 and yet rounds to it is `0.00`. */
function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.005) return "0.00";
  return String(Number(value < 10 ? value.toFixed(2) : value.toPrecision(3)));
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
    const unit = unitOf(metric) ?? "1";
    if (unit === "share") return `${percent(value)} percentage points`;
    const absolute = unit === "1" ? digits(value) : `${digits(value)} ${unit}`;
    if (!isRelative) return absolute;
    const own = Math.abs(baseline.mean(metric) ?? 0);
    if (isMoney(metric) && own <= YARDSTICK_MIN * fees && fees > 0) {
      return `${percent(value / fees)} % of the baseline's fees`;
    }
    return own > 0 ? `${percent(value / own)} %` : absolute;
  };
}
