/** What a metric is, and the arithmetic that metrics share. */
import type { MoneyTotals } from "../model/money/money.js";
import type { World } from "../model/world/world.js";
import type { Counters, NetworkCounters } from "./counters.js";

/** What metrics are computed from. */
export interface MetricContext {
  readonly world: World;
  readonly counters: Counters;
  readonly money: MoneyTotals | null;
  /** Counted time, ms. */
  readonly durationMs: number;
}

/**
 * What a scenario must have for a metric to have a value: streams or a tester at all; a gateway or
 * a tester in the region; an orchestrator under study, or one with workers; others beside it; the
 * worker not left out by name; tickets drawn; AI jobs, the job live video, AI models at the worker; a decision of which the variant is the candidate.
 */
export type Need =
  | "streams"
  | "tester"
  | "gateway"
  | "regionTester"
  | "pool"
  | "workers"
  | "rivals"
  | "serving"
  | "tickets"
  | "ai"
  | "live"
  | "aiWorker"
  | "candidate";

/** A metric of some kind of thing. */
export interface Metric<Subject> {
  readonly name: string;
  readonly unit: string;
  readonly definition: string;
  /** What it never has a value without. @default nothing */
  readonly needs?: readonly Need[];
  /** More of it is better whatever else happens, so that it may be the objective of a decision. */
  readonly isObjective?: true;
  /** undefined: it has no value, e.g. a share of nothing. */
  readonly of: (subject: Subject, context: MetricContext) => number | undefined;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** undefined: a share of nothing. */
export function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

/** Wei to ETH: only here, where money has become a figure in a report. */
export function eth(wei: bigint): number {
  return Number(wei / 1_000_000_000n) / 1e9 + Number(wei % 1_000_000_000n) / 1e18;
}

/** A count or an amount of the counted time, per day. */
export function perDay(value: number, { durationMs }: MetricContext): number {
  return (value * DAY_MS) / durationMs;
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += values[at] as number;
  return total;
}

/** Segments whose renditions all came back, on time or late. */
export function delivered(network: NetworkCounters): number {
  return network.onTime + network.late;
}

/** Why a session was left, in words, in the order of `LOSS_REASONS`. */
export const LOSS_TEXT = [
  "in flight for too long (M-14)",
  "slower than real time (M-14)",
  "chosen, but not in flight yet (M-16)",
  "an error result (S-12 row 3)",
  "no answer in time (T-15)",
  "a full queue (O-9)",
  "no free slot (O-6)",
  "a session that could not be renewed, a price too high since it was (R-10), or a token refused (S-12 rows 2 and 3)",
  "a failed download (S-12 row 5)",
  "a wrong result (S-12 rows 7, 9)",
];
