/**
 * The remote workers of the orchestrator under study: who is connected, who gets a session's segment
 * (the library's own manager decides, O-15 … O-20), and what the admission policy says to it.
 */
import { InvariantError } from "../../../core/errors.js";
import { uniform } from "../../../core/random.js";
import { bitString } from "../../../discovery/capabilities.js";
import { DEFAULT_CAPABILITIES } from "../../../discovery/capability.js";
import {
  type AdmissionPolicy,
  admissionNeeds,
  createAdmission,
  RemoteTranscoderManager,
  type SessionEnd,
  sessionSlot,
  settleTask,
} from "../../../pool/index.js";
import type { AIPresence } from "../../ai/serving.js";
import type { Conditions } from "../conditions/conditions.js";
import type { Gateways } from "../discovery/gateways.js";
import { REGISTRATION_DRAW, WORKER_SESSION_DRAW } from "../draws.js";
import type { Call, SessionInfo } from "../entities.js";
import { EVENT } from "../events.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";
import { WorkerTasks } from "../workers/worker-tasks.js";
import { admissionWithin } from "../world/admission-config.js";
import type { Foreseen } from "./backend.js";
import { EncoderSessions } from "./encoder-sessions.js";
import { foreseenOf } from "./foreseen.js";
import { JobsOfSites } from "./jobs-of-sites.js";
import { makeWorkers, NO_REGISTRATION, type Worker, type WorkersParts } from "./worker-state.js";
import { choiceText, loadsText } from "./worker-texts.js";

/** The workers of all nodes of the pool. */
export class Workers {
  readonly policy: AdmissionPolicy;
  /** Whether some worker may be on probation: then copies of live segments are sent (see `pool.ts`). */
  readonly mayShadow: boolean;
  readonly list: readonly Worker[];
  /** Null where no worker's system limits them. */
  readonly encoders: EncoderSessions<SessionInfo> | null;
  /** Of workers whose transfers share their links. */
  readonly tasks: WorkerTasks;
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #conditions: Conditions;
  readonly #nodes: readonly NodeRuntime[];
  /** By node; only those of the pool have one. */
  readonly #managers: (RemoteTranscoderManager | null)[];
  /** By node: what jobs ask of a worker (O-16). */
  readonly #jobs: (JobsOfSites | null)[];
  readonly #tiers: boolean;
  /** Hears of the same workers for AI jobs. */
  ai: AIPresence | null = null;

  constructor({ run, gateways, conditions, nodes }: WorkersParts) {
    this.#run = run;
    this.#gateways = gateways;
    this.#conditions = conditions;
    this.#nodes = nodes;
    const { world, key, regionNames } = run;
    const config = admissionWithin(world.scenario.orchestrator?.admission, regionNames);
    this.policy = createAdmission(config, {
      names: regionNames,
      rttMs: regionNames.map((region) => {
        const node = world.nodes[world.orchestrators[world.pool]?.nodes[0] ?? -1];
        return node === undefined ? 0 : world.tables.rttMs(region, node.region);
      }),
    });
    const needs = admissionNeeds(config);
    this.#managers = world.nodes.map(() => null);
    this.#jobs = world.nodes.map(() => null);
    this.#tiers = needs.has("tiers");
    this.mayShadow = needs.has("shadows");
    for (const index of world.orchestrators[world.pool]?.nodes ?? []) {
      const manager = new RemoteTranscoderManager({
        tiers: this.#tiers,
        mayServe: (registration, session) => this.#mayServe(index, registration, session),
      });
      this.#managers[index] = manager;
      this.#jobs[index] = new JobsOfSites(gateways, manager);
      nodes[index]?.onSessionEnd((info, slot, atMs, cause) =>
        this.#sessionEnded(manager, info, slot, atMs, cause),
      );
    }
    this.list = makeWorkers(world, key, config);
    this.encoders = EncoderSessions.of(world);
    this.tasks = new WorkerTasks(
      run,
      this.list.map(({ times }) => times),
    );
  }

  /** The worker with an index, or undefined. */
  at(index: number): Worker | undefined {
    return this.list[index];
  }

  /**
   * Those that are up register at the start, in an order that is drawn: the last one gets the first
   * session (O-16), and no worker of the scenario shall be that one for ever.
   */
  start(): void {
    const places = this.list.map(({ spec, key }) => ({
      index: spec.index,
      place: uniform(key.k0, key.k1, REGISTRATION_DRAW),
    }));
    places.sort((a, b) => a.place - b.place || a.index - b.index);
    for (const { index } of places) {
      this.registers(index);
      this.#scheduleChange(index);
    }
  }

  /** A worker fails, or is there again. */
  changes(index: number): void {
    const worker = this.list[index];
    if (worker === undefined) return;
    if (worker.uptime?.isOn(this.#run.now)) this.registers(index);
    else this.#goesDown(worker);
    this.#scheduleChange(index);
  }

  /** An event puts a worker out, or back, whatever its own ups and downs. */
  outage(index: number, isOver: boolean): void {
    const worker = this.list[index];
    if (worker === undefined) return;
    const wasThere = worker.outages === 0 && worker.uptime?.isOn(this.#run.now) !== false;
    worker.outages += isOver ? -1 : 1;
    if (!isOver && wasThere) this.#goesDown(worker);
    else if (isOver) this.registers(index);
  }

  /** A node begins anew: its workers' streams end, and they connect again (O-14). */
  restarts(node: number): void {
    for (const worker of this.list) {
      const isConnected = worker.registration !== NO_REGISTRATION;
      if (worker.spec.node !== node || !(isConnected || worker.isAIOnly)) continue;
      if (isConnected) this.#leaves(worker, "left");
      worker.epoch++;
      worker.tasks = 0;
      this.tasks.stop(worker.spec.index);
      this.#triesAgain(worker);
    }
  }

  #scheduleChange(index: number): void {
    const { queue, now } = this.#run;
    const atMs = this.list[index]?.uptime?.nextChange(now) ?? Number.POSITIVE_INFINITY;
    if (atMs < Number.POSITIVE_INFINITY) queue.schedule(atMs, EVENT.workerChanges, index, index);
  }

  /** A worker that was thrown out tries again (O-14); one that failed meanwhile does not. */
  reconnects(index: number): void {
    if (this.list[index]?.reconnectAtMs === this.#run.now) this.registers(index);
  }

  /** A worker asks to be admitted (O-13). One that is refused stays away. */
  registers(index: number): void {
    const run = this.#run;
    const worker = this.list[index];
    if (worker === undefined || worker.registration !== NO_REGISTRATION) return;
    if (worker.outages > 0 || worker.uptime?.isOn(run.now) === false) return;
    worker.reconnectAtMs = Number.NaN;
    const { spec } = worker;
    if (this.#conditions.outages.isDown(spec.node, run.now)) {
      this.#triesAgain(worker);
      return;
    }
    this.ai?.workerConnects(index);
    if (worker.isAIOnly) return;
    const decision = this.policy.onRegister(
      {
        worker: index,
        name: spec.name,
        kind: spec.kind,
        maxSessions: spec.settings.maxSessions,
        benchmark: worker.figures,
      },
      run.now,
    );
    run.workerCounters(index).admission ??= decision;
    if (!decision.admitted || decision.maxSessions < 1) return;
    const manager = this.#manager(spec.node);
    const node = this.#nodes[spec.node];
    node?.sessions.workerRegistering(manager.liveCapacity, decision.maxSessions);
    worker.registration = manager.register({
      capacity: decision.maxSessions,
      capabilities: { bitstring: bitString(DEFAULT_CAPABILITIES), version: spec.settings.version },
      tier: this.#tiers ? this.policy.tier(index, run.now) : 0,
      identity: index,
    });
    worker.registrations++;
    worker.capacity = decision.maxSessions;
    worker.connectedSinceMs = run.now;
    if (run.counting) run.workerCounters(index).registrations++;
    run.listener?.connected(index, run.now);
  }

  /** A worker fails: its stream ends, its tasks never come back (O-17, O-18). */
  #goesDown(worker: Worker): void {
    // While it tries to reconnect nobody notices that it fails.
    if (worker.registration !== NO_REGISTRATION) this.#leaves(worker, "left");
    this.ai?.workerLeaves(worker.spec.index);
    worker.epoch++;
    worker.tasks = 0;
    this.tasks.stop(worker.spec.index);
    worker.reconnectAtMs = Number.NaN;
    worker.backoff.restart();
  }

  /**
   * Who gets a session's next segment (O-16); the books of the worker that had the session end where
   * it is another's now.
   *
   * @returns null where nobody takes it; the call's `registration` is that of the worker
   */
  select(call: Call, info: SessionInfo): Worker | null {
    const run = this.#run;
    const manager = this.#manager(call.node);
    const slot = sessionSlot(call.nodeSession);
    const before = manager.workerOf(slot);
    const loads = info.stream.traced ? loadsText(manager, this.list) : null;
    const registration = manager.select(slot, this.#jobs[call.node]?.of(info.stream) ?? -1);
    if (loads !== null) {
      const chosen = this.list[manager.identity(registration)]?.spec.name;
      run.trace.say("O-16", `  ${choiceText(chosen, registration === before)} (${loads})`);
    }
    if (registration < 0) {
      this.#unassign(info, before, registration, manager);
      return null;
    }
    const worker = this.list[manager.identity(registration)];
    if (worker === undefined) throw new InvariantError("every registration is a worker's");
    call.registration = registration;
    if (registration === before) return worker;
    const { index, hash } = worker.spec;
    this.#unassign(info, before, registration, manager);
    info.worker = index;
    info.assignedMs = run.now;
    info.workerSegments = 0;
    const { k0, k1 } = info.stream;
    info.workerFactor = worker.times.sessionFactor(uniform(k0 ^ hash, k1, WORKER_SESSION_DRAW));
    if (run.counting) run.workerCounters(index).picks++;
    return worker;
  }

  /**
   * Whether a session's worker will do its next segments whatever others do until then; see `Backend`.
   * Where a policy looks at segments, or copies them, their order counts.
   */
  foreseen(info: SessionInfo, nowMs: number): Foreseen | null {
    if (this.mayShadow || this.policy.readsSegments || info.running !== null) return null;
    const manager = this.#manager(info.node);
    const registration = manager.workerOf(sessionSlot(info.nodeSession));
    if (registration < 0 || !manager.isLive(registration)) return null;
    const worker = this.list[manager.identity(registration)];
    if (worker?.isSteady !== true || worker.spec.index !== info.worker) return null;
    return foreseenOf(worker, info, nowMs, this.#run.world.scenario.assumptions.segmentFailure);
  }

  /**
   * A worker has kept the orchestrator waiting for a task for too long (O-18): it is thrown out, and
   * tries again after a while (O-14). A later registration has nothing to do with the task.
   */
  timedOut(worker: Worker, call: Call, info: SessionInfo): void {
    const run = this.#run;
    const { index } = worker.spec;
    const wasConnected =
      worker.registration !== NO_REGISTRATION && worker.registrations === call.registrations;
    this.policy.onSegment(index, this.regionOf(info), Number.POSITIVE_INFINITY, run.now);
    this.settle(call, info, wasConnected ? "timeout" : "workerError");
    if (!wasConnected) return;
    this.#leaves(worker, "timeout");
    this.#triesAgain(worker);
  }

  /** It connects again after a while (O-14). */
  #triesAgain(worker: Worker): void {
    const { queue, now } = this.#run;
    const { key, spec } = worker;
    const delayMs = worker.backoff.nextDelayMs(uniform(key.k0, key.k1, worker.draws++));
    worker.reconnectAtMs = now + delayMs;
    queue.schedule(worker.reconnectAtMs, EVENT.workerReconnects, spec.index, spec.index);
  }

  /** A session of a node has ended (O-20). */
  #sessionEnded(
    manager: RemoteTranscoderManager,
    info: SessionInfo,
    slot: number,
    atMs: number,
    cause: SessionEnd,
  ): void {
    const registration = manager.workerOf(slot);
    if (registration < 0) return;
    this.#unassign(info, registration, -1, manager, atMs);
    manager.complete(slot);
    const index = manager.identity(registration);
    this.policy.onSessionEnd(index, this.regionOf(info), info.workerSegments, cause, atMs);
    this.#setTier(index, registration, manager);
    manager.forget(registration);
  }

  /** Closes the books: time connected and assigned until the end. */
  finish(endMs: number): void {
    for (const worker of this.list) {
      if (worker.registration === NO_REGISTRATION) continue;
      this.#countConnected(worker, endMs);
      this.#unassignAll(worker, endMs);
    }
  }

  /** Sessions of a worker that is not there any more load nobody. */
  #unassignAll({ registration, spec }: Worker, atMs: number): void {
    const manager = this.#manager(spec.node);
    for (const info of this.#nodes[spec.node]?.openInfos() ?? []) {
      if (manager.workerOf(sessionSlot(info.nodeSession)) !== registration) continue;
      this.#unassign(info, registration, NO_REGISTRATION, manager, atMs);
    }
  }

  /** Ends the books of a session's worker that it no longer has. */
  #unassign(
    info: SessionInfo,
    before: number,
    after: number,
    manager: RemoteTranscoderManager,
    atMs = this.#run.now,
  ): void {
    if (before < 0 || before === after || info.worker < 0) return;
    this.encoders?.release(info);
    const run = this.#run;
    const spanMs = atMs - Math.max(info.assignedMs, run.world.warmupMs);
    if (spanMs > 0) run.workerCounters(manager.identity(before)).loadMs += spanMs;
    info.assignedMs = Number.POSITIVE_INFINITY;
  }

  /** Ends a task that the worker has not delivered. */
  settle(call: Call, info: SessionInfo, outcome: "workerError" | "timeout"): void {
    const manager = this.#manager(call.node);
    const slot = sessionSlot(call.nodeSession);
    // The session may have ended meanwhile, and its slot may be another's by now.
    const { now } = this.#run;
    if (this.#nodes[call.node]?.sessions.isOpen(call.nodeSession, now)) {
      if (manager.workerOf(slot) === call.registration) {
        this.#unassign(info, call.registration, -1, manager);
      }
      settleTask(manager, slot, call.registration, outcome);
    } else if (outcome === "timeout") {
      manager.disconnect(call.registration);
    }
    manager.forget(call.registration);
  }

  #leaves(worker: Worker, cause: "left" | "timeout"): void {
    const run = this.#run;
    const manager = this.#manager(worker.spec.node);
    manager.disconnect(worker.registration);
    this.#nodes[worker.spec.node]?.sessions.workerLeft(manager.liveCapacity);
    this.#countConnected(worker, run.now);
    this.#unassignAll(worker, run.now);
    worker.registration = NO_REGISTRATION;
    this.policy.onDisconnect(worker.spec.index, cause, run.now);
    run.listener?.disconnected(worker.spec.index, run.now);
  }

  #countConnected(worker: Worker, untilMs: number): void {
    const run = this.#run;
    const spanMs = untilMs - Math.max(worker.connectedSinceMs, run.world.warmupMs);
    if (spanMs > 0) run.workerCounters(worker.spec.index).capacityMs += spanMs * worker.capacity;
  }

  #setTier(index: number, registration: number, manager: RemoteTranscoderManager): void {
    if (!this.#tiers || !manager.isLive(registration)) return;
    manager.setTier(registration, this.policy.tier(index, this.#run.now));
  }

  #mayServe(node: number, registration: number, session: number): boolean {
    const info = this.#nodes[node]?.infoAt(session);
    const index = this.#manager(node).identity(registration);
    if (info === null || info === undefined) return true;
    return this.policy.mayServe(index, this.regionOf(info), this.#run.now);
  }

  /** Where a session's segments come from. */
  regionOf(info: SessionInfo): number {
    return this.#gateways.of(info.stream).regionIndex;
  }

  #manager(node: number): RemoteTranscoderManager {
    const manager = this.#managers[node];
    if (manager !== undefined && manager !== null) return manager;
    throw new InvariantError(`node ${node} has no workers`);
  }
}
