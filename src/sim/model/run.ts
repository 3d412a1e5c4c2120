/**
 * What all parts of one run share: its tables, its key, its queue and clock, its counters and its
 * trace. It knows none of the parts: they stand on it, and `simulation.ts` puts them together.
 */
import { invariant } from "../../core/errors.js";
import { makeKey, type RandomKey } from "../../core/random.js";
import { EventQueue } from "../engine/event-queue.js";
import { Counters, type OrchestratorCounters, type WorkerCounters } from "../metrics/counters.js";
import { type Counted, windowsOf } from "../metrics/windows.js";
import { Trace, type Tracing } from "./trace.js";
import type { WorkerListener } from "./workers/worker-listener.js";
import type { World } from "./world/world.js";

/** What is so near to the end of a bin may round to the next one, ms. */
const NEAR_MS = 1;
const NEVER_MS = Number.POSITIVE_INFINITY;

/** How a run is made. */
export interface RunOptions {
  /** The compiled scenario. */
  readonly world: World;
  /** Seed of all randomness. */
  readonly seed: number;
  /** Number of the replication, from 0. */
  readonly replication: number;
  /** Which stream's decisions are written down. @default none */
  readonly tracing?: Tracing | undefined;
  /** Whether segments that nobody can see meanwhile are done within one event. @default true */
  readonly atOnce?: boolean | undefined;
  /** Hears what happens in the pool. @default nobody */
  readonly listener?: WorkerListener | undefined;
}

/** One run of one variant, without what happens in it. */
export class Run {
  readonly world: World;
  readonly key: RandomKey;
  readonly queue = new EventQueue();
  readonly counters: Counters;
  readonly trace: Trace;
  readonly listener: WorkerListener | null;
  readonly atOnce: boolean;
  /** Number of the stream that is traced, or −1. */
  readonly tracedStream: number;
  /** Codes of the regions that send, in the sites' order. */
  readonly regionNames: readonly string[];
  /**
   * When a round or a payout comes next, ms: what arrives at the pool before belongs to the open round,
   * what arrives afterwards to another one.
   */
  settlesMs = Number.POSITIVE_INFINITY;
  /** When one of the scenario's events begins or ends next, ms: what comes after is not known ahead. */
  happensMs: number;
  /** Whether the warm-up is over. It has been so before, as V8 takes what is set once for a constant. */
  counting = true;
  /** Segments that came back to their session pool, warm-up and tests included. */
  segmentsCompleted = 0;

  constructor(options: RunOptions) {
    const { world, seed, replication, tracing, atOnce = true, listener = null } = options;
    this.world = world;
    this.counting = false;
    this.key = makeKey(seed, replication);
    this.counters = new Counters({
      orchestrators: world.orchestrators.length,
      workers: world.workers.length,
      sites: world.sites.length,
      durationMs: world.scenario.duration,
      windows: windowsOf(world.scenario),
      aiJobs: world.ai?.kinds.length ?? null,
    });
    this.happensMs = world.timeline.happenings[0]?.atMs ?? Number.POSITIVE_INFINITY;
    this.trace = new Trace(world, this.queue, tracing);
    this.tracedStream = tracing?.stream ?? -1;
    this.atOnce = atOnce;
    this.listener = listener;
    this.regionNames = [...new Set(world.sites.map(({ region }) => region))];
  }

  /** Time, ms from the start of the warm-up. */
  get now(): number {
    return this.queue.now;
  }

  /** Counters of a node's orchestrator. */
  countersOf(node: number): OrchestratorCounters {
    const counters = this.counters.orchestrators[this.world.nodes[node]?.orchestrator ?? -1];
    invariant(counters !== undefined, "every node has an orchestrator");
    return counters;
  }

  /** Counters of a worker. */
  workerCounters(worker: number): WorkerCounters {
    const counters = this.counters.workers[worker];
    invariant(counters !== undefined, "every worker has counters");
    return counters;
  }

  /**
   * Counts in a series, at an instant.
   *
   * @param times 0 for what does not count: V8 makes code anew that meets something for the first time
   */
  count(what: Counted, timeMs: number, times = 1): void {
    const { series, windows } = this.counters;
    const values = series[what];
    const bin = this.bin(timeMs);
    values[bin] = (values[bin] ?? 0) + times;
    windows?.count(what, timeMs - this.world.warmupMs, times);
  }

  /** Bin of the time series. */
  bin(timeMs: number): number {
    const { series } = this.counters;
    const bin = Math.floor((timeMs - this.world.warmupMs) / series.binMs);
    return Math.max(0, Math.min(bin, series.bins - 1));
  }

  /**
   * Adds numbers to the bins of a series.
   *
   * @param timesMs their instants, which ascend
   * @param count how many, the first ones; at least one
   * @param values the numbers; null for 1 each
   */
  addOverTime(
    series: Float64Array,
    timesMs: Float64Array,
    count: number,
    values: Float64Array | null,
  ): void {
    const { binMs, bins } = this.counters.series;
    // What is clearly before the bin's end lies in it; only what is near that end has to be divided.
    for (let at = 0; at < count; ) {
      const bin = this.bin(timesMs[at] as number);
      const endMs = this.world.warmupMs + (bin + 1) * binMs;
      const clearMs = bin === bins - 1 ? NEVER_MS : endMs - NEAR_MS;
      let all = series[bin] as number;
      do {
        all += values === null ? 1 : (values[at] as number);
        at++;
      } while (at < count && (timesMs[at] as number) < clearMs);
      series[bin] = all;
    }
  }
}
