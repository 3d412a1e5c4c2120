/** The workers of a pool as a run keeps them, and how they are made from the scenario. */
import { childK0, childK1, type RandomKey } from "../../../core/random.js";
import {
  type AdmissionConfig,
  admissionNeeds,
  type BenchmarkFigures,
  benchmarkFigures,
  ReconnectBackoff,
  taskTimeoutMs,
} from "../../../pool/index.js";
import { Alternating } from "../../engine/alternating.js";
import { type Presence, RecordedPresence } from "../../engine/recorded-presence.js";
import type { Conditions } from "../conditions/conditions.js";
import type { Gateways } from "../discovery/gateways.js";
import { ENTITY } from "../draws.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";
import { runBenchmark } from "../workers/worker-benchmark.js";
import { WorkerTimes } from "../workers/worker-times.js";
import { mostRenditions, segmentPixels } from "../world/renditions.js";
import type { WorkLoad } from "../world/work-times.js";
import type { WorkerSpec, World } from "../world/world.js";
import { encoderLimit } from "./encoder-sessions.js";

/** What the workers need to know of the run. */
export interface WorkersParts {
  readonly run: Run;
  readonly gateways: Gateways;
  readonly conditions: Conditions;
  /** By node. */
  readonly nodes: readonly NodeRuntime[];
}

/** {@link Worker.registration} of a worker that is not connected. */
export const NO_REGISTRATION = -1;

/** A worker's state. */
export interface Worker {
  readonly spec: WorkerSpec;
  readonly times: WorkerTimes;
  readonly backoff: ReconnectBackoff;
  readonly key: RandomKey;
  readonly figures: BenchmarkFigures | null;
  /** The manager's handle while connected: used again for others later. */
  registration: number;
  /** Times it has registered: tells a registration from a later one. */
  registrations: number;
  /** Raised whenever it goes down: tasks of an earlier epoch never come back. */
  epoch: number;
  draws: number;
  /** When it is there; null for one that never fails. */
  readonly uptime: Presence | null;
  /** When it tries to register again, ms. */
  reconnectAtMs: number;
  /** Events that it is out by. */
  outages: number;
  /** Tasks under way. */
  tasks: number;
  /**
   * Whether nothing that its tasks do throws it out (O-18), and no task changes another's time: it never
   * hangs, no AI job slows it, and its stated round trip is below the limit of every task, whatever is drawn.
   */
  readonly isSteady: boolean;
  /** Whether it is no transcoder. */
  readonly isAIOnly: boolean;
  capacity: number;
  connectedSinceMs: number;
}

/**
 * The workers of a scenario, none of them connected yet.
 *
 * @param key of the run
 * @param config whose benchmark each worker passes through, where a policy looks at it
 */
export function makeWorkers(world: World, key: RandomKey, config: AdmissionConfig): Worker[] {
  const needsFigures = admissionNeeds(config).has("benchmark");
  const { segments = 200, maxSessions = 20 } = config.benchmark ?? {};
  const base = { k0: childK0(key, ENTITY.worker), k1: childK1(key, ENTITY.worker) };
  return world.workers.map((spec) => {
    const workerKey = { k0: childK0(base, spec.hash), k1: childK1(base, spec.hash) };
    const child = (entity: number) => ({
      k0: childK0(workerKey, entity),
      k1: childK1(workerKey, entity),
    });
    const times = new WorkerTimes(world, spec, child(ENTITY.slowness));
    const tried = Math.min(spec.settings.maxSessions, maxSessions);
    const limit = encoderLimit(spec, world.tables) ?? Number.POSITIVE_INFINITY;
    const encoded = Math.floor(limit / mostRenditions(world.renditions).count);
    const plan = { maxSessions: tried, segments, atMs: 0, encoded };
    const figures = needsFigures
      ? benchmarkFigures(runBenchmark(times, referenceWork(world), plan, child(ENTITY.benchmark)))
      : null;
    return {
      spec,
      times,
      backoff: new ReconnectBackoff(),
      key: workerKey,
      figures,
      registration: NO_REGISTRATION,
      registrations: 0,
      epoch: 0,
      draws: 0,
      uptime: uptimeOf(spec, child(ENTITY.uptime)),
      reconnectAtMs: Number.NaN,
      outages: 0,
      tasks: 0,
      isSteady:
        spec.settings.hangProbability === 0 &&
        spec.settings.ai?.transcoding !== "shared" &&
        times.mostStatedMs() < taskTimeoutMs(0),
      isAIOnly: spec.settings.ai?.transcoding === "none",
      capacity: 0,
      connectedSinceMs: 0,
    };
  });
}

/** What a benchmark sends: a mean segment with all the renditions that there are. */
function referenceWork({ renditions, scenario }: World): WorkLoad {
  const { stream } = scenario;
  const all = mostRenditions(renditions);
  return {
    durationMs: stream.segmentMs,
    pixels: segmentPixels(all, stream.segmentMs),
    sourceMbps: stream.sourceMbps,
    outMbps: all.bitrateMbps,
  };
}

/** When a worker is there: a process of its own, whatever its orchestrator does meanwhile. */
function uptimeOf({ settings, absences }: WorkerSpec, key: RandomKey): Presence | null {
  if (absences !== null) return absences.length === 0 ? null : new RecordedPresence(absences);
  if (settings.up === undefined) return null;
  return new Alternating({ onMs: settings.up, offMs: settings.down }, key);
}
