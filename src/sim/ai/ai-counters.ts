/**
 * What a run counts of AI jobs. The gateway's side and the orchestrators' are counted apart, so that
 * `aiConservation` can compare them. Nothing is counted that came in before the warm-up was over.
 */
import { Histogram } from "../engine/histogram.js";

/** Why a submit, or a session's renewal, failed. Indexes counters. */
export const AI_FAILURES = ["renewal", "retryable", "nonce", "noCapacity", "other"] as const;

/** Counts of one kind of job. */
export class AIJobCounters {
  // ---- the gateways' side
  requests = 0;
  succeeded = 0;
  unavailable = 0;
  badRequests = 0;
  crashed = 0;
  /** At the end of the run. */
  inFlight = 0;
  submits = 0;
  /** Submits whose answer is still to come at the end of the run. */
  submitsUnderWay = 0;
  /** By {@link AI_FAILURES}. */
  readonly failures = new Float64Array(AI_FAILURES.length);
  /** Submits that succeeded. */
  answers = 0;
  /** Orchestrators that were removed and suspended. */
  suspensions = 0;
  discoveries = 0;
  /** Successes of warm sessions, and of the pool. */
  warm = 0;
  poolSucceeded = 0;
  readonly latencies = new Histogram();
  /** Of those in it, ms. */
  latencySumMs = 0;
  /** The same of requests that the pool served. */
  readonly poolLatencies = new Histogram();
  poolLatencySumMs = 0;
  /** Units of submits: of all, of those that succeeded, failed, and are under way at the end. */
  unitsSent = 0;
  unitsReceived = 0;
  unitsBurned = 0;
  unitsUnderWay = 0;

  // ---- the orchestrators' side, of counted requests
  /** Units of jobs that orchestrators did, by orchestrator. */
  readonly unitsDone: Float64Array;
  /** Of them, those whose answers nobody waited for any more, and those on their way at the end. */
  unitsUnreceived = 0;
  unitsReturning = 0;
  coldStarts = 0;

  // ---- live video
  streams = 0;
  streamMs = 0;
  servedMs = 0;
  swaps = 0;
  /** Streams that were over before their input was, by `LIVE_END`. */
  noOrchestrator = 0;
  tooManySwaps = 0;
  /** Units that gateways paid for, by orchestrator. */
  readonly liveUnits: Float64Array;
  liveStartUnits = 0;
  liveRunUnits = 0;

  /** @param orchestrators how many there are */
  constructor(orchestrators: number) {
    this.unitsDone = new Float64Array(orchestrators);
    this.liveUnits = new Float64Array(orchestrators);
  }
}

/** Counts of one worker's AI side. */
export class AIWorkerCounters {
  jobs = 0;
  succeeded = 0;
  failed = 0;
  timeouts = 0;
  coldStarts = 0;
  outOfMemory = 0;
  benches = 0;
  /** Jobs under way × ms. */
  busyMs = 0;
  readonly times = new Histogram();
}

/** All of them. */
export class AICounters {
  /** By job. */
  readonly jobs: readonly AIJobCounters[];
  /** By worker. */
  readonly workers: readonly AIWorkerCounters[];

  constructor(jobs: number, workers: number, orchestrators: number) {
    this.jobs = Array.from({ length: jobs }, () => new AIJobCounters(orchestrators));
    this.workers = Array.from({ length: workers }, () => new AIWorkerCounters());
  }
}
