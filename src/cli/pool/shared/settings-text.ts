/** How the books are kept, as commands show it. */
import { utcText } from "../../../core/utc.js";
import type { CommissionRate } from "../../../pool/books/commission.js";
import { DEFAULT_LIMITS, LIMIT_KEYS, type PoolLimits } from "../../../pool/books/limits.js";
import type { PoolSettings } from "../../../pool/books/settings.js";
import { ethText } from "./amounts.js";
import { lines, plainRational } from "./output.js";

/** `1/4 of ai in eu-central from 2026-02-01T00:00:00Z`. */
function rateText({ rate, nodeType, region, fromMs }: CommissionRate): string {
  const what = nodeType === null ? "everything" : nodeType;
  const where = region === null ? "" : ` in ${region}`;
  return `${plainRational(rate)} of ${what}${where}${fromMs === 0 ? "" : ` from ${utcText(fromMs)}`}`;
}

/** For people and for programs. */
export function formatSettings(settings: PoolSettings): {
  readonly rows: readonly (readonly [string, string])[];
  readonly json: object;
} {
  const { commission, schemeName, feeShare, weights, renditions, windowRounds } = settings;
  const { duration, pixels } = weights;
  const rates = commission.rates.map((rate, index): [string, string] => [
    index === 0 ? "commission" : "",
    rateText(rate),
  ]);
  const splitting: [string, string][] = [
    [
      "weights",
      `${plainRational(duration)} a second, ${plainRational(pixels)} a pixel, ${plainRational(weights.renditions)} a rendition`,
    ],
    ["renditions", `${renditions} where an event does not say`],
  ];
  const isWindow = schemeName === "sliding-window";
  return {
    rows: [
      ["scheme", schemeName],
      ...rates,
      ["delegators' part", plainRational(feeShare)],
      ...(schemeName === "per-job" ? [] : splitting),
      ...(isWindow ? ([["window", `${windowRounds} rounds`]] as const) : []),
    ],
    json: {
      scheme: schemeName,
      commission: commission.rates.map(({ rate, nodeType, region, fromMs }) => ({
        rate,
        nodeType,
        region,
        from: fromMs === 0 ? null : utcText(fromMs),
      })),
      feeShare,
      weights,
      renditions: Number(renditions),
      windowRounds,
    },
  };
}

/** Limits that are not the defaults. */
export function limitsText(limits: PoolLimits): string[] {
  const shown = LIMIT_KEYS.filter((key) => limits[key] !== DEFAULT_LIMITS[key]);
  if (shown.length === 0) return [];
  return [
    lines(
      ...shown.map((key): [string, string] => {
        const value = limits[key];
        return [key.replace(/Wei$/, ""), key === "jobPixelsCap" ? `${value}` : ethText(value)];
      }),
    ),
  ];
}
