/** What all answers of the page are made from, and how they write values. */
import type { ApiSettings } from "../books.js";
import type { Moment } from "./moment.js";
import type { PageOptions } from "./options.js";
import type { Sums } from "./track.js";

/** What an answer is made from. */
export interface PageContext extends Omit<PageOptions, "files"> {
  readonly settings: ApiSettings;
  /** The books as they were up to some seconds ago. */
  readonly moment: Moment;
  readonly version: string;
  readonly commissionRate: string | null;
  readonly nowMs: number;
  /** The question came with the operator's token. */
  readonly isOperator: boolean;
}

/** UTC, RFC 3339. */
export function utc(ms: number): string {
  return new Date(ms).toISOString();
}

/** As {@link utc}, or null. */
export function utcOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : utc(ms);
}

function tenth(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}

function thousandth(part: number): number {
  return Math.round(part * 1_000) / 1_000;
}

const NOTHING = {
  jobs: 0,
  fees: "0",
  medianMs: null,
  p99Ms: null,
  aiMedianMs: null,
  aiP99Ms: null,
  realTime: null,
  late: null,
  disconnects: 0,
};

/** Sums as answers have them. */
export function performanceOf(sums: Sums | null) {
  if (sums === null) return NOTHING;
  const { jobs, feesWei, timed, late, durationMs, responseMs, disconnects, transcoding, ai } = sums;
  return {
    jobs,
    fees: String(feesWei),
    medianMs: tenth(transcoding.quantile(0.5)),
    p99Ms: tenth(transcoding.quantile(0.99)),
    aiMedianMs: tenth(ai.quantile(0.5)),
    aiP99Ms: tenth(ai.quantile(0.99)),
    realTime: responseMs <= 0 ? null : thousandth(durationMs / responseMs),
    late: timed === 0 ? null : Math.round((late / timed) * 1e6) / 1e6,
    disconnects,
  };
}
