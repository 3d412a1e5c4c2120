/**
 * One run: the event loop and what its parts share. `segments.ts` follows a segment from top to
 * bottom; discovery, nodes, workers, tester and money each have a file of their own.
 */
import { invariant } from "../../core/errors.js";
import { makeKey, type RandomKey, uniform } from "../../core/random.js";
import { estimatePixels, PERFORMANCE_SCORES_INTERVAL_MS } from "../../selection/index.js";
import type { Alternating } from "../engine/alternating.js";
import { EventQueue } from "../engine/event-queue.js";
import type { SlowSpells } from "../engine/slow-spells.js";
import { Counters, type OrchestratorCounters, type WorkerCounters } from "../metrics/counters.js";
import { arrivalSources } from "./arrivals.js";
import { Calls } from "./calls.js";
import { Connections } from "./connections.js";
import type { Arrival, ArrivalSource } from "./demand.js";
import { Discoveries } from "./discovery.js";
import { STREAM_DRAW } from "./draws.js";
import { type Call, type Segment, type SessionInfo, Slots, Stream } from "./entities.js";
import { EVENT } from "./events.js";
import { GatewayRuntime } from "./gateway.js";
import { Money, type MoneyTotals } from "./money.js";
import { NodeRuntime } from "./node.js";
import { OrchestratorSide } from "./orchestrator-side.js";
import type { PoolListener } from "./pool-listener.js";
import { PoolRecorder } from "./pool-recorder.js";
import { Recorder } from "./recorder.js";
import type { Renditions } from "./renditions.js";
import { Segments } from "./segments.js";
import { nodeSpells } from "./slowness.js";
import { Tester } from "./tester.js";
import { type TicketTerms, ticketTerms } from "./tickets.js";
import { Trace, type Tracing } from "./trace.js";
import { uptimesOf } from "./uptimes.js";
import type { WorkLoad } from "./work-times.js";
import { WorkerPool } from "./worker-pool.js";
import type { Gateway, World } from "./world.js";

/** How a run is made. */
export interface SimulationOptions {
  readonly world: World;
  readonly seed: number;
  readonly replication: number;
  readonly tracing?: Tracing | undefined;
  /** Whether segments that nobody can see meanwhile are done within one event. @default true */
  readonly atOnce?: boolean | undefined;
  /** Hears what happens in the pool. @default nobody */
  readonly listener?: PoolListener | undefined;
}

/** A session to be ended at its node. */
interface Ending {
  readonly slot: number;
  node: number;
  session: number;
}

/** One run of one variant. */
export class Simulation {
  readonly world: World;
  readonly key: RandomKey;
  readonly queue = new EventQueue();
  readonly counters: Counters;
  readonly nodes: readonly NodeRuntime[];
  readonly gateways: readonly GatewayRuntime[];
  readonly regionNames: readonly string[];
  readonly terms: readonly TicketTerms[] | null;
  readonly discoveries: Discoveries;
  readonly calls: Calls;
  readonly connections: Connections;
  readonly segments: Segments;
  readonly orchestratorSide: OrchestratorSide;
  readonly workers: WorkerPool | null;
  readonly tester: Tester;
  readonly money: Money | null;
  readonly metrics: Recorder;
  readonly trace: Trace;
  readonly listener: PoolListener | null;
  readonly atOnce: boolean;
  /** Segments that came back to their session pool, warm-up and tests included. */
  segmentsCompleted = 0;
  /** Whether the warm-up is over. */
  counting = false;

  readonly #tracing: Tracing | undefined;
  readonly #streams = new Slots<{ readonly slot: number; stream: Stream | null }>((slot) => ({
    slot,
    stream: null,
  }));
  readonly #segmentSlots: Segment[] = [];
  readonly #endings = new Slots<Ending>((slot) => ({ slot, node: 0, session: 0 }));
  readonly #uptimes: readonly (Alternating | null)[];
  readonly #spells: readonly (SlowSpells | null)[];
  readonly #arrivals: ArrivalSource[];
  readonly #pending: (Arrival | undefined)[];
  readonly #estimates: Map<Renditions, number[]>;
  #streamNumber = 0;
  #openStreams = 0;
  #openStreamsSinceMs = 0;

  constructor(options: SimulationOptions) {
    const { world, seed, replication, tracing, atOnce = true, listener = null } = options;
    this.world = world;
    this.key = makeKey(seed, replication);
    this.#tracing = tracing;
    this.trace = new Trace(world, () => this.now, tracing);
    this.atOnce = atOnce;
    this.listener = listener;
    const { scenario } = world;
    this.counters = new Counters({
      orchestrators: world.orchestrators.length,
      workers: world.workers.length,
      sites: world.sites.length,
      durationMs: scenario.duration,
    });
    this.regionNames = [...new Set(world.sites.map(({ region }) => region))];
    this.terms = scenario.tickets.enabled
      ? world.orchestrators.map(({ price }) => ticketTerms(price, scenario.tickets))
      : null;
    this.metrics = new Recorder(this);
    const shownTerms =
      this.terms ?? world.orchestrators.map(({ price }) => ticketTerms(price, scenario.tickets));
    const poolObserver = new PoolRecorder(this, this.metrics);
    const runtime = (gateway: Gateway, isTester: boolean) =>
      new GatewayRuntime({
        gateway,
        world,
        regionIndex: this.regionNames.indexOf(gateway.region),
        segments: this.#segmentSlots,
        observer: this.metrics,
        poolObserver,
        terms: shownTerms,
        isTester,
      });
    this.gateways = world.gateways.map((gateway) => runtime(gateway, false));
    this.money = world.pool < 0 ? null : new Money(world, () => this.counting);
    this.nodes = world.nodes.map(
      (spec) =>
        new NodeRuntime({
          spec,
          counters: this.countersOf(spec.index),
          countFromMs: world.warmupMs,
          onEnd:
            spec.backend === "pool"
              ? (info, slot, atMs, cause) =>
                  this.workers?.sessionEnded(spec.index, info, slot, atMs, cause)
              : null,
        }),
    );
    this.workers = scenario.orchestrator?.backend.type === "pool" ? new WorkerPool(this) : null;
    this.discoveries = new Discoveries(this);
    this.calls = new Calls(this);
    this.connections = new Connections(
      world.sites.length,
      world.nodes.length + world.orchestrators.length,
    );
    this.segments = new Segments(this);
    this.orchestratorSide = new OrchestratorSide(this);
    this.tester = new Tester(this, this.#testerGateways(runtime));
    this.#uptimes = uptimesOf(world, this.key);
    this.#spells = nodeSpells(world, this.key);
    this.#arrivals = arrivalSources(world, this.key);
    this.#pending = this.#arrivals.map(() => undefined);
    this.#estimates = new Map(
      [world.renditions, ...world.gateways.map(({ streams }) => streams.renditions)]
        .flat()
        .map((set) => [set, []]),
    );
  }

  /** Streams in the table: those that left before their planned end included. */
  get streamsUnderWay(): number {
    return this.#streams.used;
  }

  /** Time, ms from the start of the warm-up. */
  get now(): number {
    return this.queue.now;
  }

  /** Runs from the start of the warm-up to the end of the counted time. */
  run(): MoneyTotals | null {
    const { queue, world } = this;
    const { economics } = world.scenario.orchestrator ?? {};
    this.workers?.start();
    for (const index of this.#arrivals.keys()) this.#nextArrival(index);
    this.tester.start();
    queue.schedule(0, EVENT.scores, 0);
    if (economics !== undefined) {
      queue.schedule(economics.roundLengthMinutes * 60_000, EVENT.round, 0);
      queue.schedule(economics.payoutInterval, EVENT.payout, 0);
    }
    const { warmupMs, endMs } = world;
    for (;;) {
      const time = queue.peek();
      if (time === undefined || time > endMs) break;
      if (!this.counting && time >= warmupMs) this.counting = true;
      queue.next();
      this.#happen(queue.kind, queue.id);
    }
    this.counting = true;
    this.#countStreams(endMs);
    for (const node of this.nodes) {
      node.finish(endMs);
      this.counters.network.pixelsUploaded += node.pixelsUploaded;
    }
    this.workers?.finish(endMs);
    return this.money?.finish(endMs) ?? null;
  }

  #happen(kind: number, id: number): void {
    switch (kind) {
      case EVENT.ready:
        this.segments.ready(this.#streamAt(id));
        break;
      case EVENT.arrived:
        this.orchestratorSide.arrived(this.calls.at(id));
        break;
      case EVENT.workDone:
        this.#workDone(this.calls.at(id));
        break;
      case EVENT.result:
        this.segments.result(this.calls.at(id));
        break;
      case EVENT.callTimeout:
        this.segments.callTimeout(this.calls.at(id), this.now);
        break;
      case EVENT.inFlight:
        this.segments.callInFlight(this.calls.at(id));
        break;
      case EVENT.downloaded: {
        const segment = this.#segmentSlots[id];
        if (segment !== undefined) this.segments.downloaded(segment);
        break;
      }
      case EVENT.refreshed:
        this.segments.callRefreshed(this.calls.at(id));
        break;
      case EVENT.transferBegins:
        this.workers?.tasks.transferBegins(id);
        break;
      case EVENT.transferEnds:
        this.workers?.tasks.transferEnds(id);
        break;
      case EVENT.taskTimeout:
        this.workers?.taskTimeout(this.calls.at(id));
        break;
      case EVENT.arrival:
        this.#arrive(id);
        break;
      case EVENT.streamEnd: {
        const stream = this.#streamAt(id);
        this.endStream(stream);
        this.#giveSlot(stream);
        break;
      }
      case EVENT.answer:
        this.discoveries.answerArrives(id);
        break;
      case EVENT.discovered:
        this.discoveries.discovered(id);
        break;
      case EVENT.sessionEnd: {
        const ending = this.#endings.at(id);
        this.nodes[ending.node]?.sessions.end(ending.session, this.now);
        this.#endings.give(ending);
        break;
      }
      case EVENT.workerChanges:
        this.workers?.changes(id);
        break;
      case EVENT.workerReconnects:
        this.workers?.reconnects(id);
        break;
      case EVENT.test:
        this.tester.begin(id);
        break;
      case EVENT.scores:
        this.tester.publish(this.gateways);
        this.queue.schedule(this.now + PERFORMANCE_SCORES_INTERVAL_MS, EVENT.scores, 0);
        break;
      case EVENT.round:
        this.money?.closeRound(this.now);
        this.#again(
          EVENT.round,
          (this.world.scenario.orchestrator?.economics.roundLengthMinutes ?? 0) * 60_000,
        );
        break;
      case EVENT.payout:
        this.money?.payout(this.now);
        this.#again(EVENT.payout, this.world.scenario.orchestrator?.economics.payoutInterval ?? 0);
        break;
      default:
        invariant(false, `there is no event of kind ${kind}`);
    }
  }

  #again(kind: number, afterMs: number): void {
    this.queue.schedule(this.now + afterMs, kind, 0);
  }

  #workDone(call: Call): void {
    if (this.nodes[call.node]?.spec.backend === "pool") this.workers?.workDone(call);
    else this.orchestratorSide.deviceDone(call);
  }

  // ---- streams -------------------------------------------------------------------------------

  #nextArrival(gateway: number): void {
    const arrival = this.#arrivals[gateway]?.next();
    this.#pending[gateway] = arrival;
    if (arrival === undefined || arrival.atMs > this.world.endMs) return;
    this.queue.schedule(arrival.atMs, EVENT.arrival, gateway);
  }

  #arrive(gatewayIndex: number): void {
    const arrival = this.#pending[gatewayIndex];
    const gateway = this.gateways[gatewayIndex];
    if (arrival === undefined || gateway === undefined) return;
    const number = this.#streamNumber++;
    const stream = new Stream({
      number,
      gateway,
      k0: arrival.k0,
      k1: arrival.k1,
      endMs: arrival.atMs + arrival.lengthMs,
      renditions: this.#drawRenditions(arrival, gateway),
      test: null,
      traced: this.#tracing?.stream === number,
    });
    this.#countStreams(this.now);
    this.#openStreams++;
    if (this.counting) this.counters.network.streams++;
    this.beginStream(stream);
    if (stream.traced) {
      this.trace.say(
        "M-1",
        `stream ${number} begins at ${gateway.name}, ${((stream.endMs - this.now) / 60_000).toFixed(1)} min`,
      );
    }
    this.queue.schedule(stream.endMs, EVENT.streamEnd, stream.slot);
    this.#nextArrival(gatewayIndex);
  }

  /** Puts a stream into the table and draws its first segment. */
  beginStream(stream: Stream): void {
    const entry = this.#streams.take();
    entry.stream = stream;
    stream.slot = entry.slot;
    this.segments.scheduleNext(stream);
  }

  /** Ends a stream: at its end, or before. */
  endStream(stream: Stream): void {
    if (stream.ended) return;
    if (stream.test === null) {
      this.#countStreams(this.now);
      this.#openStreams--;
    }
    if (stream.traced) this.trace.say("M-26", `stream ${stream.number} ends`);
    this.segments.end(stream);
    // An early end leaves events behind that name the slot: it is given back at the planned end.
    if (stream.test !== null) this.#giveSlot(stream);
  }

  #giveSlot(stream: Stream): void {
    const entry = this.#streams.at(stream.slot);
    entry.stream = null;
    this.#streams.give(entry);
  }

  #streamAt(slot: number): Stream {
    const { stream } = this.#streams.at(slot);
    invariant(stream !== null, "an event of a stream comes before its end");
    return stream;
  }

  /** Adds up streams × time. */
  #countStreams(nowMs: number): void {
    const fromMs = Math.max(this.#openStreamsSinceMs, this.world.warmupMs);
    if (nowMs > fromMs) this.counters.network.streamMs += this.#openStreams * (nowMs - fromMs);
    this.#openStreamsSinceMs = nowMs;
  }

  #drawRenditions({ k0, k1 }: Arrival, gateway: GatewayRuntime): Renditions {
    let rest = uniform(k0, k1, STREAM_DRAW.renditions);
    const { renditions } = gateway.streams;
    for (const set of renditions) {
      if (rest < set.probability) return set;
      rest -= set.probability;
    }
    const last = renditions[renditions.length - 1];
    invariant(last !== undefined, "there is at least one set of renditions");
    return last;
  }

  // ---- what the parts ask --------------------------------------------------------------------

  countersOf(node: number): OrchestratorCounters {
    const counters = this.counters.orchestrators[this.world.nodes[node]?.orchestrator ?? -1];
    invariant(counters !== undefined, "every node has an orchestrator");
    return counters;
  }

  workerCounters(worker: number): WorkerCounters {
    const counters = this.counters.workers[worker];
    invariant(counters !== undefined, "every worker has counters");
    return counters;
  }

  /** Bin of the time series. */
  bin(timeMs: number): number {
    const { series } = this.counters;
    const bin = Math.floor((timeMs - this.world.warmupMs) / series.binMs);
    return bin < 0 ? 0 : Math.min(bin, series.bins - 1);
  }

  /** The node that a request to a URI reaches: a balancer picks one of its own. */
  route(uri: number, stream: Stream, index: number): number {
    const { nodes, orchestrators } = this.world;
    if (uri < nodes.length) return uri;
    const members = orchestrators[uri - nodes.length]?.nodes ?? [];
    const u = uniform(stream.k0 ^ uri, stream.k1, index);
    return members[Math.floor(u * members.length)] ?? 0;
  }

  /** By how much longer than on average everything takes at a node at an instant. */
  slownessOf(node: number, timeMs: number): number {
    return this.#spells[node]?.factorAt(timeMs) ?? 1;
  }

  isUp(site: number, node: number, timeMs: number): boolean {
    const uptime = this.#uptimes[site * this.nodes.length + node];
    return uptime === null || uptime === undefined || uptime.isOn(timeMs);
  }

  /** Whether nothing of this stream happens until then but the one segment that is under way. */
  isUnseenUntil(stream: Stream, untilMs: number): boolean {
    return (
      this.atOnce &&
      !stream.traced &&
      stream.inProgress === 1 &&
      stream.refreshing === 0 &&
      !stream.ended &&
      untilMs < stream.nextReadyMs &&
      // With its last segment a test ends, which others notice.
      (stream.test === null || stream.nextReadyMs < Number.POSITIVE_INFINITY) &&
      untilMs < stream.endMs &&
      untilMs < this.world.endMs
    );
  }

  /** EndTranscodingSession takes a round trip and a half to arrive. */
  endAtNode(info: SessionInfo, sentMs: number): void {
    const rttMs = this.world.links[info.stream.gateway.site]?.[info.node]?.rttMs ?? 0;
    const ending = this.#endings.take();
    ending.node = info.node;
    ending.session = info.nodeSession;
    info.closesMs = sentMs + 1.5 * rttMs;
    this.queue.schedule(info.closesMs, EVENT.sessionEnd, ending.slot);
  }

  /** What a worker has to do for a call. */
  workOf(call: Call): WorkLoad {
    return {
      durationMs: call.durationMs,
      pixels: call.pixels,
      sourceMbps: this.world.scenario.stream.sourceMbps,
      outMbps: call.stream?.renditions.bitrateMbps ?? call.info?.stream.renditions.bitrateMbps ?? 0,
    };
  }

  /** Output pixels as a gateway estimates them before the call (P-19), remembered per second of duration. */
  estimatedPixels(renditions: Renditions, durationMs: number): number {
    const known = this.#estimates.get(renditions);
    const seconds = Math.ceil(durationMs / 1000);
    const estimate = known?.[seconds];
    if (estimate !== undefined) return estimate;
    const profiles = renditions.profiles.map(({ width, height, fps }) => ({
      width,
      height,
      fps,
      fpsDen: 1,
    }));
    const pixels = estimatePixels(profiles, durationMs);
    if (known !== undefined) known[seconds] = pixels;
    return pixels;
  }

  // ---- setting up ----------------------------------------------------------------------------

  #testerGateways(
    runtime: (gateway: Gateway, isTester: boolean) => GatewayRuntime,
  ): Map<number, GatewayRuntime> {
    const { world } = this;
    const template = world.gateways[0];
    invariant(template !== undefined, "a scenario has a gateway");
    return new Map(
      world.testerSites.map((site) => {
        const region = world.sites[site]?.region ?? template.region;
        const gateway: Gateway = {
          ...template,
          name: `tester ${region}`,
          region,
          site,
          settings: { ...template.settings, minPerfScore: 0, orchBlocklist: [], extraNodes: 0 },
          endpoints: [],
          scores: [],
        };
        return [site, runtime(gateway, true)];
      }),
    );
  }
}
