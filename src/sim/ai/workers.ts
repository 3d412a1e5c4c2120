/**
 * The AI workers of the pool: who is connected with which models, what is loaded on its card, and how
 * long its jobs take. Who gets a job is for the library's manager to say, in `serving.ts`.
 */
import { invariant } from "../../core/errors.js";
import {
  type AdmissionPolicy,
  type AIModelCapacity,
  admittedCapacities,
  createAdmission,
} from "../../pool/index.js";
import { AI_WORKER_TIMEOUT_MS } from "../../pool/orchestrator/ai/remote-job.js";
import { drawLognormal } from "../engine/distributions.js";
import { EVENT } from "../model/events.js";
import type { Run } from "../model/run.js";
import { slowdownFactor } from "../network/devices.js";
import type { AIWorkerCounters } from "./ai-counters.js";
import { drawOf, SUBMIT_DRAW, submitDraw } from "./ai-draws.js";
import type { AIServing, AIWorkerSpec, AIWorld } from "./ai-world.js";
import type { AIJobSlot } from "./entities.js";
import type { AINode } from "./node.js";

/** One model at a worker. */
interface Model {
  readonly serving: AIServing;
  isLoaded: boolean;
  /** When it is ready to work, ms. */
  readyMs: number;
  /** When a job of it ended last, ms. */
  usedMs: number;
  running: number;
  readonly waiting: AIJobSlot[];
}

/** A worker's AI side at run time. */
interface AIWorker {
  readonly spec: AIWorkerSpec;
  /** The manager's handle while connected, else −1. */
  handle: number;
  registrations: number;
  capacities: readonly AIModelCapacity[];
  readonly models: readonly Model[];
  /** By kind: place in `models`, −1 for none. */
  readonly byKind: Int32Array;
  usedGB: number;
  readonly jobs: AIJobSlot[];
  /** Jobs that have their turn, and since when there are as many, ms. */
  busy: number;
  busySinceMs: number;
}

/** What the transcoding side tells of a worker. */
export interface GpuSide {
  /** Segments under way at it. */
  segments(worker: number): number;
  /** By how much longer than on average everything takes. */
  slowness(worker: number, timeMs: number): number;
}

/** All of them. */
export class AIWorkers {
  readonly #run: Run;
  readonly #ai: AIWorld;
  readonly #gpu: GpuSide;
  readonly #list: readonly (AIWorker | null)[];
  readonly #policy: AdmissionPolicy;
  readonly #spares: ReadonlySet<number>;
  /** By node, then handle: the worker's index. */
  readonly #byHandle = new Map<number, number[]>();

  constructor(run: Run, ai: AIWorld, gpu: GpuSide) {
    this.#run = run;
    this.#ai = ai;
    this.#gpu = gpu;
    const { exclude, include, sessionCap, tier } = run.world.scenario.orchestrator?.admission ?? {};
    this.#policy = createAdmission(
      {
        ...(exclude === undefined ? {} : { exclude }),
        ...(include === undefined ? {} : { include }),
        ...(sessionCap === undefined ? {} : { sessionCap }),
      },
      { names: [], rttMs: [] },
    );
    const spares = new Set(tier?.spares);
    this.#spares = new Set(
      run.world.workers.flatMap(({ index, name, kind }) =>
        spares.has(name) || spares.has(kind) ? [index] : [],
      ),
    );
    this.#list = ai.workers.map((spec) => (spec === null ? null : workerOf(spec, ai)));
  }

  /** Whose handle it is at a node. */
  workerOf(node: number, handle: number): number {
    return this.#byHandle.get(node)?.[handle] ?? -1;
  }

  /** Whether a worker is a spare one while others, who are none, have room. */
  mustWait(node: AINode, worker: number, kind: number): boolean {
    if (!this.#spares.has(worker)) return false;
    return this.#list.some(
      (other) =>
        other !== null &&
        other.handle >= 0 &&
        other.spec.node === node.spec.node &&
        !this.#spares.has(other.spec.worker) &&
        node.manager.capacities(other.handle).some((left) => {
          const named = this.#ai.kinds[kind];
          return (
            left.capability === named?.pipeline.capability &&
            left.model === named.model &&
            left.capacity > 0
          );
        }),
    );
  }

  /** By how much longer a segment takes for the jobs under way on the same GPU. */
  segmentFactor(worker: number): number {
    const found = this.#list[worker];
    if (found === null || found === undefined || !found.spec.sharesGpu) return 1;
    return 1 + found.spec.perJob * found.busy;
  }

  /** It registers with its node, if it is admitted. */
  connects(index: number, node: AINode): void {
    const worker = this.#list[index];
    if (worker === null || worker === undefined || worker.handle >= 0) return;
    const { models } = worker.spec;
    const spec = this.#run.world.workers[index];
    invariant(spec !== undefined, "a worker is in the tables");
    const offered = models.map(({ kind, capacity, warm }): AIModelCapacity => {
      const named = this.#ai.kinds[kind];
      invariant(named !== undefined, "every model is of a kind");
      return { capability: named.pipeline.capability, model: named.model, capacity, warm };
    });
    const most = Math.max(...offered.map(({ capacity }) => capacity));
    const decision = this.#policy.onRegister(
      { worker: index, name: spec.name, kind: spec.kind, maxSessions: most, benchmark: null },
      this.#run.now,
    );
    const capacities = admittedCapacities(offered, decision);
    if (capacities.length === 0) return;
    worker.registrations += 1;
    worker.capacities = capacities;
    worker.handle = node.manager.register({
      address: `${index}:${worker.registrations}`,
      capacities,
    });
    const handles = this.#byHandle.get(spec.node) ?? [];
    handles[worker.handle] = index;
    this.#byHandle.set(spec.node, handles);
    node.capacity.add(capacities);
    this.#run.listener?.aiConnected?.(index, this.#run.now);
    this.#loadWarm(worker);
  }

  /**
   * It has gone.
   *
   * @returns the jobs that it had
   */
  leaves(index: number, node: AINode): readonly AIJobSlot[] {
    const worker = this.#list[index];
    if (worker === null || worker === undefined || worker.handle < 0) return [];
    node.manager.disconnect(worker.handle);
    node.capacity.remove(worker.capacities);
    this.#run.listener?.aiDisconnected?.(index, this.#run.now);
    worker.handle = -1;
    this.#setBusy(worker, 0);
    for (const model of worker.models) {
      model.running = 0;
      model.waiting.length = 0;
    }
    const jobs = worker.jobs.splice(0);
    for (const job of jobs) forget(job);
    return jobs;
  }

  /** Those of a node that are connected. */
  connectedTo(node: number): readonly number[] {
    return this.#list.flatMap((worker) =>
      worker !== null && worker.handle >= 0 && worker.spec.node === node
        ? [worker.spec.worker]
        : [],
    );
  }

  /** A job has come to a worker: it begins, or waits for others. */
  takes(index: number, job: AIJobSlot): void {
    const worker = this.#worker(index);
    const at = worker.byKind[job.spec?.index ?? -1] ?? -1;
    const model = worker.models[at];
    invariant(model !== undefined, "a worker is given what it serves");
    job.worker = index;
    job.model = at;
    job.place = worker.jobs.push(job) - 1;
    job.sentMs = this.#run.now;
    if (job.counted) this.#counters(index).jobs++;
    if (model.running < model.serving.parallel) {
      this.#begin(worker, model, job);
      return;
    }
    model.waiting.push(job);
    this.#awaitTimeout(job);
  }

  /** A job has ended: the next one has its turn. Of one that still waits nothing more is known. */
  ends(job: AIJobSlot): void {
    const worker = this.#worker(job.worker);
    const model = worker.models[job.model];
    invariant(model !== undefined, "a job is of a model");
    const last = worker.jobs.pop();
    if (last !== undefined && last !== job) {
      worker.jobs[job.place] = last;
      last.place = job.place;
    }
    const hadTurn = job.begun;
    forget(job);
    if (!hadTurn) {
      model.waiting.splice(model.waiting.indexOf(job), 1);
      return;
    }
    model.running -= 1;
    model.usedMs = this.#run.now;
    this.#setBusy(worker, worker.busy - 1);
    const next = model.waiting.shift();
    if (next !== undefined) this.#begin(worker, model, next);
  }

  /** Round trip between a worker and its node, with the bytes of a job, ms. */
  networkMs(index: number, megabits: number): number {
    const { tables, nodes, scenario, workers } = this.#run.world;
    const spec = workers[index];
    if (spec === undefined) return 0;
    const rttMs = tables.rttMs(nodes[spec.node]?.region ?? spec.region, spec.region);
    const { downloadMbps, uploadMbps } = spec.settings;
    const mbps = Math.min(downloadMbps, uploadMbps);
    return rttMs * scenario.assumptions.rttScale + (1000 * megabits) / mbps;
  }

  /** Closes the books. */
  finish(endMs: number): void {
    for (const worker of this.#list) {
      if (worker !== null) this.#setBusy(worker, worker.busy, endMs);
    }
  }

  #begin(worker: AIWorker, model: Model, job: AIJobSlot): void {
    const { now, queue } = this.#run;
    const { serving } = model;
    const index = worker.spec.worker;
    const others = worker.busy;
    job.begun = true;
    model.running += 1;
    this.#setBusy(worker, others + 1);
    const fate = drawOf(job, submitDraw(job.submit, SUBMIT_DRAW.failure));
    job.fails = fate < serving.failure;
    if (fate > 1 - serving.hang) {
      if (Number.isNaN(job.timeoutMs)) this.#awaitTimeout(job);
      return;
    }
    const waitMs = this.#loadMs(worker, model, job);
    job.doneMs = now + waitMs + (job.outOfMemory ? 0 : this.#workMs(worker, model, job));
    queue.schedule(job.doneMs, EVENT.aiDone, job.slot, job.order);
    const isLate = job.doneMs - job.sentMs >= AI_WORKER_TIMEOUT_MS;
    if (isLate && Number.isNaN(job.timeoutMs)) this.#awaitTimeout(job);
    const counters = job.counted ? this.#counters(index) : null;
    if (counters === null) return;
    if (job.cold) counters.coldStarts++;
    if (job.outOfMemory) counters.outOfMemory++;
  }

  #workMs(worker: AIWorker, { serving, running }: Model, job: AIJobSlot): number {
    const { fixedMs, msPerUnit, noise, slowdown } = serving;
    const { worker: index, sharesGpu, perSegment } = worker.spec;
    const alone = fixedMs + msPerUnit * job.units;
    let factor = this.#gpu.slowness(index, this.#run.now);
    if (noise.sigma !== 0) {
      factor *= drawLognormal(noise, drawOf(job, submitDraw(job.submit, SUBMIT_DRAW.work)));
    }
    if (slowdown !== null) factor *= slowdownFactor(slowdown, running);
    if (sharesGpu) factor *= 1 + perSegment * this.#gpu.segments(index);
    return alone * factor;
  }

  /** How long a job waits for its model, which is loaded if it has to be. */
  #loadMs(worker: AIWorker, model: Model, job: AIJobSlot): number {
    const { now } = this.#run;
    if (!model.isLoaded) {
      const { loadMs } = model.serving;
      job.cold = true;
      if (!this.#makeRoom(worker, model)) {
        job.outOfMemory = true;
        job.fails = true;
        return loadMs;
      }
      load(worker, model);
      model.readyMs = now + loadMs;
    }
    if (model.readyMs <= now) return 0;
    job.cold = true;
    return model.readyMs - now;
  }

  /** Unloads idle models, the least recently used first, until there is room. */
  #makeRoom(worker: AIWorker, wanted: Model): boolean {
    const { memoryGB } = worker.spec;
    const needed = wanted.serving.memoryGB;
    if (needed > memoryGB) return false;
    while (worker.usedGB + needed > memoryGB) {
      const [idle] = worker.models
        .filter((one) => one.isLoaded && one.running === 0 && one.serving.memoryGB > 0)
        .sort((a, b) => a.usedMs - b.usedMs);
      if (idle === undefined) return false;
      idle.isLoaded = false;
      worker.usedGB -= idle.serving.memoryGB;
    }
    return true;
  }

  /** What is said to be warm is loaded while there is room. */
  #loadWarm(worker: AIWorker): void {
    worker.usedGB = 0;
    for (const model of worker.models) {
      model.isLoaded = false;
      model.usedMs = this.#run.now;
      model.readyMs = 0;
    }
    for (const model of worker.models) {
      const { warm, memoryGB } = model.serving;
      if (warm && worker.usedGB + memoryGB <= worker.spec.memoryGB) load(worker, model);
    }
  }

  #awaitTimeout(job: AIJobSlot): void {
    job.timeoutMs = job.sentMs + AI_WORKER_TIMEOUT_MS;
    this.#run.queue.schedule(job.timeoutMs, EVENT.aiTimeout, job.slot, job.order);
  }

  #setBusy(worker: AIWorker, busy: number, atMs = this.#run.now): void {
    const { world } = this.#run;
    const spanMs = atMs - Math.max(worker.busySinceMs, world.warmupMs);
    if (spanMs > 0) this.#counters(worker.spec.worker).busyMs += worker.busy * spanMs;
    worker.busySinceMs = atMs;
    worker.busy = busy;
  }

  #counters(index: number): AIWorkerCounters {
    const counters = this.#run.counters.ai?.workers[index];
    invariant(counters !== undefined, "every worker has counters");
    return counters;
  }

  #worker(index: number): AIWorker {
    const worker = this.#list[index];
    invariant(worker !== null && worker !== undefined, "a job is at a worker with AI models");
    return worker;
  }
}

/** A job that is at no worker any more. */
function forget(job: AIJobSlot): void {
  job.begun = false;
  job.doneMs = Number.NaN;
  job.timeoutMs = Number.NaN;
}

function load(worker: AIWorker, model: Model): void {
  model.isLoaded = true;
  worker.usedGB += model.serving.memoryGB;
}

function workerOf(spec: AIWorkerSpec, { kinds }: AIWorld): AIWorker {
  const byKind = new Int32Array(kinds.length).fill(-1);
  for (const [at, { kind }] of spec.models.entries()) byKind[kind] = at;
  return {
    spec,
    handle: -1,
    registrations: 0,
    capacities: [],
    models: spec.models.map((serving) => ({
      serving,
      isLoaded: false,
      readyMs: 0,
      usedMs: 0,
      running: 0,
      waiting: [],
    })),
    byKind,
    usedGB: 0,
    jobs: [],
    busy: 0,
    busySinceMs: 0,
  };
}
