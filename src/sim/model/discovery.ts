/**
 * Discoveries in virtual time. All answers of a round are drawn at once and fed to the library's
 * own `DiscoveryRound` in order of time; only an answer whose orchestrator may be full by then
 * waits for its own instant (O-6). The round itself decides when it ends.
 */
import { uniform } from "../../core/random.js";
import type { DiscoveryRound, RoundState } from "../../discovery/index.js";
import {
  AUTH_TOKEN_VALID_MS,
  CONNECT_TIMEOUT_MS,
  createSessions,
  type SessionAnswer,
  type SessionPool,
} from "../../selection/index.js";
import { drawLognormal, type Lognormal, lognormal } from "../engine/distributions.js";
import { foundDraw, routeDraw } from "./draws.js";
import { SessionInfo, Slots, type Stream } from "./entities.js";
import { EVENT } from "./events.js";
import type { Simulation } from "./simulation.js";

/** Ticket parameters last 40 L1 blocks, of which the last does not count (P-6 step 3, P-16). */
export const TICKET_PARAMS_VALID_MS = 39 * 12_000;
/** Round trips of a GetOrchestrator over a new connection (G-15). */
const ROUND_TRIPS = 3;
const FIXED_MS = 5;
const UNREACHABLE = {
  rule: "D-20",
  reason: "rpc-error",
  detail: "no connection within 3 s (G-18)",
} as const;
/** With so many slots free nobody gets full within one round. */
const SLOTS_NEVER_FILLED = 64;

/** One refresh of one pool of one stream. */
class Refresh {
  readonly slot: number;
  stream: Stream | null = null;
  pool: SessionPool<SessionInfo> | null = null;
  round: DiscoveryRound | null = null;
  startMs = 0;
  index = 0;
  /** How many the list has. */
  listed = 0;
  /** Answers to come, by time: parallel lists, and how far they were fed. */
  readonly times: number[] = [];
  /** When each was asked (D-13). */
  readonly asked: number[] = [];
  readonly uris: number[] = [];
  /** Who answers: a node, or {@link unreachable} of one that could not be reached. */
  readonly nodes: number[] = [];
  fed = 0;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** Stands for a node that fails to answer; the other way round for itself. */
function unreachable(node: number): number {
  return -1 - node;
}

/** Runs the discoveries of all streams. */
export class Discoveries {
  readonly #simulation: Simulation;
  readonly #refreshes = new Slots((slot) => new Refresh(slot));
  readonly #jitter: Lognormal;
  readonly #answer: Lognormal;
  readonly #session: Lognormal;
  #sessions = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { assumptions } = simulation.world.scenario;
    this.#jitter = lognormal(1, assumptions.rttCv * assumptions.noiseScale);
    const answer = lognormal(1, assumptions.answerCv);
    this.#answer = { mu: Math.log(assumptions.answerMs), sigma: answer.sigma };
    this.#session = lognormal(1, assumptions.sessionCv * assumptions.noiseScale);
  }

  /** Discoveries under way. */
  get underWay(): number {
    return this.#refreshes.used;
  }

  /** Runs the discovery of a refresh that the pool has begun (M-5, M-6). */
  run(stream: Stream, pool: SessionPool<SessionInfo>): void {
    const simulation = this.#simulation;
    const refresh = this.#refreshes.take();
    refresh.stream = stream;
    refresh.pool = pool;
    refresh.startMs = simulation.now;
    refresh.index = stream.discoveries++;
    refresh.times.length = 0;
    refresh.asked.length = 0;
    refresh.uris.length = 0;
    refresh.nodes.length = 0;
    refresh.fed = 0;
    stream.refreshing++;
    const { gateway, manager } = stream;
    const endpoints =
      stream.test !== null
        ? pool === manager?.untrusted
          ? stream.test.endpoints
          : []
        : pool === manager?.untrusted
          ? gateway.untrusted
          : gateway.trusted;
    refresh.listed = endpoints.length;
    refresh.round = gateway.takeRound();
    const state = refresh.round.start(simulation.now, {
      endpoints,
      wanted: pool.numOrchs,
      suspender: pool.suspender,
    });
    this.#proceed(refresh, state);
  }

  /** An answer's own instant has come. */
  answerArrives(slot: number): void {
    const refresh = this.#refreshes.at(slot);
    this.#proceed(refresh, this.#feed(refresh, true));
  }

  /** The round is over: its answers become sessions (M-7, M-8, M-30 … M-34). */
  discovered(slot: number): void {
    const simulation = this.#simulation;
    const refresh = this.#refreshes.at(slot);
    const { stream, pool, round } = refresh;
    if (stream === null || pool === null || round === null) return;
    const answers = this.#sessionAnswers(refresh, stream, round);
    stream.refreshing--;
    this.#count(refresh, stream, round);
    if (stream.traced) this.#trace(stream, refresh, round);
    pool.endRefresh(
      createSessions(answers, {
        hasSender: stream.gateway.hasSender,
        nextId: () => this.#sessions++,
      }),
    );
    refresh.stream = null;
    refresh.pool = null;
    refresh.round = null;
    stream.gateway.giveRound(round);
    this.#refreshes.give(refresh);
    simulation.segments.refreshed(stream, pool);
  }

  /**
   * Noise of a session of this stream at a node.
   *
   * @param index which session of this pair: see `draws.ts`
   */
  sessionFactor(stream: Stream, node: number, index: number): number {
    const hash = this.#simulation.world.nodes[node]?.hash ?? 0;
    const u = uniform(stream.k0 ^ hash, stream.k1, index);
    return drawLognormal(this.#session, u);
  }

  /** Time that an answer takes: round trips and the orchestrator's own time. */
  answerTime(stream: Stream, node: number, k0: number, k1: number, index: number): number {
    const { world } = this.#simulation;
    const rttMs = world.links[stream.gateway.site]?.[node]?.rttMs ?? 0;
    return (
      ROUND_TRIPS * rttMs * drawLognormal(this.#jitter, uniform(k0, k1, index)) +
      (world.scenario.assumptions.answerMs === 0 ? 0 : FIXED_MS) +
      drawLognormal(this.#answer, uniform(k0, k1, index + 1))
    );
  }

  #proceed(refresh: Refresh, first: RoundState): void {
    let state = first;
    while (state === "ask") {
      this.#ask(refresh);
      state = this.#feed(refresh, false);
    }
    if (state === "done") this.#schedule(refresh);
    else if (refresh.fed >= refresh.times.length) {
      refresh.round?.timer(Number.POSITIVE_INFINITY);
      this.#schedule(refresh);
    }
  }

  #schedule({ round, startMs, slot }: Refresh): void {
    const simulation = this.#simulation;
    const endMs = startMs + (round?.elapsedMs ?? 0);
    simulation.queue.schedule(Math.max(endMs, simulation.now), EVENT.discovered, slot);
  }

  /** Draws the answers of those to be asked now and puts them in order of time. */
  #ask(refresh: Refresh): void {
    const { stream, round, times, asked, uris, nodes } = refresh;
    if (stream === null || round === null) return;
    const simulation = this.#simulation;
    const { world } = simulation;
    const askedAt =
      refresh.fed === 0 ? refresh.startMs : (times[refresh.fed - 1] ?? refresh.startMs);
    for (const uri of round.toAsk) {
      const node = simulation.route(uri, stream, routeDraw(refresh.index));
      const spec = world.nodes[node];
      if (spec === undefined) continue;
      const k0 = stream.k0 ^ spec.hash;
      let time = askedAt + this.answerTime(stream, node, k0, stream.k1, refresh.index * 2);
      const isUp = simulation.isUp(stream.gateway.site, node, time);
      // One that takes connections and is silent never answers.
      if (!isUp && spec.whenDown === "silent") continue;
      if (!isUp) time = askedAt + CONNECT_TIMEOUT_MS;
      let at = times.length;
      while (at > refresh.fed && (times[at - 1] ?? 0) > time) at--;
      times.splice(at, 0, time);
      asked.splice(at, 0, askedAt);
      uris.splice(at, 0, uri);
      nodes.splice(at, 0, isUp ? node : unreachable(node));
    }
  }

  /** Feeds answers until the round ends, asks for more, or one has to wait for its own instant. */
  #feed(refresh: Refresh, now: boolean): RoundState {
    const { stream, round, times, asked, uris, nodes } = refresh;
    if (stream === null || round === null) return "done";
    const simulation = this.#simulation;
    let own = now;
    while (refresh.fed < times.length) {
      const at = refresh.fed;
      const time = times[at] ?? 0;
      const uri = uris[at] ?? 0;
      while (!round.done && round.nextDeadline() < time) round.timer(round.nextDeadline());
      if (round.done) return "done";
      const node = nodes[at] ?? 0;
      if (node < 0) {
        own = false;
        refresh.fed++;
        const state = round.failure(time, uri, UNREACHABLE);
        if (state !== "wait") return state;
        continue;
      }
      if (!own && simulation.nodes[node]?.mayFill(simulation.now, SLOTS_NEVER_FILLED)) {
        simulation.queue.schedule(time, EVENT.answer, refresh.slot);
        return "wait";
      }
      const capped = own && simulation.nodes[node]?.isFull(time) === true;
      own = false;
      refresh.fed++;
      const counters = simulation.countersOf(node);
      if (simulation.counting) counters.answers++;
      let state: RoundState;
      if (capped) {
        if (simulation.counting) counters.cappedAnswers++;
        state = round.failure(time, uri, {
          rule: "O-6",
          reason: "rpc-error",
          detail: "OrchestratorCapped",
        });
      } else {
        const latencyMs = time - (asked[at] ?? 0);
        state = round.response(time, uri, stream.gateway.answer(node), latencyMs);
      }
      if (state !== "wait") return state;
    }
    return "wait";
  }

  #sessionAnswers(
    refresh: Refresh,
    stream: Stream,
    round: DiscoveryRound,
  ): SessionAnswer<SessionInfo>[] | null {
    const { world } = this.#simulation;
    const answers: SessionAnswer<SessionInfo>[] = [];
    for (let index = 0; index < round.size; index++) {
      const endpoint = round.endpointAt(index);
      const at = refresh.uris.indexOf(endpoint);
      const node = refresh.nodes[at] ?? 0;
      const answeredMs = refresh.times[at] ?? 0;
      const orchestrator = world.nodes[node]?.orchestrator ?? 0;
      answers.push({
        transcoder: round.transcoderAt(index),
        orchestrator,
        score: refresh.pool === stream.manager?.trusted ? 1 : 0,
        recipient: orchestrator,
        price: world.orchestrators[orchestrator]?.price ?? null,
        initialLatencyMs: round.latencyMsAt(index),
        authTokenExpiresAtMs: answeredMs + AUTH_TOKEN_VALID_MS,
        ticketParamsExpireAtMs: answeredMs + TICKET_PARAMS_VALID_MS,
        info: new SessionInfo(
          stream,
          node,
          this.sessionFactor(stream, node, foundDraw(refresh.index)),
        ),
      });
    }
    return answers.length === 0 ? null : answers;
  }

  #count(refresh: Refresh, stream: Stream, round: DiscoveryRound): void {
    const simulation = this.#simulation;
    if (!simulation.counting || stream.test !== null) return;
    const { network, sites } = simulation.counters;
    network.discoveries++;
    network.answers += round.responses;
    const site = sites[stream.gateway.site];
    if (site === undefined || stream.initialised || refresh.listed === 0) return;
    site.discoveries++;
    site.answersPerDiscoverySum += round.size;
    const { nodes, orchestrators } = simulation.world;
    for (let index = 0; index < round.size; index++) {
      const owner =
        nodes[round.endpointAt(index)]?.orchestrator ?? round.endpointAt(index) - nodes.length;
      site.reachableStakeSum += orchestrators[owner]?.stake ?? 0;
    }
  }

  #trace(stream: Stream, refresh: Refresh, round: DiscoveryRound): void {
    const simulation = this.#simulation;
    const which = refresh.pool === stream.manager?.trusted ? "trusted" : "untrusted";
    simulation.trace.say(
      "D-8",
      `${which} discovery ${refresh.index + 1}: ${round.responses} answered, ${round.size} found in ${round.elapsedMs.toFixed(0)} ms (started at ${refresh.startMs.toFixed(0)} ms)`,
    );
    for (const { endpoint, rejection } of round.rejected()) {
      simulation.trace.say(
        rejection.rule,
        `  ${simulation.trace.uriName(endpoint)} rejected: ${rejection.reason} (${rejection.detail})`,
      );
    }
    for (const found of round.result()) {
      simulation.trace.say(
        found.backfilled ? "D-39" : "D-38",
        `  ${simulation.trace.uriName(found.endpoint)} after ${found.latencyMs.toFixed(0)} ms${found.backfilled ? ", suspended, to fill up" : ""}`,
      );
    }
  }
}
