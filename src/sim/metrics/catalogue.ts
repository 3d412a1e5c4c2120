/**
 * Every metric: its name, unit and definition beside the code that computes it. The metrics
 * reference is printed from here, so that expectations, tables and results share one vocabulary.
 */
import { Rational } from "../../core/rational.js";
import type { MoneyTotals } from "../model/money.js";
import type { World } from "../model/world.js";
import {
  type Counters,
  LOSS_REASONS,
  type NetworkCounters,
  type OrchestratorCounters,
  type SiteCounters,
  type WorkerCounters,
} from "./counters.js";

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
 * worker not left out by name; tickets drawn; a decision of which the variant is the candidate.
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

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

/** Wei to ETH: only here, where money has become a figure in a report. */
export function eth(wei: bigint): number {
  return Number(wei / 1_000_000_000n) / 1e9 + Number(wei % 1_000_000_000n) / 1e18;
}

function perDay(value: number, { durationMs }: MetricContext): number {
  return (value * DAY_MS) / durationMs;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

const delivered = (network: NetworkCounters) => network.onTime + network.late;
const ended = (network: NetworkCounters) => delivered(network) + network.failed + network.noSession;

/** `network.…`: all streams of all gateways, tests left out. */
export const NETWORK_METRICS: readonly Metric<NetworkCounters>[] = [
  {
    name: "streams",
    unit: "streams",
    definition: "Streams that began within the counted time.",
    of: (n) => n.streams,
  },
  {
    name: "concurrentStreams",
    unit: "streams",
    definition: "Mean number of streams at a time.",
    of: (n, { durationMs }) => n.streamMs / durationMs,
  },
  {
    name: "segments",
    unit: "segments",
    definition: "Segments that became ready.",
    of: (n) => n.started,
  },
  {
    name: "minutesPerDay",
    unit: "min/day",
    definition: "Source minutes that became ready, per day.",
    of: (n, c) => perDay(n.segmentMs / MINUTE_MS, c),
  },
  {
    name: "lateShare",
    unit: "share",
    definition:
      "Segments delivered late (all renditions downloaded more than one segment duration after the segment was ready) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.late, ended(n)),
  },
  {
    name: "failedShare",
    unit: "share",
    definition:
      "Segments that failed (attempts used up, T-26, or not retryable, T-28) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.failed, ended(n)),
  },
  {
    name: "noSessionShare",
    unit: "share",
    definition: "Segments without any session to send them to (T-25) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.noSession, ended(n)),
  },
  {
    name: "notRealTimeShare",
    unit: "share",
    definition: "Late, failed and unserved segments ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.late + n.failed + n.noSession, ended(n)),
  },
  {
    name: "swaps",
    unit: "swaps",
    definition: "Sessions swapped away as go-livepeer counts them (M-13, M-17).",
    of: (n) => n.swaps,
  },
  {
    name: "swapsPerStream",
    unit: "swaps/stream",
    definition: "Swaps ÷ streams begun.",
    needs: ["streams"],
    of: (n) => ratio(n.swaps, n.streams),
  },
  {
    name: "discoveries",
    unit: "discoveries",
    definition: "Discovery rounds run (D-8).",
    of: (n) => n.discoveries,
  },
  {
    name: "answers",
    unit: "answers",
    definition: "GetOrchestrator answers that arrived in time.",
    of: (n) => n.answers,
  },
  {
    name: "tickets",
    unit: "tickets",
    definition: "Tickets that orchestrators received (P-21).",
    of: (n) => n.tickets,
  },
];

/** `viewer.…`: what viewers notice. */
export const VIEWER_METRICS: readonly Metric<NetworkCounters>[] = [
  {
    name: "lateSecondsPerStreamHour",
    unit: "s/h",
    definition: "Duration of late segments per hour of stream.",
    needs: ["streams"],
    of: (n) => ratio(n.lateMs / 1000, n.segmentMs / HOUR_MS),
  },
  {
    name: "failedSecondsPerStreamHour",
    unit: "s/h",
    definition: "Duration of failed and unserved segments per hour of stream.",
    needs: ["streams"],
    of: (n) => ratio(n.failedMs / 1000, n.segmentMs / HOUR_MS),
  },
];

const LOSS_TEXT = [
  "in flight for too long (M-14)",
  "slower than real time (M-14)",
  "chosen, but not in flight yet (M-16)",
  "an error result (S-12 row 3)",
  "no answer in time (T-15)",
  "a full queue (O-9)",
  "no free slot (O-6)",
  "a session that could not be renewed, or a token refused (S-12 row 2)",
  "a failed download (S-12 row 5)",
  "a wrong result (S-12 rows 7, 9)",
];

const lost = (o: { readonly lost: ArrayLike<number> }) => sum(Array.from(o.lost));

/** `orchestrator.<name>.…`, and `pool.…` for the one under study. */
export const ORCHESTRATOR_METRICS: readonly Metric<OrchestratorCounters>[] = [
  {
    name: "streams",
    unit: "streams",
    definition: "Streams that had at least one segment from it.",
    of: (o) => o.streams,
  },
  {
    name: "segments",
    unit: "segments",
    definition: "Segments that it delivered.",
    isObjective: true,
    of: (o) => o.segments,
  },
  {
    name: "segmentShare",
    unit: "share",
    definition: "Its delivered segments ÷ all delivered segments.",
    needs: ["streams"],
    isObjective: true,
    of: (o, { counters }) => ratio(o.segments, delivered(counters.network)),
  },
  {
    name: "pixels",
    unit: "pixels",
    definition: "Pixels of the renditions that it made (O-4).",
    isObjective: true,
    of: (o) => o.pixelsDebited,
  },
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition: "Pixels × price, per day.",
    isObjective: true,
    of: feesPerDay,
  },
  {
    name: "retention",
    unit: "share",
    definition:
      "Times a stream took up one of its sessions and kept it to the stream's end ÷ all that ended.",
    needs: ["streams"],
    isObjective: true,
    of: (o) => ratio(o.kept, o.kept + lost(o)),
  },
  {
    name: "sessions",
    unit: "sessions",
    definition: "Times a stream took up one of its sessions.",
    of: (o) => o.sessions,
  },
  {
    name: "swapsAway",
    unit: "sessions",
    definition:
      "Times a stream stopped using one of its sessions before the stream's end, whatever the reason.",
    of: (o) => lost(o),
  },
  {
    name: "swapsAwayPerStream",
    unit: "sessions/stream",
    definition: "swapsAway ÷ streams.",
    needs: ["streams"],
    of: (o) => ratio(lost(o), o.streams),
  },
  ...LOSS_REASONS.map((reason, index) => ({
    name: `swapsAway.${reason}`,
    unit: "sessions",
    definition: `Of swapsAway, those because of: ${LOSS_TEXT[index] ?? reason}.`,
    of: (o: OrchestratorCounters) => o.lost[index] ?? 0,
  })),
  {
    name: "lateShare",
    unit: "share",
    definition: "Its delivered segments that were late ÷ its delivered segments.",
    needs: ["streams"],
    of: (o) => ratio(o.late, o.segments),
  },
  {
    name: "failedShare",
    unit: "share",
    definition: "Attempts with it that failed ÷ attempts with it.",
    needs: ["streams"],
    of: (o) => ratio(o.failedAttempts, o.attempts),
  },
  {
    name: "suspensions",
    unit: "suspensions",
    definition: "Suspensions of it (S-2).",
    of: (o) => o.suspensions,
  },
  {
    name: "orphaned",
    unit: "sessions",
    definition: "Good sessions of it that a stream can never use again (M-18), tests included.",
    of: (o) => o.orphaned,
  },
  {
    name: "cappedShare",
    unit: "share",
    definition:
      "GetOrchestrator calls that it refused for lack of free slots (O-6) ÷ calls that reached it.",
    of: (o) => ratio(o.cappedAnswers, o.answers),
  },
  {
    name: "cappedSegments",
    unit: "segments",
    definition: "Segments refused for lack of free slots (O-6).",
    of: (o) => o.cappedSegments,
  },
  {
    name: "sessionsMean",
    unit: "sessions",
    definition: "Mean number of sessions that held a slot (O-10).",
    of: (o, { durationMs }) => o.sessionMs / durationMs,
  },
  {
    name: "sessionsP99",
    unit: "sessions",
    definition: "99th percentile over time of that number.",
    of: (o) => levelQuantile(o.levelMs, 0.99),
  },
  {
    name: "idleSlotsMean",
    unit: "sessions",
    definition:
      "Mean number of slots held in the 70 s after a session's last segment (O-10), for sessions that idled out.",
    of: (o, { durationMs }) => (o.idleCloses * 70_000) / durationMs,
  },
  {
    name: "latencyScore.p50",
    unit: "1",
    definition: "Median latency score of its segments (T-22).",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.5),
  },
  {
    name: "latencyScore.p90",
    unit: "1",
    definition: "90th percentile of the latency score.",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.9),
  },
  {
    name: "latencyScore.p99",
    unit: "1",
    definition: "99th percentile of the latency score.",
    needs: ["streams"],
    of: (o) => o.latencyScores.quantile(0.99),
  },
  {
    name: "performanceScore",
    unit: "1",
    definition:
      "Mean over time and the tester's regions of its performance score (L-18); only with a tester.",
    needs: ["tester"],
    isObjective: true,
    of: (o) => ratio(o.performanceScoreSum, o.performanceScores),
  },
  {
    name: "tickets",
    unit: "tickets",
    definition: "Tickets that it received.",
    needs: ["tickets"],
    of: (o, { world }) => (world.scenario.tickets.enabled ? o.tickets : undefined),
  },
  {
    name: "winningTickets",
    unit: "tickets",
    definition: "Of them, winners.",
    needs: ["tickets"],
    of: (o, { world }) => (world.scenario.tickets.enabled ? o.winningTickets : undefined),
  },
];

/** What one orchestrator did for one region: of its gateways' streams, and of its tester. */
export interface OrchestratorRegionSubject {
  readonly attempts: number;
  readonly delivered: number;
  readonly testsSent: number;
  readonly testsReceived: number;
}

/** `orchestrator.<name>.region.<code>.…`, and `pool.region.<code>.…` for the one under study. */
export const ORCHESTRATOR_REGION_METRICS: readonly Metric<OrchestratorRegionSubject>[] = [
  {
    name: "deliveredShare",
    unit: "share",
    definition:
      "Attempts of the region's gateways with it whose renditions came back ÷ attempts of theirs with it; test streams are left out.",
    needs: ["gateway", "streams"],
    of: ({ attempts, delivered: came }) => ratio(came, attempts),
  },
  {
    name: "successRate",
    unit: "share",
    definition: "Share of the test segments sent to it from the region that came back (tester).",
    needs: ["regionTester"],
    of: ({ testsSent, testsReceived }) => ratio(testsReceived, testsSent),
  },
];

/** `pool.…` besides: the orchestrator under study has books. */
export const POOL_METRICS: readonly Metric<MoneyTotals>[] = [
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition: "Fees for the pixels that it made, per day.",
    isObjective: true,
    of: (m, c) => perDay(eth(m.feesWei), c),
  },
  {
    name: "incomeEthPerDay",
    unit: "ETH/day",
    definition:
      "What came in per day: fees, or with tickets on the face values of winning tickets, which is luck. No verdict is made on it.",
    of: (m, c) => perDay(eth(m.incomeWei), c),
  },
  {
    name: "incomeLuckEthPerDay",
    unit: "ETH/day",
    definition:
      "Standard deviation of incomeEthPerDay in one replication by the luck of its tickets alone; only with tickets on.",
    of: (m, c) => (c.world.scenario.tickets.enabled ? perDay(eth(m.incomeLuckWei), c) : undefined),
  },
  {
    name: "operatorNetPerDay",
    unit: "ETH/day",
    definition:
      "Fees − delegators' part − workers' shares − gas, per day, in expectation: with tickets on, too, fees are what the work is worth, not what tickets won.",
    isObjective: true,
    of: (m, c) => perDay(eth(m.netWei), c),
  },
  {
    name: "delegatorsEthPerDay",
    unit: "ETH/day",
    definition: "The delegators' part of the fees (feeShare), per day.",
    of: (m, c) => perDay(eth(m.delegatorsWei), c),
  },
  {
    name: "workersEthPerDay",
    unit: "ETH/day",
    definition: "The workers' part of the fees, per day, whenever it is paid.",
    of: (m, c) => perDay(eth(m.workersWei), c),
  },
  {
    name: "gasEthPerDay",
    unit: "ETH/day",
    definition:
      "Gas per day on average: of redeeming tickets worth the fees, and of reward calls, rounds and payouts by the counted time, whichever of them fall within it.",
    of: (m, c) => perDay(eth(m.gasWei), c),
  },
];

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
    name: "roundTripMs.p50",
    unit: "ms",
    definition: "Median time from task sent to result received.",
    needs: ["serving"],
    of: ({ counters }) => counters.roundTrips.quantile(0.5),
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
  {
    name: "feesEthPerDay",
    unit: "ETH/day",
    definition: "Fees for the pixels that it made, per day.",
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

/** A region: its sites' counts, and what its tester saw. */
export interface RegionSubject {
  readonly code: string;
  readonly site: SiteCounters | null;
  readonly tests: readonly { readonly successRate: number; readonly roundTripMs: number }[] | null;
}

const RELIABLE = 0.9;

function testedRoundTrip(p: number) {
  return ({ tests }: RegionSubject) => {
    if (tests === null) return undefined;
    const sorted = tests
      .filter(({ successRate }) => successRate >= RELIABLE)
      .map(({ roundTripMs }) => roundTripMs)
      .sort((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const at = p * (sorted.length - 1);
    const low = sorted[Math.floor(at)] ?? 0;
    const high = sorted[Math.ceil(at)] ?? low;
    return low + (high - low) * (at - Math.floor(at));
  };
}

/** `region.<code>.…` */
export const REGION_METRICS: readonly Metric<RegionSubject>[] = [
  {
    name: "segments",
    unit: "segments",
    definition: "Results that its gateways received.",
    needs: ["gateway"],
    of: ({ site }) => site?.segments,
  },
  {
    name: "margin.q50",
    unit: "1",
    definition:
      "Median of (tookAll + download) ÷ segment duration of the pool's segments: above 1 a stream is lost (M-14).",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.5),
  },
  {
    name: "margin.q99",
    unit: "1",
    definition: "99th percentile of that margin.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.99),
  },
  {
    name: "margin.q999",
    unit: "1",
    definition: "99.9th percentile of that margin.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.999),
  },
  {
    name: "maxWorkerRoundTripMs",
    unit: "ms",
    definition:
      "The 99th percentile of a worker's round trip that the region tolerates: segment duration − 99th percentile of the pool's gateway-side time − safety. A worker whose mean is that high loses most of its streams.",
    needs: ["gateway", "streams", "workers"],
    of: maxWorkerRoundTrip,
  },
  {
    name: "poolRoundTripMs.p50",
    unit: "ms",
    definition: "Median of tookAll + download of the pool's segments.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.poolRoundTrips.quantile(0.5),
  },
  {
    name: "poolRoundTripMs.p99",
    unit: "ms",
    definition: "99th percentile of that.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.poolRoundTrips.quantile(0.99),
  },
  {
    name: "rivalRoundTripMs.p50",
    unit: "ms",
    definition: "Median of tookAll + download of all other orchestrators' segments.",
    needs: ["gateway", "streams", "rivals"],
    of: ({ site }) => site?.rivalRoundTrips.quantile(0.5),
  },
  {
    name: "reachable",
    unit: "orchestrators",
    definition: "Orchestrators found by a stream's first discovery (D-27), mean.",
    needs: ["gateway", "streams"],
    of: ({ site }) =>
      site === null ? undefined : ratio(site.answersPerDiscoverySum, site.discoveries),
  },
  {
    name: "reachableStakeShare",
    unit: "share",
    definition: "Their share of all stake, mean.",
    needs: ["gateway", "streams"],
    of: reachableStake,
  },
  {
    name: "successRate",
    unit: "share",
    definition: "Share of test segments that came back, mean over all orchestrators (tester).",
    needs: ["regionTester"],
    of: ({ tests }) =>
      tests === null
        ? undefined
        : ratio(sum(tests.map(({ successRate }) => successRate)), tests.length),
  },
  {
    name: "reliableOrchestrators",
    unit: "orchestrators",
    definition: "Orchestrators with a success rate of at least 0.9 (tester).",
    needs: ["regionTester"],
    of: ({ tests }) => tests?.filter(({ successRate }) => successRate >= RELIABLE).length,
  },
  {
    name: "roundTripMs.p05",
    unit: "ms",
    definition:
      "5th percentile over orchestrators with a success rate of at least 0.9 of their mean round trip (tester).",
    needs: ["regionTester"],
    of: testedRoundTrip(0.05),
  },
  {
    name: "roundTripMs.p50",
    unit: "ms",
    definition: "Median of that.",
    needs: ["regionTester"],
    of: testedRoundTrip(0.5),
  },
  {
    name: "roundTripMs.p95",
    unit: "ms",
    definition: "95th percentile of that.",
    needs: ["regionTester"],
    of: testedRoundTrip(0.95),
  },
];

/** Exact until it becomes a figure: pixels are whole numbers, prices are rationals. */
function feesPerDay(subject: OrchestratorCounters, context: MetricContext): number | undefined {
  const { counters, world } = context;
  const price = world.orchestrators[counters.orchestrators.indexOf(subject)]?.price.rational;
  if (price === undefined) return undefined;
  return perDay(eth(price.mul(Rational.of(BigInt(subject.pixelsDebited))).floor()), context);
}

function levelQuantile(levelMs: readonly number[], p: number): number | undefined {
  const total = sum(levelMs);
  if (total === 0) return undefined;
  let seen = 0;
  return levelMs.findIndex((ms) => {
    seen += ms;
    return seen >= p * total;
  });
}

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

function maxWorkerRoundTrip(
  { site, code }: RegionSubject,
  { world }: MetricContext,
): number | undefined {
  const gatewaySide = site?.poolGatewaySides.quantile(0.99);
  if (gatewaySide === undefined) return undefined;
  const { assumptions } = world.scenario;
  const own = world.gateways.filter(({ region }) => region === code);
  const segmentMs = Math.min(...own.map(({ streams }) => streams.segmentMs));
  return segmentMs - gatewaySide - assumptions.cliffSafetyMs;
}

function reachableStake({ site }: RegionSubject, { world }: MetricContext): number | undefined {
  if (site === null || site.discoveries === 0) return undefined;
  const stake = sum(world.orchestrators.map((one) => one.stake));
  return ratio(site.reachableStakeSum / site.discoveries, stake);
}
