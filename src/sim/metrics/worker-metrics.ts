/** Metrics of one worker of the orchestrator under study. */
import { AI_WORKER_METRICS } from "./ai-worker-metrics.js";
import { type Counters, LOSS_REASONS, type WorkerCounters } from "./counters.js";
import {
  eth,
  LOSS_TEXT,
  type Metric,
  type MetricContext,
  MINUTE_MS,
  perDay,
  ratio,
  sum,
} from "./metric.js";

/** A worker with its place in the tables. */
export interface WorkerSubject {
  readonly index: number;
  readonly counters: WorkerCounters;
}

/** `worker.<name>.…` */
export const WORKER_METRICS: readonly Metric<WorkerSubject>[] = [
  {
    name: "picks",
    unit: "picks",
    definition: "Times a session was assigned to it (O-16).",
    of: ({ counters }) => counters.picks,
  },
  {
    name: "blackHoleFactor",
    unit: "1",
    definition:
      "Its picks ÷ its fair share of all picks by capacity: above 1 it draws more streams than it should.",
    needs: ["serving"],
    of: blackHoleFactor,
  },
  {
    name: "sessions",
    unit: "sessions",
    definition: "Streams' uses of a session that ended while it had the session's last segment.",
    of: ({ counters }) => counters.sessions,
  },
  {
    name: "segments",
    unit: "segments",
    definition: "Segments that it delivered.",
    isObjective: true,
    of: ({ counters }) => counters.segments,
  },
  {
    name: "segmentsPerSession",
    unit: "segments/pick",
    definition: "Segments ÷ picks.",
    needs: ["serving"],
    of: ({ counters }) => ratio(counters.segments, counters.picks),
  },
  {
    name: "retention",
    unit: "share",
    definition: "Sessions kept to the stream's end ÷ sessions.",
    needs: ["serving"],
    isObjective: true,
    of: ({ counters }) => ratio(counters.kept, counters.sessions),
  },
  {
    name: "share",
    unit: "share",
    definition: "Its segments ÷ those of all workers.",
    of: ({ counters }, c) => ratio(counters.segments, totalsOf(c.counters).segments),
  },
  {
    name: "utilisation",
    unit: "share",
    definition: "Sessions assigned ÷ sessions offered, over the time it was connected.",
    needs: ["serving"],
    of: ({ counters }) => ratio(counters.loadMs, counters.capacityMs),
  },
  {
    name: "roundTripMs.p10",
    unit: "ms",
    definition: "10th percentile of the time from task sent to result received.",
    needs: ["serving"],
    of: ({ counters }) => counters.roundTrips.quantile(0.1),
  },
  {
    name: "roundTripMs.p50",
    unit: "ms",
    definition: "Median time from task sent to result received.",
    needs: ["serving"],
    of: ({ counters }) => counters.roundTrips.quantile(0.5),
  },
  {
    name: "roundTripMs.p90",
    unit: "ms",
    definition: "90th percentile of that time.",
    needs: ["serving"],
    of: ({ counters }) => counters.roundTrips.quantile(0.9),
  },
  {
    name: "roundTripMs.p99",
    unit: "ms",
    definition: "99th percentile of that time.",
    needs: ["serving"],
    of: ({ counters }) => counters.roundTrips.quantile(0.99),
  },
  {
    name: "errors",
    unit: "segments",
    definition: "Segments that it answered with an error (O-18).",
    of: ({ counters }) => counters.errors,
  },
  {
    name: "timeouts",
    unit: "segments",
    definition: "Segments that it did not answer in time (O-18).",
    of: ({ counters }) => counters.timeouts,
  },
  {
    name: "reRegistrations",
    unit: "registrations",
    definition: "Times it registered after the warm-up (O-14).",
    of: ({ counters }) => counters.registrations,
  },
  {
    name: "streamMinutesLost",
    unit: "min",
    definition: "What was left of the streams that left while it had the session.",
    of: ({ counters }) => sum(counters.streamMsLost) / MINUTE_MS,
  },
  ...LOSS_REASONS.map((reason, index) => ({
    name: `streamMinutesLost.${reason}`,
    unit: "min",
    definition: `Of streamMinutesLost, those because of: ${LOSS_TEXT[index] ?? reason}.`,
    of: ({ counters }: WorkerSubject) => (counters.streamMsLost[index] ?? 0) / MINUTE_MS,
  })),
  ...AI_WORKER_METRICS,
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition:
      "Fees for the pixels that it made, and for its AI jobs as events tell them, per day.",
    isObjective: true,
    of: ({ index }, c) =>
      c.money === null ? undefined : perDay(eth(c.money.workerFeesWei[index] ?? 0n), c),
  },
];

/** `worker.<name>.marginalValue` comes from runs without the worker, not from one run. */
export const EXPERIMENT_METRICS: readonly Omit<Metric<never>, "of">[] = [
  {
    name: "worker.<name>.marginalValue",
    unit: "ETH/day",
    definition:
      "The operator's net per day with the worker minus without it, paired, in the variant that the decision judges; with `--sensitivity off` only where an expectation asks for it.",
    needs: ["candidate", "serving"],
  },
];

/** What all workers have together, summed once for all of them. */
interface WorkerTotals {
  readonly capacityMs: number;
  readonly picks: number;
  readonly segments: number;
}

const workerTotals = new WeakMap<Counters, WorkerTotals>();

function totalsOf(counters: Counters): WorkerTotals {
  const known = workerTotals.get(counters);
  if (known !== undefined) return known;
  const totals = {
    capacityMs: sum(counters.workers.map(({ capacityMs }) => capacityMs)),
    picks: sum(counters.workers.map(({ picks }) => picks)),
    segments: sum(counters.workers.map(({ segments }) => segments)),
  };
  workerTotals.set(counters, totals);
  return totals;
}

function blackHoleFactor(
  { counters }: WorkerSubject,
  { counters: all }: MetricContext,
): number | undefined {
  const { capacityMs, picks } = totalsOf(all);
  if (capacityMs === 0 || counters.capacityMs === 0) return undefined;
  return ratio(counters.picks, (picks * counters.capacityMs) / capacityMs);
}
