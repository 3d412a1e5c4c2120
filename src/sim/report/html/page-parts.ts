/** What pages of all kinds of results are made of: points, charts of several kinds, provenance. */
import type { Estimate, InputSource, ScenarioResult } from "../../results.js";

/** So many rows are drawn in a chart. */
export const CHARTED_MAX = 30;
/** A mean with its 95 % interval; the ends are null where there is none. */
export interface Point {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A verdict under an assumption. */
export interface TornadoCase extends Point {
  readonly label: string;
  readonly decision: string;
  readonly flips: boolean;
}

/** The change that is judged, as assumed and under other assumptions. */
export interface Tornado {
  /** What changes, with its unit. */
  readonly label: string;
  /** Changes up to this are called no difference. */
  readonly margin: number | null;
  readonly cases: readonly TornadoCase[];
}

/** Round trips of a worker, ms. */
export interface RoundTrips {
  readonly name: string;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Stream-minutes lost to a reason. */
export interface Lost {
  readonly worker: string;
  readonly reason: string;
  readonly minutes: number;
}

/** What a result rests on, item by item. */
export interface Provenance {
  readonly sha256: string;
  readonly inputs: readonly (InputSource & { readonly age: string })[];
  readonly assumed: readonly string[];
  readonly expectations: ScenarioResult["expectations"];
  readonly notJudged: ScenarioResult["notJudged"];
}

const DIGITS = 5;

/** As many digits as a chart shows. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** An estimate as a point. */
export function pointOf(
  { mean, ci95: [low, high] }: Pick<Estimate, "mean" | "ci95">,
  factor = 1,
): Point {
  const end = (value: number) => (Number.isFinite(value) ? rounded(value * factor) : null);
  return { mean: rounded(mean * factor), low: end(low), high: end(high) };
}

const DAY_MS = 86_400_000;

/** `10 months`, of a year, a month or a day until today. */
function ageText(asOf: string, todayMs: number): string {
  const [year = 0, month = 1, day = 1] = asOf.split("-").map(Number);
  const days = Math.floor(todayMs / DAY_MS) - daysUntil(year, month, day);
  if (days < 0) return "";
  if (days < 62) return days === 1 ? "1 day" : `${days} days`;
  const months = Math.round(days / 30.44);
  return months < 24 ? `${months} months` : `${Math.floor(days / 365.25)} years`;
}

/** Days from 1970 to a day of the Gregorian calendar. */
function daysUntil(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return 365 * shifted + leaps + ofYear - 719_468;
}

/**
 * What a result rests on.
 *
 * @param todayMs ms since 1970, for the age of inputs
 */
export function provenanceOf(
  result: Omit<Provenance, "sha256" | "inputs"> & {
    readonly scenario: { readonly sha256: string };
    readonly inputs: readonly InputSource[];
  },
  todayMs: number,
): Provenance {
  const { scenario, inputs, assumed, expectations, notJudged } = result;
  return {
    sha256: scenario.sha256,
    inputs: inputs.map((input) => ({
      ...input,
      age: input.asOf === null ? "" : ageText(input.asOf, todayMs),
    })),
    assumed: assumed.flatMap((text) => text.split("; ")),
    expectations,
    notJudged,
  };
}
