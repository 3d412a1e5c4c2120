/**
 * The remote workers of the orchestrator under study: who is connected, who gets a session's
 * segment (the library's own manager decides, O-15 … O-20), how its tasks end, and what the
 * admission policy says to it.
 */
import { InvariantError } from "../../core/errors.js";
import { childK0, childK1, type RandomKey, uniform } from "../../core/random.js";
import { bitString, DEFAULT_CAPABILITIES } from "../../discovery/index.js";
import {
  type AdmissionPolicy,
  type BenchmarkFigures,
  benchmarkFigures,
  createAdmission,
  ReconnectBackoff,
  RemoteTranscoderManager,
  type SessionEnd,
  sessionSlot,
  settleTask,
  taskTimeoutMs,
  usesTiers,
} from "../../pool/index.js";
import { Alternating } from "../engine/alternating.js";
import { admissionWithin } from "./admission-config.js";
import { callDraw, DRAW, ENTITY, WORKER_SESSION_DRAW } from "./draws.js";
import type { Call, SessionInfo } from "./entities.js";
import { EVENT } from "./events.js";
import type { GatewayRuntime } from "./gateway.js";
import type { NodeRuntime } from "./node.js";
import { mostRenditions, segmentPixels } from "./renditions.js";
import type { Simulation } from "./simulation.js";
import type { WorkLoad } from "./work-times.js";
import { runBenchmark } from "./worker-benchmark.js";
import { type WorkerTask, WorkerTasks } from "./worker-tasks.js";
import { WorkerTimes } from "./worker-times.js";
import type { WorkerSpec } from "./world.js";

const NO_REGISTRATION = -1;
/** Of a worker's key: its place among those that register at the start; its other draws count from 0. */
const REGISTRATION_DRAW = -1;

/** A worker's state. */
interface Worker {
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
  readonly uptime: Alternating | null;
  /** When it tries to register again, ms. */
  reconnectAtMs: number;
  /** Tasks under way. */
  tasks: number;
  capacity: number;
  connectedSinceMs: number;
}

/** The workers of all nodes of the pool. */
export class WorkerPool {
  readonly policy: AdmissionPolicy;
  /** Of workers whose transfers share their links. */
  readonly tasks: WorkerTasks;
  readonly #simulation: Simulation;
  readonly #workers: Worker[];
  readonly #managers = new Map<number, RemoteTranscoderManager>();
  /** By manager and gateway: what a job asks of a worker (O-16). */
  readonly #jobs = new Map<RemoteTranscoderManager, Map<GatewayRuntime, number>>();
  readonly #tiers: boolean;
  readonly #shadowing: boolean;
  readonly #shadowKey: RandomKey;
  #shadows = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { world, key } = simulation;
    const { regionNames } = simulation;
    const config = admissionWithin(world.scenario.orchestrator?.admission, regionNames);
    this.policy = createAdmission(config, {
      names: regionNames,
      rttMs: regionNames.map((region) => {
        const node = world.nodes[world.orchestrators[world.pool]?.nodes[0] ?? -1];
        return node === undefined ? 0 : world.tables.rttMs(region, node.region);
      }),
    });
    this.#tiers = usesTiers(config);
    this.#shadowKey = { k0: childK0(key, ENTITY.shadow), k1: childK1(key, ENTITY.shadow) };
    const needsFigures =
      config.benchmark !== undefined || config.tier !== undefined || config.perRegion !== undefined;
    this.#shadowing = config.probation !== undefined;
    for (const node of world.orchestrators[world.pool]?.nodes ?? []) {
      const manager = new RemoteTranscoderManager({
        tiers: this.#tiers,
        mayServe: (registration, session) => this.#mayServe(node, registration, session),
      });
      this.#managers.set(node, manager);
    }
    this.#workers = world.workers.map((spec) => {
      const workerKey = {
        k0: childK0(
          { k0: childK0(key, ENTITY.worker), k1: childK1(key, ENTITY.worker) },
          spec.hash,
        ),
        k1: childK1(
          { k0: childK0(key, ENTITY.worker), k1: childK1(key, ENTITY.worker) },
          spec.hash,
        ),
      };
      const child = (entity: number) => ({
        k0: childK0(workerKey, entity),
        k1: childK1(workerKey, entity),
      });
      const times = new WorkerTimes(world, spec, child(ENTITY.slowness));
      const { segments = 200, maxSessions = 20 } = config.benchmark ?? {};
      const tried = Math.min(spec.settings.maxSessions, maxSessions);
      const plan = { maxSessions: tried, segments, atMs: 0 };
      const figures = needsFigures
        ? benchmarkFigures(
            runBenchmark(times, this.#referenceWork(), plan, child(ENTITY.benchmark)),
          )
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
        tasks: 0,
        capacity: 0,
        connectedSinceMs: 0,
      };
    });
    const times = this.#workers.map((worker) => worker.times);
    this.tasks = new WorkerTasks(simulation, times, (task) => this.#taskDone(task));
  }

  /**
   * Those that are up register at the start, in an order that is drawn: the last one gets the first
   * session (O-16), and no worker of the scenario shall be that one for ever.
   */
  start(): void {
    const places = this.#workers.map(({ spec, key }) => ({
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
    const worker = this.#workers[index];
    if (worker === undefined) return;
    if (worker.uptime?.isOn(this.#simulation.now)) this.registers(index);
    else this.#goesDown(worker);
    this.#scheduleChange(index);
  }

  #scheduleChange(index: number): void {
    const { queue, now } = this.#simulation;
    const atMs = this.#workers[index]?.uptime?.nextChange(now) ?? Number.POSITIVE_INFINITY;
    if (atMs < Number.POSITIVE_INFINITY) queue.schedule(atMs, EVENT.workerChanges, index);
  }

  /** A worker that was thrown out tries again (O-14); one that failed meanwhile does not. */
  reconnects(index: number): void {
    if (this.#workers[index]?.reconnectAtMs === this.#simulation.now) this.registers(index);
  }

  /** A worker asks to be admitted (O-13). One that is refused stays away. */
  registers(index: number): void {
    const simulation = this.#simulation;
    const worker = this.#workers[index];
    if (worker === undefined || worker.registration !== NO_REGISTRATION) return;
    if (worker.uptime?.isOn(simulation.now) === false) return;
    worker.reconnectAtMs = Number.NaN;
    const { spec } = worker;
    const decision = this.policy.onRegister(
      {
        worker: index,
        name: spec.name,
        kind: spec.kind,
        maxSessions: spec.settings.maxSessions,
        benchmark: worker.figures,
      },
      simulation.now,
    );
    if (!decision.admitted || decision.maxSessions < 1) return;
    const manager = this.#manager(spec.node);
    const node = simulation.nodes[spec.node];
    node?.sessions.workerRegistering(manager.liveCapacity, decision.maxSessions);
    worker.registration = manager.register({
      capacity: decision.maxSessions,
      capabilities: { bitstring: bitString(DEFAULT_CAPABILITIES), version: spec.settings.version },
      tier: this.#tiers ? this.policy.tier(index, simulation.now) : 0,
      identity: index,
    });
    worker.registrations++;
    worker.capacity = decision.maxSessions;
    worker.connectedSinceMs = simulation.now;
    if (simulation.counting) simulation.workerCounters(index).registrations++;
    simulation.listener?.connected(index, simulation.now);
  }

  /** A worker fails: its stream ends, its tasks never come back (O-17, O-18). */
  #goesDown(worker: Worker): void {
    // While it tries to reconnect nobody notices that it fails.
    if (worker.registration !== NO_REGISTRATION) this.#leaves(worker, "left");
    worker.epoch++;
    worker.tasks = 0;
    this.tasks.stop(worker.spec.index);
    worker.reconnectAtMs = Number.NaN;
    worker.backoff.restart();
  }

  /** A session's next segment begins at the node: a worker gets it, or it fails at once. */
  begin(call: Call, info: SessionInfo, node: NodeRuntime): void {
    const simulation = this.#simulation;
    const manager = this.#manager(node.spec.index);
    const slot = sessionSlot(call.nodeSession);
    const before = manager.workerOf(slot);
    // Also of a segment that nobody may serve yet: else nobody would ever pass.
    if (this.#shadowing) this.#shadow(call);
    const registration = manager.select(slot, this.#jobOf(manager, info.stream.gateway));
    if (registration < 0) {
      this.#unassign(info, before, registration, manager);
      simulation.orchestratorSide.workFailed(call);
      return;
    }
    const worker = this.#workers[manager.identity(registration)];
    if (worker === undefined) return;
    const { index } = worker.spec;
    if (registration !== before) {
      this.#unassign(info, before, registration, manager);
      info.worker = index;
      info.assignedMs = simulation.now;
      info.workerSegments = 0;
      const { k0, k1 } = info.stream;
      info.workerFactor = worker.times.sessionFactor(
        uniform(k0 ^ worker.spec.hash, k1, WORKER_SESSION_DRAW),
      );
      if (simulation.counting) simulation.workerCounters(index).picks++;
    }
    call.registration = registration;
    call.worker = index;
    call.begunMs = simulation.now;
    this.#start(call, worker, info);
  }

  /** The worker's result is due. */
  workDone(call: Call): void {
    const simulation = this.#simulation;
    const worker = this.#workers[call.worker];
    const { info } = call;
    if (worker === undefined || info === null) return;
    if (worker.epoch !== call.epoch) {
      simulation.queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot);
      return;
    }
    call.taskDueMs = Number.NaN;
    worker.tasks--;
    const roundTripMs = simulation.now - call.begunMs;
    if (call.workFails) {
      if (simulation.counting) simulation.workerCounters(call.worker).errors++;
      this.policy.onSegment(
        call.worker,
        this.#regionOf(info),
        Number.POSITIVE_INFINITY,
        simulation.now,
      );
      this.#settle(call, info, "workerError");
      simulation.orchestratorSide.workFailed(call);
      return;
    }
    info.workerSegments++;
    if (simulation.counting) {
      const counters = simulation.workerCounters(call.worker);
      counters.segments++;
      counters.pixels += call.pixels;
      counters.roundTrips.record(roundTripMs);
    }
    if (call.counted) {
      const { count } = info.stream.renditions;
      simulation.money?.worked(call.worker, call.pixels, call.durationMs, count);
      simulation.listener?.worked(call, roundTripMs, simulation.now);
    }
    if (this.policy.readsSegments) {
      this.policy.onSegment(call.worker, this.#regionOf(info), roundTripMs, simulation.now);
    }
    simulation.orchestratorSide.workDone(call);
  }

  /** The orchestrator has waited long enough (O-18): the worker is disconnected, no retry. */
  taskTimeout(call: Call): void {
    const simulation = this.#simulation;
    const worker = this.#workers[call.worker];
    const { info } = call;
    // The event of a task that came back in time.
    if (worker === undefined || info === null || call.taskDueMs !== simulation.now) return;
    call.taskDueMs = Number.NaN;
    this.tasks.giveUp(call);
    if (worker.epoch === call.epoch) worker.tasks--;
    if (simulation.counting) simulation.workerCounters(call.worker).timeouts++;
    // A later registration has nothing to do with this task.
    const wasConnected =
      worker.registration !== NO_REGISTRATION && worker.registrations === call.registrations;
    this.policy.onSegment(
      call.worker,
      this.#regionOf(info),
      Number.POSITIVE_INFINITY,
      simulation.now,
    );
    this.#settle(call, info, wasConnected ? "timeout" : "workerError");
    if (wasConnected) {
      this.#leaves(worker, "timeout");
      const delayMs = worker.backoff.nextDelayMs(
        uniform(worker.key.k0, worker.key.k1, worker.draws++),
      );
      worker.reconnectAtMs = simulation.now + delayMs;
      simulation.queue.schedule(worker.reconnectAtMs, EVENT.workerReconnects, call.worker);
    }
    simulation.orchestratorSide.workFailed(call);
  }

  /** A session of a node has ended (O-20). */
  sessionEnded(
    node: number,
    info: SessionInfo,
    slot: number,
    atMs: number,
    cause: SessionEnd,
  ): void {
    const manager = this.#manager(node);
    const registration = manager.workerOf(slot);
    if (registration < 0) return;
    this.#unassign(info, registration, -1, manager, atMs);
    manager.complete(slot);
    const index = manager.identity(registration);
    this.policy.onSessionEnd(index, this.#regionOf(info), info.workerSegments, cause, atMs);
    this.#setTier(index, registration, manager);
    manager.forget(registration);
  }

  /** Closes the books: time connected and assigned until the end. */
  finish(endMs: number): void {
    for (const worker of this.#workers) {
      if (worker.registration === NO_REGISTRATION) continue;
      this.#countConnected(worker, endMs);
      this.#unassignAll(worker, endMs);
    }
  }

  /** Sessions of a worker that is not there any more load nobody. */
  #unassignAll({ registration, spec }: Worker, atMs: number): void {
    const manager = this.#manager(spec.node);
    for (const info of this.#simulation.nodes[spec.node]?.openInfos() ?? []) {
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
    atMs = this.#simulation.now,
  ): void {
    if (before < 0 || before === after || info.worker < 0) return;
    const simulation = this.#simulation;
    const spanMs = atMs - Math.max(info.assignedMs, simulation.world.warmupMs);
    if (spanMs > 0) simulation.workerCounters(manager.identity(before)).loadMs += spanMs;
    info.assignedMs = Number.POSITIVE_INFINITY;
  }

  #settle(call: Call, info: SessionInfo, outcome: "workerError" | "timeout"): void {
    const manager = this.#manager(call.node);
    const slot = sessionSlot(call.nodeSession);
    // The session may have ended meanwhile, and its slot may be another's by now.
    const { nodes, now } = this.#simulation;
    if (nodes[call.node]?.sessions.isOpen(call.nodeSession, now)) {
      if (manager.workerOf(slot) === call.registration) {
        this.#unassign(info, call.registration, -1, manager);
      }
      settleTask(manager, slot, call.registration, outcome);
    } else if (outcome === "timeout") {
      manager.disconnect(call.registration);
    }
    manager.forget(call.registration);
  }

  #start(call: Call, worker: Worker, info: SessionInfo): void {
    const simulation = this.#simulation;
    const { stream } = info;
    const { settings } = worker.spec;
    worker.tasks++;
    call.epoch = worker.epoch;
    call.registrations = worker.registrations;
    const draw = callDraw(call, DRAW.work);
    const fate = uniform(stream.k0, stream.k1, callDraw(call, DRAW.worker));
    const failure = simulation.world.scenario.assumptions.segmentFailure;
    call.workFails = fate < settings.errorProbability + failure;
    call.cheated = fate > 1 - settings.cheatProbability;
    const hangs =
      !call.workFails && fate < settings.errorProbability + failure + settings.hangProbability;
    call.taskDueMs = simulation.now + taskTimeoutMs(call.durationMs);
    const { times } = worker;
    const work = simulation.workOf(call);
    const load = { segments: worker.tasks, isFirst: info.workerSegments === 0 };
    const factor = info.workerFactor * times.slownessAt(simulation.now);
    const u0 = uniform(stream.k0, stream.k1, draw);
    const u1 = uniform(stream.k0 ^ worker.spec.hash, stream.k1, draw);
    const { queue, now } = simulation;
    if (times.sharesLinks) {
      // When it ends depends on what else begins: the end and the limit are both awaited.
      queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot);
      if (hangs) return;
      const task = this.tasks.take(worker.spec.index, call);
      this.tasks.begin(times.drawParts(task, work, load, factor, u0, u1));
      return;
    }
    const endMs = now + times.drawMs(work, load, factor, u0, u1);
    const late = hangs || endMs > call.taskDueMs;
    if (late) queue.schedule(call.taskDueMs, EVENT.taskTimeout, call.slot);
    else queue.schedule(endMs, EVENT.workDone, call.slot);
  }

  /** A result has arrived that came over shared links. */
  #taskDone({ call, isShadow, worker, begunMs }: WorkerTask): void {
    const { now } = this.#simulation;
    if (isShadow) this.policy.onShadow(worker, now - begunMs, now);
    else if (call !== null) this.workDone(call);
  }

  /** Copies of live segments for workers on probation; their results are dropped. */
  #shadow(call: Call): void {
    const simulation = this.#simulation;
    for (const worker of this.#workers) {
      const { index, settings } = worker.spec;
      if (worker.registration === NO_REGISTRATION || worker.spec.node !== call.node) continue;
      if (!this.policy.wantsShadow(index, simulation.now)) continue;
      const count = this.#shadows++ * 4;
      const draw = (offset: number) =>
        uniform(this.#shadowKey.k0, this.#shadowKey.k1, count + offset);
      const { now } = simulation;
      if (draw(0) < settings.errorProbability + settings.hangProbability) {
        this.policy.onShadow(index, Number.POSITIVE_INFINITY, now);
        continue;
      }
      const { times } = worker;
      const work = simulation.workOf(call);
      const load = { segments: worker.tasks + 1, isFirst: false };
      const factor = times.slownessAt(now) * times.sessionFactor(draw(3));
      if (times.sharesLinks) {
        const task = this.tasks.take(index, null);
        this.tasks.begin(times.drawParts(task, work, load, factor, draw(1), draw(2)));
      } else {
        const tookMs = times.drawMs(work, load, factor, draw(1), draw(2));
        this.policy.onShadow(index, tookMs, now);
      }
    }
  }

  #leaves(worker: Worker, cause: "left" | "timeout"): void {
    const simulation = this.#simulation;
    const manager = this.#manager(worker.spec.node);
    manager.disconnect(worker.registration);
    simulation.nodes[worker.spec.node]?.sessions.workerLeft(manager.liveCapacity);
    this.#countConnected(worker, simulation.now);
    this.#unassignAll(worker, simulation.now);
    worker.registration = NO_REGISTRATION;
    this.policy.onDisconnect(worker.spec.index, cause, simulation.now);
    simulation.listener?.disconnected(worker.spec.index, simulation.now);
  }

  #countConnected(worker: Worker, untilMs: number): void {
    const simulation = this.#simulation;
    const spanMs = untilMs - Math.max(worker.connectedSinceMs, simulation.world.warmupMs);
    if (spanMs > 0)
      simulation.workerCounters(worker.spec.index).capacityMs += spanMs * worker.capacity;
  }

  #setTier(index: number, registration: number, manager: RemoteTranscoderManager): void {
    if (this.#tiers && manager.isLive(registration)) {
      manager.setTier(registration, this.policy.tier(index, this.#simulation.now));
    }
  }

  #mayServe(node: number, registration: number, session: number): boolean {
    const info = this.#simulation.nodes[node]?.infoAt(session);
    const index = this.#manager(node).identity(registration);
    if (info === null || info === undefined) return true;
    return this.policy.mayServe(index, this.#regionOf(info), this.#simulation.now);
  }

  #regionOf(info: SessionInfo): number {
    return info.stream.gateway.regionIndex;
  }

  #jobOf(manager: RemoteTranscoderManager, gateway: GatewayRuntime): number {
    let jobs = this.#jobs.get(manager);
    if (jobs === undefined) {
      jobs = new Map();
      this.#jobs.set(manager, jobs);
    }
    let job = jobs.get(gateway);
    if (job === undefined) {
      job = manager.job(gateway.job);
      jobs.set(gateway, job);
    }
    return job;
  }

  #manager(node: number): RemoteTranscoderManager {
    const manager = this.#managers.get(node);
    if (manager !== undefined) return manager;
    throw new InvariantError(`node ${node} has no workers`);
  }

  #referenceWork(): WorkLoad {
    const { renditions, scenario } = this.#simulation.world;
    const { stream } = scenario;
    const all = mostRenditions(renditions);
    return {
      durationMs: stream.segmentMs,
      pixels: segmentPixels(all, stream.segmentMs),
      sourceMbps: stream.sourceMbps,
      outMbps: all.bitrateMbps,
    };
  }
}

/** When a worker is there: a process of its own, whatever its orchestrator does meanwhile. */
function uptimeOf({ settings }: WorkerSpec, key: RandomKey): Alternating | null {
  if (settings.up === undefined) return null;
  return new Alternating({ onMs: settings.up, offMs: settings.down }, key);
}
