/**
 * The pool under study: remote workers do the work. Who of them gets a segment is for `workers.ts` to
 * say; here the task is sent, fails, hangs or comes back, over links that its worker's tasks share.
 */
import { childK0, childK1, type RandomKey, uniform } from "../../../core/random.js";
import { taskTimeoutMs } from "../../../pool/index.js";
import type { AIWorkers } from "../../ai/workers.js";
import { callDraw, DRAW, ENTITY } from "../draws.js";
import type { Call, SessionInfo } from "../entities.js";
import { EVENT } from "../events.js";
import type { Money } from "../money/money.js";
import type { Run } from "../run.js";
import { callKey } from "../segment/calls.js";
import type { WorkLoad } from "../world/work-times.js";
import { type Backend, type Foreseen, WORK, type WorkState } from "./backend.js";
import { NO_REGISTRATION, type Worker, type WorkersParts } from "./worker-state.js";
import { Workers } from "./workers.js";

/** The backend of the pool's nodes. */
export class PoolBackend implements Backend {
  readonly isForeseen = false;
  readonly workers: Workers;
  /** AI jobs on the same GPUs; null where there are none. */
  ai: Pick<AIWorkers, "segmentFactor"> | null = null;
  readonly #run: Run;
  readonly #money: Money | null;
  readonly #shadowKey: RandomKey;
  #shadows = 0;

  constructor(parts: WorkersParts & { readonly money: Money | null }) {
    const { run, money } = parts;
    this.workers = new Workers(parts);
    this.#run = run;
    this.#money = money;
    this.#shadowKey = { k0: childK0(run.key, ENTITY.shadow), k1: childK1(run.key, ENTITY.shadow) };
  }

  exchangeSlowness(): number {
    return 1;
  }

  foreseen(info: SessionInfo, nowMs: number): Foreseen | null {
    return this.workers.foreseen(info, nowMs);
  }

  /** A worker gets the segment, or it fails at once. */
  begin(call: Call, info: SessionInfo): WorkState {
    // Also of a segment that nobody may serve yet: else nobody would ever pass.
    if (this.workers.mayShadow) this.#shadow(call);
    const worker = this.workers.select(call, info);
    if (worker === null) return WORK.failed;
    call.worker = worker.spec.index;
    call.begunMs = this.#run.now;
    this.#start(call, worker, info);
    return WORK.underWay;
  }

  #start(call: Call, worker: Worker, info: SessionInfo): void {
    const run = this.#run;
    const { stream } = info;
    const { settings } = worker.spec;
    worker.tasks++;
    call.epoch = worker.epoch;
    call.registrations = worker.registrations;
    const fate = uniform(stream.k0, stream.k1, callDraw(call, DRAW.worker));
    const failure = run.world.scenario.assumptions.segmentFailure;
    const { encoders } = this.workers;
    const { count } = stream.renditions;
    const encodes = encoders === null || encoders.take(worker.spec.index, info, count);
    call.workFails = !encodes || stream.isBad || fate < settings.errorProbability + failure;
    call.cheated = fate > 1 - settings.cheatProbability;
    const hangs =
      !call.workFails && fate < settings.errorProbability + failure + settings.hangProbability;
    call.taskDueMs = run.now + taskTimeoutMs(call.durationMs);
    const { times } = worker;
    const { queue, now } = run;
    const factor =
      info.workerFactor * times.slownessAt(now) * (this.ai?.segmentFactor(worker.spec.index) ?? 1);
    const u0 = uniform(stream.k0, stream.k1, callDraw(call, DRAW.work));
    if (times.sharesLinks) {
      // When it ends depends on what else begins: the end and the limit are both awaited.
      queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot, callKey(call));
      if (hangs) return;
      const { tasks } = this.workers;
      const task = tasks.take(worker.spec.index, call);
      const load = { segments: worker.tasks, isFirst: info.workerSegments === 0 };
      const u1 = networkDraw(call, stream, worker);
      times.drawParts(task, this.#workOf(call), load, factor, u0, u1);
      // Its encoder does not open: there is nothing to transcode, and nothing to send back.
      if (!encodes) task.transcodeMs = task.uploadMegabits = 0;
      tasks.begin(task);
      return;
    }
    const endMs =
      now +
      (times.isStated
        ? times.statedMs(factor, u0)
        : this.#unsharedMs(call, worker, info, factor, u0));
    const late = hangs || endMs > call.taskDueMs;
    if (late) queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot, callKey(call));
    else {
      call.doneMs = endMs;
      queue.schedule(endMs, EVENT.workDone, call.slot, callKey(call));
    }
  }

  /** Round trip to a worker whose parts have times of their own, and links for each task alone. */
  #unsharedMs(call: Call, worker: Worker, info: SessionInfo, factor: number, u0: number): number {
    const load = { segments: worker.tasks, isFirst: info.workerSegments === 0 };
    const u1 = networkDraw(call, info.stream, worker);
    const roundTripMs = worker.times.drawMs(this.#workOf(call), load, factor, u0, u1);
    call.workFails ||= worker.times.downloadFailed;
    return roundTripMs;
  }

  restarts(node: number): void {
    this.workers.restarts(node);
  }

  /** The worker's result is due. */
  workDone(call: Call): WorkState {
    const run = this.#run;
    const { workers } = this;
    const worker = workers.at(call.worker);
    const { info } = call;
    if (worker === undefined || info === null) return WORK.underWay;
    if (worker.epoch !== call.epoch) {
      run.queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot, callKey(call));
      return WORK.underWay;
    }
    call.taskDueMs = Number.NaN;
    worker.tasks--;
    const roundTripMs = run.now - call.begunMs;
    const { policy } = workers;
    if (call.workFails) {
      if (run.counting) run.workerCounters(call.worker).errors++;
      policy.onSegment(call.worker, workers.regionOf(info), Number.POSITIVE_INFINITY, run.now);
      workers.settle(call, info, "workerError");
      return WORK.failed;
    }
    info.workerSegments++;
    if (run.counting) {
      const counters = run.workerCounters(call.worker);
      counters.segments++;
      counters.pixels += call.pixels;
      counters.roundTrips.record(roundTripMs);
    }
    if (call.counted) {
      const { count } = info.stream.renditions;
      this.#money?.worked(call.worker, call.pixels, call.durationMs, count, call.price);
      run.listener?.worked(call, roundTripMs, run.now);
    }
    if (policy.readsSegments) {
      policy.onSegment(call.worker, workers.regionOf(info), roundTripMs, run.now);
    }
    return WORK.done;
  }

  /** The orchestrator has waited long enough (O-18): the worker is disconnected, no retry. */
  taskTimeout(call: Call): WorkState {
    const run = this.#run;
    const { workers } = this;
    const worker = workers.at(call.worker);
    const { info } = call;
    // The event of a task that came back in time.
    if (worker === undefined || info === null || call.taskDueMs !== run.now) return WORK.underWay;
    call.taskDueMs = Number.NaN;
    workers.tasks.giveUp(call);
    if (worker.epoch === call.epoch) worker.tasks--;
    if (run.counting) run.workerCounters(call.worker).timeouts++;
    workers.timedOut(worker, call, info);
    return WORK.failed;
  }

  /**
   * A transfer may have ended on a link, or have taken too long.
   *
   * @returns the call whose result has arrived with it, or null
   */
  transferEnds(link: number): Call | null {
    const { now } = this.#run;
    const task = this.workers.tasks.transferEnds(link);
    if (task === null) return null;
    const { call, isShadow, worker, begunMs, downloadFails } = task;
    this.workers.tasks.give(task);
    if (isShadow) {
      const tookMs = downloadFails ? Number.POSITIVE_INFINITY : now - begunMs;
      this.workers.policy.onShadow(worker, tookMs, now);
    }
    if (call !== null && downloadFails) call.workFails = true;
    return call;
  }

  /** Copies of live segments for workers on probation; their results are dropped. */
  #shadow(call: Call): void {
    const run = this.#run;
    const { policy } = this.workers;
    for (const worker of this.workers.list) {
      const { index, settings } = worker.spec;
      if (worker.registration === NO_REGISTRATION || worker.spec.node !== call.node) continue;
      if (!policy.wantsShadow(index, run.now)) continue;
      const count = this.#shadows++ * 4;
      const draw = (offset: number) =>
        uniform(this.#shadowKey.k0, this.#shadowKey.k1, count + offset);
      const { now } = run;
      if (call.stream?.isBad || draw(0) < settings.errorProbability + settings.hangProbability) {
        policy.onShadow(index, Number.POSITIVE_INFINITY, now);
        continue;
      }
      const { times } = worker;
      const work = this.#workOf(call);
      const load = { segments: worker.tasks + 1, isFirst: false };
      const factor = times.slownessAt(now) * times.sessionFactor(draw(3));
      if (times.sharesLinks) {
        const task = this.workers.tasks.take(index, null);
        this.workers.tasks.begin(times.drawParts(task, work, load, factor, draw(1), draw(2)));
      } else {
        const tookMs = times.drawMs(work, load, factor, draw(1), draw(2));
        policy.onShadow(index, times.downloadFailed ? Number.POSITIVE_INFINITY : tookMs, now);
      }
    }
  }

  /** What a worker has to do for a call. */
  #workOf(call: Call): WorkLoad {
    return {
      durationMs: call.durationMs,
      pixels: call.pixels,
      sourceMbps: this.#run.world.scenario.stream.sourceMbps,
      outMbps: call.stream?.renditions.bitrateMbps ?? call.info?.stream.renditions.bitrateMbps ?? 0,
    };
  }
}

/** What is drawn for the network between the node and a worker. */
function networkDraw(call: Call, { k0, k1 }: RandomKey, { spec }: Worker): number {
  return uniform(k0 ^ spec.hash, k1, callDraw(call, DRAW.work));
}
