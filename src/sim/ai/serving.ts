/**
 * The orchestrators' side of AI jobs (A-52 … A-63): is there room, who does it, what is answered. The
 * library's cores decide; here jobs take their time.
 */
import { invariant } from "../../core/errors.js";
import {
  AI_WORKER_TIMEOUT_MS,
  type AIAnswer,
  type AIJobEffect,
  RemoteAIJob,
} from "../../pool/orchestrator/ai/remote-job.js";
import { llmFailureText } from "../../selection/ai/failures.js";
import { drawLognormal } from "../engine/distributions.js";
import type { Conditions } from "../model/conditions/conditions.js";
import { Slots } from "../model/entities.js";
import { EVENT } from "../model/events.js";
import type { Run } from "../model/run.js";
import type { AIJobCounters } from "./ai-counters.js";
import { drawOf, SUBMIT_DRAW, submitDraw } from "./ai-draws.js";
import type { AIMoney } from "./ai-money.js";
import { AIJobSlot, type AIRequestSlot } from "./entities.js";
import type { AINode } from "./node.js";
import type { SpeechBalances } from "./speech.js";
import type { AIWorkers } from "./workers.js";

const NO_CAPACITY = "insufficient capacity";
const NO_BALANCE = "Insufficient balance";
const OUT_OF_MEMORY = "CUDA out of memory";
const FAILED = "error processing job";
/** What a gateway reads when a connection ends without an answer. */
const GONE = "EOF";

/** What the orchestrators' side stands on. */
export interface AIServingParts {
  readonly run: Run;
  readonly conditions: Conditions;
  /** By node. */
  readonly places: readonly (AINode | null)[];
  readonly workers: AIWorkers;
  readonly money: AIMoney | null;
  readonly speech: SpeechBalances;
  /** A live stream's worker has gone while it ran; `isKnown`: its channel has gone with it. */
  readonly lost: (job: AIJobSlot, isKnown: boolean) => void;
}

/** Is told which workers come and go. */
export interface AIPresence {
  workerConnects(worker: number): void;
  workerLeaves(worker: number): void;
}

/** Serves the jobs of all orchestrators. */
export class AIServingSide implements AIPresence {
  readonly jobs = new Slots((slot) => new AIJobSlot(slot));
  readonly #run: Run;
  readonly #parts: AIServingParts;

  constructor(parts: AIServingParts) {
    this.#run = parts.run;
    this.#parts = parts;
  }

  /** A job arrives at its orchestrator. */
  arrived(job: AIJobSlot): void {
    const { conditions, speech } = this.#parts;
    const { now } = this.#run;
    const node = this.#node(job);
    job.arrivedMs = now;
    const isThere =
      conditions.isUp(job.site, job.node, now) && !conditions.outages.isDown(job.node, now);
    if (!isThere) {
      this.#answer(job, null);
      return;
    }
    const reservation = node.reservations[job.spec?.index ?? -1];
    invariant(reservation !== undefined, "a job is of a kind");
    const hasLive = job.live && job.spec !== null && !node.isLiveCapped(job.spec);
    if (!node.check.check(reservation, hasLive)) {
      this.#answer(job, { status: 503, text: NO_CAPACITY });
      return;
    }
    const price = node.spec.prices[job.spec?.index ?? -1]?.rational ?? null;
    if (job.account !== "" && price !== null) {
      if (!speech.suffices(job.account, job.tickets, price, now)) {
        node.check.release(reservation);
        this.#answer(job, { status: 400, text: NO_BALANCE });
        return;
      }
    }
    job.reserved = true;
    if (node.isLocal) {
      this.#beginOwn(job, node);
      return;
    }
    job.remote = new RemoteAIJob(node.manager, job.slot, job.spec?.index);
    this.#goOn(job, job.remote.begin());
  }

  /** A job's work is over. */
  done(job: AIJobSlot): void {
    const { now } = this.#run;
    // The event may be that of work that was lost with its worker.
    if (job.doneMs !== now) return;
    job.doneMs = Number.NaN;
    const { workers, speech } = this.#parts;
    const node = this.#node(job);
    const price = node.spec.prices[job.spec?.index ?? -1]?.rational ?? null;
    const isDone = !job.fails;
    if (isDone && job.account !== "" && price !== null && job.spec !== null) {
      speech.debit(job.account, job.units * job.spec.debitedPerPaid, price, now);
    }
    if (isDone && job.counted && !job.live) {
      const { unitsDone } = this.#counters(job);
      const { orchestrator } = node.spec;
      unitsDone[orchestrator] = (unitsDone[orchestrator] ?? 0) + job.units;
    }
    if (job.counted && job.cold) this.#counters(job).coldStarts++;
    if (job.remote === null) {
      if (job.live && isDone) this.#runs(job, node);
      else this.#answer(job, isDone ? { status: 200, text: "" } : { status: 500, text: FAILED });
      return;
    }
    this.#run.listener?.aiReceived?.(job, now);
    this.#judge(job, node);
    if (job.live && isDone) {
      this.#runs(job, node);
      return;
    }
    if (isDone && job.counted) this.#parts.money?.worked(job, now);
    if (isDone) this.#run.listener?.aiProcessed?.(job, now);
    workers.ends(job);
    const text = job.outOfMemory ? OUT_OF_MEMORY : FAILED;
    this.#goOn(job, isDone ? job.remote.succeeded() : job.remote.failed(text));
  }

  /** A worker has kept the orchestrator waiting for too long. */
  timedOut(job: AIJobSlot): void {
    if (job.timeoutMs !== this.#run.now || job.remote === null) return;
    if (job.counted) this.#workerCounters(job).timeouts++;
    job.fails = true;
    this.#judge(job, this.#node(job));
    this.#parts.workers.ends(job);
    this.#goOn(job, job.remote.timedOut());
  }

  /** A live stream's orchestrator is not needed any more. */
  stops(job: AIJobSlot): void {
    const node = this.#node(job);
    const kind = job.spec?.index ?? -1;
    if (!job.lost) node.liveInUse[kind] = Math.max(0, (node.liveInUse[kind] ?? 0) - 1);
    if (job.remote !== null && job.remote.answer === null) {
      if (job.begun) this.#parts.workers.ends(job);
      job.remote.succeeded();
    }
    this.#free(job);
  }

  /** A worker connects with its node, if that is there. */
  workerConnects(worker: number): void {
    const node = this.#nodeOf(worker);
    if (node !== null) this.#parts.workers.connects(worker, node);
  }

  /** A worker has gone: its jobs begin anew with others. */
  workerLeaves(worker: number): void {
    const node = this.#nodeOf(worker);
    if (node === null) return;
    for (const job of this.#parts.workers.leaves(worker, node)) this.#loses(job, node);
  }

  /** A node's process begins anew: whatever it was at is lost. */
  restarts(index: number): void {
    const node = this.#parts.places[index] ?? null;
    if (node === null) return;
    const { workers } = this.#parts;
    for (const worker of workers.connectedTo(index)) workers.leaves(worker, node);
    const here = this.jobs.all().filter((job) => job.reserved && job.node === index);
    node.restarts();
    for (const job of here) {
      job.doneMs = Number.NaN;
      if (job.stream === null) this.#answer(job, null, true);
      else {
        job.remote = null;
        job.lost = true;
        this.#parts.lost(job, true);
      }
    }
  }

  /** A job to be sent. */
  take(request: AIRequestSlot): AIJobSlot {
    const job = this.jobs.take();
    job.request = request;
    job.generation = request.generation;
    job.spec = request.spec;
    job.k0 = request.k0;
    job.k1 = request.k1;
    job.order = request.order;
    job.submit = request.core.submits;
    job.counted = request.counted;
    job.units = request.units;
    job.live = request.stream !== null;
    return job;
  }

  #loses(job: AIJobSlot, node: AINode): void {
    const { remote } = job;
    invariant(remote !== null, "a worker's job is remote");
    if (job.stream !== null) {
      const kind = job.spec?.index ?? -1;
      node.liveInUse[kind] = Math.max(0, (node.liveInUse[kind] ?? 0) - 1);
      job.lost = true;
      remote.failed(GONE);
      this.#parts.lost(job, false);
      return;
    }
    job.cold = job.outOfMemory = job.fails = false;
    this.#goOn(job, remote.workerGone());
  }

  #goOn(job: AIJobSlot, effect: AIJobEffect): void {
    const { remote } = job;
    invariant(remote !== null, "a job goes on at the workers' manager");
    if (effect === "answer") {
      this.#answer(job, remote.answer);
      return;
    }
    const { workers } = this.#parts;
    workers.takes(workers.workerOf(job.node, remote.worker), job);
  }

  /** The orchestrator does it itself. */
  #beginOwn(job: AIJobSlot, node: AINode): void {
    const { now, queue } = this.#run;
    const kind = job.spec?.index ?? -1;
    const serving = node.spec.own?.[kind] ?? null;
    invariant(serving !== null, "it has room for what it serves");
    const { fixedMs, msPerUnit, noise, failure, hang, loadMs } = serving;
    const fate = drawOf(job, submitDraw(job.submit, SUBMIT_DRAW.failure));
    job.fails = fate < failure;
    if (fate > 1 - hang) {
      job.fails = true;
      job.doneMs = now + AI_WORKER_TIMEOUT_MS;
      queue.schedule(job.doneMs, EVENT.aiDone, job.slot, job.order);
      return;
    }
    if (node.loadedMs[kind] === Number.POSITIVE_INFINITY) node.loadedMs[kind] = now + loadMs;
    const waitMs = Math.max(0, (node.loadedMs[kind] ?? 0) - now);
    job.cold = waitMs > 0;
    const u = noise.sigma === 0 ? 0.5 : drawOf(job, submitDraw(job.submit, SUBMIT_DRAW.work));
    const factor = drawLognormal(noise, u) * this.#parts.conditions.slownessOf(job.node, now);
    job.doneMs = now + waitMs + (fixedMs + msPerUnit * job.units) * factor;
    queue.schedule(job.doneMs, EVENT.aiDone, job.slot, job.order);
  }

  /** A live stream has started here. */
  #runs(job: AIJobSlot, node: AINode): void {
    const { request, generation } = job;
    const isAwaited = request !== null && request.generation === generation && request.job === job;
    const kind = job.spec?.index ?? -1;
    node.liveInUse[kind] = (node.liveInUse[kind] ?? 0) + 1;
    if (!isAwaited) {
      this.stops(job);
      return;
    }
    job.stream = request.stream;
    this.#reply(job, { status: 200, text: "" });
  }

  /** What the admission policy makes of a job's end. */
  #judge(job: AIJobSlot, node: AINode): void {
    const { now } = this.#run;
    if (job.counted) {
      const counters = this.#workerCounters(job);
      if (job.fails) counters.failed++;
      else {
        counters.succeeded++;
        counters.times.record(now - job.sentMs);
      }
    }
    const bench =
      node.admission?.ended(
        job.worker,
        job.spec?.index ?? -1,
        { tookMs: now - job.sentMs, units: job.units, cold: job.cold, failed: job.fails },
        now,
      ) ?? null;
    if (bench !== null && job.counted) this.#workerCounters(job).benches++;
  }

  /** The job is over; null: the connection ends without an answer. */
  #answer(job: AIJobSlot, answer: AIAnswer | null, isLost = false): void {
    if (job.reserved && !isLost) {
      const node = this.#node(job);
      const reservation = node.reservations[job.spec?.index ?? -1];
      if (reservation !== undefined) node.check.release(reservation);
    }
    this.#reply(job, answer);
    this.#free(job);
  }

  /** What a gateway reads, if it still waits for it. */
  #reply(job: AIJobSlot, answer: AIAnswer | null): void {
    const { request, generation, spec } = job;
    const { now, queue } = this.#run;
    invariant(request !== null && spec !== null, "a job is a request's");
    const isOk = answer?.status === 200;
    if (request.generation !== generation || request.job !== job) {
      if (isOk && job.counted && !job.live) this.#counters(job).unitsUnreceived += job.units;
      return;
    }
    const text = answer?.text ?? GONE;
    const isLlm = spec.pipeline.name === "llm" && answer !== null;
    request.failure = isOk ? null : { text: isLlm ? llmFailureText(answer.status, text) : text };
    request.answered = true;
    const atMs = now + this.#backMs(job, isOk);
    if (atMs >= request.resultMs) {
      // The client has gone by then, of which an event is on its way.
      if (isOk && job.counted && !job.live) this.#counters(job).unitsUnreceived += job.units;
      request.answered = false;
      return;
    }
    request.resultMs = atMs;
    queue.schedule(atMs, EVENT.aiResult, request.slot, request.order);
  }

  /** From the end of the work to the end of the answer at the gateway, ms. */
  #backMs(job: AIJobSlot, isOk: boolean): number {
    const { world } = this.#run;
    const site = world.sites[job.site];
    const megabits = isOk ? (job.spec?.responseMegabits ?? 0) : 0;
    const mbps = Math.min(
      site?.bandwidthMbps ?? 1000,
      world.nodes[job.node]?.bandwidthMbps ?? 1000,
    );
    const ms = job.rttMs / 2 + (1000 * megabits) / mbps;
    if (job.worker < 0) return ms;
    return (
      ms + this.#parts.workers.networkMs(job.worker, megabits + (job.spec?.requestMegabits ?? 0))
    );
  }

  #free(job: AIJobSlot): void {
    job.request = null;
    job.remote = null;
    job.stream = null;
    job.worker = -1;
    job.lost = job.reserved = job.begun = job.cold = job.outOfMemory = job.fails = false;
    job.doneMs = job.timeoutMs = Number.NaN;
    job.account = "";
    this.jobs.give(job);
  }

  #node(job: AIJobSlot): AINode {
    const node = this.#parts.places[job.node] ?? null;
    invariant(node !== null, "jobs are sent to nodes that serve them");
    return node;
  }

  #nodeOf(worker: number): AINode | null {
    return this.#parts.places[this.#run.world.workers[worker]?.node ?? -1] ?? null;
  }

  #counters(job: AIJobSlot): AIJobCounters {
    const counters = this.#run.counters.ai?.jobs[job.spec?.index ?? -1];
    invariant(counters !== undefined, "every job has counters");
    return counters;
  }

  #workerCounters(job: AIJobSlot) {
    const counters = this.#run.counters.ai?.workers[job.worker];
    invariant(counters !== undefined, "every worker has counters");
    return counters;
  }
}
