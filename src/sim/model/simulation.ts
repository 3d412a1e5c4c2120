/**
 * One run: its parts are put together here, and its events are handed to them. `segments.ts` says
 * where to follow a segment; discovery, nodes, backends, tester and money each have a file of their
 * own, and all of them stand on `run.ts`.
 */
import { invariant } from "../../core/errors.js";
import { inOneGo, type Steps } from "../../core/steps.js";
import { PERFORMANCE_SCORES_INTERVAL_MS } from "../../selection/index.js";
import { AIPart } from "../ai/ai.js";
import { bookedPrices } from "../ai/ai-money.js";
import { type EventQueue, KINDS } from "../engine/event-queue.js";
import type { Counters } from "../metrics/counters.js";
import { AtOnce } from "./at-once/at-once.js";
import { AttemptNoise } from "./at-once/noise.js";
import { Tally } from "./at-once/tally.js";
import { backendsOf } from "./backends/backends.js";
import { DeviceBackend } from "./backends/device.js";
import { MeasuredBackend } from "./backends/measured.js";
import { PoolBackend } from "./backends/pool.js";
import { Conditions } from "./conditions/conditions.js";
import { Discoveries } from "./discovery/discovery.js";
import { Gateways } from "./discovery/gateways.js";
import type { Call, Stream } from "./entities.js";
import { EVENT } from "./events.js";
import { Market } from "./money/market.js";
import { Money, type MoneyTotals } from "./money/money.js";
import { NodeRuntime } from "./node.js";
import { Recorder } from "./recorder.js";
import { rehearse } from "./rehearsal.js";
import { Run, type RunOptions } from "./run.js";
import { Calls } from "./segment/calls.js";
import { Connections } from "./segment/connections.js";
import { Endings } from "./segment/endings.js";
import { OrchestratorSide } from "./segment/orchestrator-side.js";
import { Receiving } from "./segment/receiving.js";
import { Segments } from "./segment/segments.js";
import { Sending } from "./segment/sending.js";
import { SessionLevels } from "./session-levels.js";
import { StreamStarts } from "./streams/stream-starts.js";
import { Streams } from "./streams/streams.js";
import { Tester } from "./tester.js";
import type { World } from "./world/world.js";

/** A step of a run: some milliseconds. */
const STEP_EVENTS = 200;
/** With so many slots free nobody gets full within one discovery, if no event brings streams. */
const SLOTS_NEVER_FILLED = 64;

/** What happens in an event, to what its id names. */
type Handler = (id: number) => void;

/** How a run is made. */
export type SimulationOptions = RunOptions;

/** One run of one variant. */
export class Simulation {
  readonly world: World;
  readonly queue: EventQueue;
  readonly counters: Counters;
  readonly regionNames: readonly string[];
  readonly market: Market;
  readonly money: Money | null;
  readonly metrics: Recorder;
  readonly gateways: Gateways;
  readonly noise: AttemptNoise;
  readonly conditions: Conditions;
  readonly nodes: readonly NodeRuntime[];
  readonly calls: Calls;
  readonly discoveries: Discoveries;
  readonly streams: Streams;
  readonly segments: Segments;
  readonly orchestratorSide: OrchestratorSide;
  readonly tester: Tester;
  /** AI jobs; null where there are none. */
  readonly ai: AIPart | null;
  /** What does the pool's work; null where no pool of workers is under study. */
  readonly pool: PoolBackend | null;
  readonly #run: Run;
  readonly #endings: Endings;
  readonly #starts: StreamStarts;
  /** How many of the timeline's happenings there have been. */
  #happened = 0;
  /** When the next round ends, and the next payout is due, ms. */
  #roundMs = Number.POSITIVE_INFINITY;
  #payoutMs = Number.POSITIVE_INFINITY;

  constructor(options: SimulationOptions) {
    rehearse();
    const run = new Run(options);
    const { world } = run;
    const { scenario } = world;
    this.#run = run;
    this.world = world;
    this.queue = run.queue;
    this.counters = run.counters;
    this.regionNames = run.regionNames;
    const market = new Market(world);
    const money =
      world.pool < 0 ? null : new Money(world, () => run.counting, bookedPrices(world.ai));
    const recorder = new Recorder(run, money);
    const noise = new AttemptNoise(world);
    const gateways = new Gateways({ run, recorder, market, noise });
    const conditions = new Conditions(world, run.key);
    const connections = new Connections(
      world.sites.length,
      world.nodes.length + world.orchestrators.length,
    );
    const levels = new SessionLevels(
      world.nodes.length,
      SLOTS_NEVER_FILLED + world.timeline.streamsMax,
    );
    const nodes = world.nodes.map(
      (spec) =>
        new NodeRuntime({
          spec,
          levels,
          counters: run.countersOf(spec.index),
          countFromMs: world.warmupMs,
          series: spec.orchestrator === world.pool ? run.counters.series : undefined,
          windows: spec.orchestrator === world.pool ? run.counters.windows : null,
        }),
    );
    const calls = new Calls({ run, gateways, recorder, market });
    const pool =
      scenario.orchestrator?.backend.type === "pool"
        ? new PoolBackend({ run, gateways, conditions, nodes, money })
        : null;
    const backends = backendsOf(world, {
      measured: () => new MeasuredBackend({ run, recorder, conditions, calls, nodes }),
      device: () => new DeviceBackend(run, conditions, nodes),
      pool: () => {
        invariant(pool !== null, "only the orchestrator under study has remote workers");
        return pool;
      },
    });
    const discoveries = new Discoveries({ run, gateways, conditions, market, nodes, levels });
    const streams = new Streams(run);
    const endings = new Endings(run, nodes);
    const tally = new Tally(run, recorder, market, money);
    const way = { run, conditions, connections, calls, nodes, backends, noise };
    const atOnce = new AtOnce({ ...way, gateways, tally });
    const sending = new Sending({ ...way, recorder, gateways, market, discoveries });
    const receiving = new Receiving(run, recorder, calls);
    const segments = new Segments({
      run,
      recorder,
      gateways,
      streams,
      outages: conditions.outages,
      discoveries,
      endings,
      atOnce,
      sending,
      receiving,
    });
    this.ai =
      world.ai === null
        ? null
        : new AIPart({
            run,
            ai: world.ai,
            gateways,
            conditions,
            market,
            nodes,
            times: discoveries.answerTimes,
            money,
            gpu: {
              segments: (worker) => pool?.workers.at(worker)?.tasks ?? 0,
              slowness: (worker, timeMs) => pool?.workers.at(worker)?.times.slownessAt(timeMs) ?? 1,
            },
          });
    if (this.ai !== null) {
      if (pool !== null) {
        pool.ai = this.ai.workers;
        pool.workers.ai = this.ai.serving;
      }
      if (this.ai.money !== null) money?.countAI(this.ai.money);
    }
    this.market = market;
    this.money = money;
    this.metrics = recorder;
    this.gateways = gateways;
    this.noise = noise;
    this.conditions = conditions;
    this.nodes = nodes;
    this.calls = calls;
    this.pool = pool;
    this.discoveries = discoveries;
    this.streams = streams;
    this.segments = segments;
    this.tester = new Tester(run, segments);
    this.#endings = endings;
    this.orchestratorSide = new OrchestratorSide({
      run,
      recorder,
      calls,
      conditions,
      segments,
      nodes,
      backends,
    });
    this.#starts = new StreamStarts(run, gateways, segments);
  }

  /** Time, ms from the start of the warm-up. */
  get now(): number {
    return this.queue.now;
  }

  /** Segments that came back to their session pool, warm-up and tests included. */
  get segmentsCompleted(): number {
    return this.#run.segmentsCompleted;
  }

  /** Runs from the start of the warm-up to the end of the counted time. */
  run(): MoneyTotals | null {
    return inOneGo(this.runInSteps());
  }

  /** The same in steps of some hundred events. */
  *runInSteps(): Steps<MoneyTotals | null> {
    const run = this.#run;
    const { queue, world } = this;
    const { economics } = world.scenario.orchestrator ?? {};
    this.pool?.workers.start();
    this.#starts.start();
    this.ai?.start();
    this.tester.start();
    queue.schedule(0, EVENT.scores, 0, 0);
    this.#awaitHappening();
    if (economics !== undefined) {
      this.#settles(EVENT.round, economics.roundLengthMinutes * 60_000);
      this.#settles(EVENT.payout, economics.payoutInterval);
    }
    const { endMs } = world;
    const handlers = this.#handlers();
    while (this.#goOn(STEP_EVENTS, handlers)) yield;
    run.counting = true;
    this.streams.count(endMs);
    this.discoveries.finish(endMs);
    for (const node of this.nodes) {
      node.finish(endMs);
      this.counters.network.pixelsUploaded += node.pixelsUploaded;
    }
    this.pool?.workers.finish(endMs);
    this.ai?.finish(endMs);
    return this.money?.finish(endMs) ?? null;
  }

  /**
   * So many events, or those that are left.
   *
   * @returns whether there are more
   */
  #goOn(events: number, handlers: readonly Handler[]): boolean {
    const run = this.#run;
    const { queue } = this;
    const { warmupMs, endMs } = this.world;
    for (let left = events; left > 0; left--) {
      const time = queue.nextMs;
      if (time > endMs) return false;
      run.counting = time >= warmupMs;
      queue.next();
      handlers[queue.kind]?.(queue.id);
    }
    return true;
  }

  /**
   * What happens in an event of each kind, to what its id names. In a table, as V8 would make one function of
   * all of it, and make that anew with each kind that comes for the first time.
   */
  #handlers(): readonly Handler[] {
    const { streams, calls, gateways, segments, orchestratorSide, discoveries, pool, tester } =
      this;
    const { money, ai, queue } = this;
    const { roundLengthMinutes = 0, payoutInterval = 0 } =
      this.world.scenario.orchestrator?.economics ?? {};
    const ofCall = (handle: (call: Call) => void) => (id: number) => handle(calls.at(id));
    const ofStream = (handle: (stream: Stream) => void) => (id: number) => handle(streams.at(id));
    const handlers = new Array<Handler>(KINDS).fill((id) => {
      invariant(ai !== null, `there is no event of kind ${queue.kind}`);
      ai.happen(queue.kind, id);
    });
    handlers[EVENT.ready] = ofStream(segments.ready.bind(segments));
    handlers[EVENT.arrived] = ofCall(orchestratorSide.arrived.bind(orchestratorSide));
    handlers[EVENT.workDone] = ofCall((call) => {
      // The event may be that of work that was lost with its orchestrator's process.
      if (call.doneMs !== queue.now) return;
      call.doneMs = Number.POSITIVE_INFINITY;
      orchestratorSide.workDone(call);
    });
    handlers[EVENT.result] = ofCall((call) => {
      if (call.resultAtMs === queue.now) segments.result(call);
    });
    handlers[EVENT.callTimeout] = ofCall(segments.callTimeout.bind(segments));
    handlers[EVENT.inFlight] = ofCall(segments.callInFlight.bind(segments));
    handlers[EVENT.downloaded] = (id) => segments.downloaded(gateways.segmentAt(id));
    handlers[EVENT.refreshed] = ofCall(segments.callRefreshed.bind(segments));
    handlers[EVENT.transferBegins] = (id) => pool?.workers.tasks.transferBegins(id);
    handlers[EVENT.transferEnds] = (id) => {
      const call = pool?.transferEnds(id) ?? null;
      if (call !== null) orchestratorSide.workDone(call);
    };
    handlers[EVENT.taskTimeout] = ofCall((call) => {
      if (pool !== null) orchestratorSide.goesOn(call, pool.taskTimeout(call));
    });
    handlers[EVENT.arrival] = this.#starts.arrive.bind(this.#starts);
    handlers[EVENT.streamEnd] = ofStream(segments.plannedEnd.bind(segments));
    handlers[EVENT.answer] = discoveries.answerArrives.bind(discoveries);
    handlers[EVENT.discovered] = (id) => segments.discovered(discoveries.discovered(id));
    handlers[EVENT.sessionEnd] = this.#endings.arrives.bind(this.#endings);
    handlers[EVENT.workerChanges] = (id) => pool?.workers.changes(id);
    handlers[EVENT.workerReconnects] = (id) => pool?.workers.reconnects(id);
    handlers[EVENT.test] = tester.begin.bind(tester);
    handlers[EVENT.scores] = () => {
      tester.publish(gateways.list);
      queue.schedule(queue.now + PERFORMANCE_SCORES_INTERVAL_MS, EVENT.scores, 0, 0);
    };
    handlers[EVENT.round] = () => {
      money?.closeRound(queue.now);
      this.#settles(EVENT.round, roundLengthMinutes * 60_000);
    };
    handlers[EVENT.payout] = () => {
      money?.payout(queue.now);
      this.#settles(EVENT.payout, payoutInterval);
    };
    handlers[EVENT.happening] = () => this.#happens();
    handlers[EVENT.joins] = this.#starts.joins.bind(this.#starts);
    return handlers;
  }

  /** All that the scenario's events do at this instant, in the timeline's order. */
  #happens(): void {
    const { happenings } = this.world.timeline;
    for (;;) {
      const happening = happenings[this.#happened];
      if (happening === undefined || happening.atMs > this.now) break;
      this.#happened++;
      const { event, isEnd, workers, nodes } = happening;
      if (event.kind === "outage") {
        for (const worker of workers) this.pool?.workers.outage(worker, isEnd);
      } else if (event.kind === "restart" && !isEnd) {
        for (const node of nodes) this.ai?.serving.restarts(node);
        for (const node of nodes) this.orchestratorSide.restarts(node);
      } else if (!isEnd) {
        this.#starts.brings(happening);
      }
    }
    this.#awaitHappening();
  }

  #awaitHappening(): void {
    const atMs = this.world.timeline.happenings[this.#happened]?.atMs ?? Number.POSITIVE_INFINITY;
    this.#run.happensMs = atMs;
    if (atMs < Number.POSITIVE_INFINITY) this.queue.schedule(atMs, EVENT.happening, 0, 0);
  }

  /** The next round or payout. */
  #settles(kind: typeof EVENT.round | typeof EVENT.payout, afterMs: number): void {
    const atMs = this.now + afterMs;
    this.queue.schedule(atMs, kind, 0, 0);
    if (kind === EVENT.round) this.#roundMs = atMs;
    else this.#payoutMs = atMs;
    this.#run.settlesMs = Math.min(this.#roundMs, this.#payoutMs);
  }
}
