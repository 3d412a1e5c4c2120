/**
 * What a run counts. Plain numbers and typed arrays, written by the model as it goes and read
 * once at the end by the metrics catalogue; memory does not grow with simulated time. Nothing is
 * counted before the warm-up is over.
 */
import type { Rejection } from "../../discovery/index.js";
import type { AdmissionDecision } from "../../pool/index.js";
import { AICounters } from "../ai/ai-counters.js";
import { Histogram } from "../engine/histogram.js";
import { learnNumbers } from "../engine/number-fields.js";
import type { Windows } from "./windows.js";

/** Why a stream stopped using an orchestrator's session. Indexes counters. */
export const LOSS_REASONS = [
  "inFlight",
  "latencyScore",
  "notMeasured",
  "error",
  "timeout",
  "busy",
  "capped",
  "expired",
  "download",
  "verification",
] as const;

/** One of {@link LOSS_REASONS}. */
export type LossReason = (typeof LOSS_REASONS)[number];

/** Index of each reason in {@link LOSS_REASONS}. */
export const LOSS: Readonly<Record<LossReason, number>> = {
  inFlight: 0,
  latencyScore: 1,
  notMeasured: 2,
  error: 3,
  timeout: 4,
  busy: 5,
  capped: 6,
  expired: 7,
  download: 8,
  verification: 9,
};

/** One orchestrator's counts. */
export class OrchestratorCounters {
  /** Attempts handed to it. */
  attempts = 0;
  /** Attempts that failed. */
  failedAttempts = 0;
  /** Segments that it delivered. */
  segments = 0;
  /** Of them, late. */
  late = 0;
  /** Streams that had at least one segment from it. */
  streams = 0;
  /** Times a stream took up one of its sessions. */
  sessions = 0;
  /** Of them, kept to the stream's end. */
  kept = 0;
  readonly lost = new Float64Array(LOSS_REASONS.length);
  suspensions = 0;
  orphaned = 0;
  /** Only of the one under study: discoveries that found it, and why the first one did not. */
  found = 0;
  missed: Rejection | null = null;
  /** Segments refused because all slots were taken, and GetOrchestrator calls refused. */
  cappedSegments = 0;
  cappedAnswers = 0;
  answers = 0;
  /** Pixels of renditions that it made (O-4), that gateways received, and lost on the way. */
  pixelsDebited = 0;
  /** Of the pixels debited, those at other prices than the scenario's: by the price's place, from 1. */
  readonly pixelsAtPrice: number[] = [];
  pixelsReceived = 0;
  pixelsUnreceived = 0;
  pixelsUnderWay = 0;
  tickets = 0;
  winningTickets = 0;
  /** Open sessions × ms, and ms at each number of open sessions. */
  sessionMs = 0;
  levelMs: number[] = [];
  /** Sessions closed after 70 s without a segment (O-10). */
  idleCloses = 0;
  readonly latencyScores = new Histogram();
  performanceScoreSum = 0;
  performanceScores = 0;

  /**
   * It has made renditions (O-4).
   *
   * @param price place of the session's price among all that it ever asks for
   */
  debits(pixels: number, price: number): void {
    this.pixelsDebited += pixels;
    if (price > 0) this.pixelsAtPrice[price] = (this.pixelsAtPrice[price] ?? 0) + pixels;
  }
}

/** One worker's counts. */
export class WorkerCounters {
  /** What the admission policy said when it first asked, in the warm-up or later; null: it never did. */
  admission: AdmissionDecision | null = null;
  picks = 0;
  segments = 0;
  sessions = 0;
  kept = 0;
  errors = 0;
  timeouts = 0;
  registrations = 0;
  pixels = 0;
  /** Assigned sessions × ms. */
  loadMs = 0;
  /** Offered sessions × ms while it served. */
  capacityMs = 0;
  readonly lost = new Float64Array(LOSS_REASONS.length);
  /** What was left of the streams that left while it held them, ms by reason. */
  readonly streamMsLost = new Float64Array(LOSS_REASONS.length);
  readonly roundTrips = new Histogram();
}

/** Counts of one place from which gateways or testers send. */
export class SiteCounters {
  segments = 0;
  /** (tookAll + download) ÷ duration of the pool's segments. */
  readonly margins = new Histogram();
  /** tookAll + download of the pool's and of all other orchestrators' segments, ms. */
  readonly poolRoundTrips = new Histogram();
  readonly rivalRoundTrips = new Histogram();
  /** Of the pool's segments: the time that is not the worker's, ms. */
  readonly poolGatewaySides = new Histogram();
  discoveries = 0;
  answersPerDiscoverySum = 0;
  reachableStakeSum = 0;
  /** Attempts by orchestrator, and those that ended with renditions. */
  readonly attempts: Float64Array;
  readonly delivered: Float64Array;

  constructor(orchestrators = 0) {
    this.attempts = new Float64Array(orchestrators);
    this.delivered = new Float64Array(orchestrators);
  }

  /** So many attempts have ended with renditions. */
  delivers(orchestrator: number, attempts: number): void {
    this.attempts[orchestrator] = (this.attempts[orchestrator] ?? 0) + attempts;
    this.delivered[orchestrator] = (this.delivered[orchestrator] ?? 0) + attempts;
  }

  /** An attempt has ended. */
  attempted(orchestrator: number, isDelivered: boolean): void {
    this.attempts[orchestrator] = (this.attempts[orchestrator] ?? 0) + 1;
    if (isDelivered) this.delivered[orchestrator] = (this.delivered[orchestrator] ?? 0) + 1;
  }
}

/** Counts of several places as those of one. */
export function sitesTogether(sites: readonly SiteCounters[]): SiteCounters {
  const [first] = sites;
  if (first !== undefined && sites.length === 1) return first;
  const all = new SiteCounters();
  for (const site of sites) {
    all.segments += site.segments;
    all.margins.merge(site.margins);
    all.poolRoundTrips.merge(site.poolRoundTrips);
    all.rivalRoundTrips.merge(site.rivalRoundTrips);
    all.poolGatewaySides.merge(site.poolGatewaySides);
    all.discoveries += site.discoveries;
    all.answersPerDiscoverySum += site.answersPerDiscoverySum;
    all.reachableStakeSum += site.reachableStakeSum;
  }
  return all;
}

/** Counts of the whole network. */
export class NetworkCounters {
  streams = 0;
  streamMs = 0;
  /** Segments by outcome. */
  started = 0;
  onTime = 0;
  late = 0;
  failed = 0;
  noSession = 0;
  inFlight = 0;
  /** Duration of late, and of failed or unserved segments, ms. */
  lateMs = 0;
  failedMs = 0;
  segmentMs = 0;
  sourceSegmentsCompleted = 0;
  swaps = 0;
  discoveries = 0;
  answers = 0;
  tickets = 0;
  testerSegments = 0;
  /** Pixels uploaded by orchestrators, kept apart from their own counters. */
  pixelsUploaded = 0;
  pixelsInResults = 0;
}

learnNumbers(new OrchestratorCounters());
learnNumbers(new OrchestratorCounters(), "missed");
learnNumbers(new WorkerCounters());
learnNumbers(new SiteCounters());
learnNumbers(new NetworkCounters());

/** At most so many bins, whatever the length of the run. */
const SERIES_BINS_MAX = 1440;
const SERIES_BIN_MIN_MS = 60_000;

/** Counts by time. */
export class SeriesCounters {
  readonly binMs: number;
  readonly bins: number;
  readonly segments: Float64Array;
  readonly poolSegments: Float64Array;
  readonly poolLate: Float64Array;
  readonly notRealTime: Float64Array;
  readonly swaps: Float64Array;
  readonly poolRoundTripMs: Float64Array;
  /** Sessions × ms that held a slot of the pool, and of them those after the last segment (O-10). */
  readonly poolSessionMs: Float64Array;
  readonly poolIdleMs: Float64Array;
  readonly #durationMs: number;

  /** @param durationMs counted time */
  constructor(durationMs: number) {
    this.binMs = Math.max(SERIES_BIN_MIN_MS, Math.ceil(durationMs / SERIES_BINS_MAX));
    this.bins = Math.max(1, Math.ceil(durationMs / this.binMs));
    this.segments = new Float64Array(this.bins);
    this.poolSegments = new Float64Array(this.bins);
    this.poolLate = new Float64Array(this.bins);
    this.notRealTime = new Float64Array(this.bins);
    this.swaps = new Float64Array(this.bins);
    this.poolRoundTripMs = new Float64Array(this.bins);
    this.poolSessionMs = new Float64Array(this.bins);
    this.poolIdleMs = new Float64Array(this.bins);
    this.#durationMs = durationMs;
  }

  /**
   * Adds a number × ms to the bins of a span.
   *
   * @param fromMs of the counted time, as `toMs`; what lies outside of it is left out
   */
  addSpan(into: Float64Array, count: number, fromMs: number, toMs: number): void {
    const end = Math.min(toMs, this.#durationMs);
    let at = Math.max(0, fromMs);
    while (at < end) {
      const bin = Math.min(this.bins - 1, Math.floor(at / this.binMs));
      const until = Math.min(end, (bin + 1) * this.binMs);
      into[bin] = (into[bin] ?? 0) + count * (until - at);
      at = until;
    }
  }

  /** Mean numbers by bin, of sums that {@link addSpan} made; the last bin may be shorter. */
  levels(sums: Float64Array): number[] {
    return Array.from(sums, (sum, bin) => {
      const spanMs = Math.min(this.binMs, this.#durationMs - bin * this.binMs);
      return spanMs > 0 ? sum / spanMs : 0;
    });
  }
}

/** Everything that is counted in one run. */
export class Counters {
  readonly network = new NetworkCounters();
  readonly orchestrators: readonly OrchestratorCounters[];
  readonly workers: readonly WorkerCounters[];
  readonly sites: readonly SiteCounters[];
  readonly series: SeriesCounters;
  /** Counts before, during and after the scenario's events; null where there are none. */
  readonly windows: Windows | null;
  /** Of AI jobs; null where there are none. */
  readonly ai: AICounters | null;

  constructor(options: {
    readonly orchestrators: number;
    readonly workers: number;
    readonly sites: number;
    readonly durationMs: number;
    readonly windows?: Windows | null;
    readonly aiJobs?: number | null;
  }) {
    const { aiJobs = null, workers, orchestrators } = options;
    this.ai = aiJobs === null ? null : new AICounters(aiJobs, workers, orchestrators);
    this.windows = options.windows ?? null;
    this.orchestrators = Array.from(
      { length: options.orchestrators },
      () => new OrchestratorCounters(),
    );
    this.workers = Array.from({ length: options.workers }, () => new WorkerCounters());
    this.sites = Array.from(
      { length: options.sites },
      () => new SiteCounters(options.orchestrators),
    );
    this.series = new SeriesCounters(options.durationMs);
  }
}
