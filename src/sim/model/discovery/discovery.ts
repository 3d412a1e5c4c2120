/**
 * Discoveries in virtual time. All answers of a round are drawn at once and fed to the library's
 * own `DiscoveryRound` in order of time; only an answer whose orchestrator may be full by then
 * waits for its own instant (O-6). The round itself decides when it ends.
 */
import type { Rejection } from "../../../discovery/rejection.js";
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { RoundAnswer, RoundState } from "../../../discovery/round-words.js";
import { CONNECT_TIMEOUT_MS, type SessionPool } from "../../../selection/index.js";
import type { Conditions } from "../conditions/conditions.js";
import { routeDraw } from "../draws.js";
import { type SessionInfo, Slots, type Stream } from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { Market } from "../money/market.js";
import type { NodeRuntime } from "../node.js";
import type { Run } from "../run.js";
import type { SessionLevels } from "../session-levels.js";
import { ANSWERS_MAX, AnswerTimes } from "./answer-times.js";
import { DiscoveryCounts } from "./discovery-counts.js";
import { Found, type FoundTerms, Packing } from "./found.js";
import type { Gateways } from "./gateways.js";
import { NodeCapacity } from "./node-capacity.js";
import { Outcome } from "./outcome.js";
import { type Refresh, refreshes } from "./refresh.js";

/** What failures are told the round as: it goes on from them as from an answer that may not be used. */
const UNREACHABLE: RoundAnswer = failed({
  rule: "D-20",
  reason: "rpc-error",
  detail: "no connection within 3 s (G-18)",
});
const CAPPED = failed({ rule: "O-6", reason: "rpc-error", detail: "OrchestratorCapped" });
/** With so many slots free nobody gets full within one round, if no event brings streams. */
const SLOTS_NEVER_FILLED = 64;

/** A discovery that is over: the stream, and which of its pools has the new sessions. */
export interface Discovered {
  readonly stream: Stream;
  readonly pool: SessionPool<SessionInfo>;
}

function failed(rejection: Rejection): RoundAnswer {
  return { transcoder: -1, rejection, nodes: [] };
}

/** Stands for a node that fails to answer; the other way round for itself. */
function unreachable(node: number): number {
  return -1 - node;
}

/** Runs the discoveries of all streams. */
export class Discoveries {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #conditions: Conditions;
  readonly capacity: NodeCapacity;
  readonly #refreshes: Slots<Refresh>;
  /** Of rounds whose end is known: events bring them to their pools. */
  readonly #outcomes = new Slots((slot) => new Outcome(slot));
  readonly answerTimes: AnswerTimes;
  /** Nodes that are asked at a time. */
  readonly #asked = new Int32Array(ANSWERS_MAX);
  /** Of the discovery at hand: where each URI is in its lists. */
  readonly #places: Int32Array;
  /** What the discovery at hand found, to be copied. */
  readonly #lists = { nodes: [0], askedMs: [0.5] };
  readonly #terms: FoundTerms;
  readonly #counts: DiscoveryCounts;
  #sessions = 0;

  constructor(options: {
    readonly run: Run;
    readonly gateways: Gateways;
    readonly conditions: Conditions;
    readonly market: Market;
    readonly nodes: readonly NodeRuntime[];
    readonly levels: SessionLevels;
  }) {
    this.#run = options.run;
    this.#counts = new DiscoveryCounts(options.run, options.market);
    const margin = SLOTS_NEVER_FILLED + options.run.world.timeline.streamsMax;
    this.capacity = new NodeCapacity(options.nodes, options.levels, margin);
    this.#gateways = options.gateways;
    const lists = options.gateways.list.flatMap(({ trusted, untrusted }) => [trusted, untrusted]);
    this.#refreshes = refreshes(Math.max(1, ...lists.map((list) => list.length)));
    this.#conditions = options.conditions;
    const { nodes, orchestrators } = options.run.world;
    this.#places = new Int32Array(nodes.length + orchestrators.length);
    this.answerTimes = new AnswerTimes(options.run.world);
    this.#terms = {
      world: options.run.world,
      market: options.market,
      times: this.answerTimes,
      transcoders: Int32Array.from(nodes, ({ transcoder }) => transcoder),
      packing: new Packing(nodes.length),
    };
  }

  /** Discoveries under way. */
  get underWay(): number {
    return this.#refreshes.used + this.#outcomes.used;
  }

  /**
   * Runs the discovery of a refresh that the pool has begun (M-5, M-6).
   *
   * @returns whose it was, if it is over at once, as there is nobody to ask; else an event will tell
   */
  run(stream: Stream, pool: SessionPool<SessionInfo>): Discovered | null {
    const run = this.#run;
    const refresh = this.#refreshes.take();
    refresh.stream = stream;
    refresh.pool = pool;
    refresh.begin(run.now);
    refresh.index = stream.discoveries++;
    stream.refreshing++;
    const { manager } = stream;
    const gateway = this.#gateways.of(stream);
    const endpoints =
      stream.probe !== null
        ? pool === manager?.untrusted
          ? stream.probe.endpoints
          : []
        : pool === manager?.untrusted
          ? gateway.untrusted
          : gateway.trusted;
    refresh.listed = endpoints.length;
    refresh.round = gateway.takeRound();
    const state = refresh.round.start(run.now, {
      endpoints,
      wanted: pool.numOrchs,
      suspender: pool.suspender,
    });
    if (endpoints.length === 0) {
      const outcome = this.#conclude(refresh, stream, pool, refresh.round);
      return this.discovered(outcome.slot);
    }
    this.#proceed(refresh, state);
    return null;
  }

  /** An answer's own instant has come. */
  answerArrives(slot: number): void {
    const refresh = this.#refreshes.at(slot);
    this.#proceed(refresh, this.#feed(refresh, true));
  }

  /**
   * The round is over: its answers become sessions (M-7, M-8, M-30 … M-34).
   *
   * @returns whose discovery it was
   */
  discovered(slot: number): Discovered | null {
    const outcome = this.#outcomes.at(slot);
    const { stream, pool, round, found } = outcome;
    if (stream === null || pool === null) return null;
    if (found !== null) {
      found.firstId = this.#sessions;
      this.#sessions += found.size;
    }
    stream.refreshing--;
    this.#counts.add(outcome, stream);
    if (round !== null) {
      this.#trace(stream, outcome, round);
      this.#gateways.of(stream).giveRound(round);
    }
    pool.endRefreshFound(found);
    outcome.clear();
    this.#outcomes.give(outcome);
    return { stream, pool };
  }

  #proceed(refresh: Refresh, first: RoundState): void {
    let state = first;
    while (state === "ask") {
      this.#ask(refresh);
      state = this.#feed(refresh, false);
    }
    const { stream, pool, round } = refresh;
    if (stream === null || pool === null || round === null) return;
    if (state !== "done") {
      if (refresh.next() >= 0) return;
      round.timer(Number.POSITIVE_INFINITY);
    }
    const run = this.#run;
    const endMs = refresh.startMs + round.elapsedMs;
    const { slot, index } = this.#conclude(refresh, stream, pool, round);
    const key = streamKey(stream.order, index);
    run.queue.schedule(Math.max(endMs, run.now), EVENT.discovered, slot, key);
  }

  /**
   * It is known how the round ends: what is needed of it then is kept, and its lists are those of the next
   * one. So many streams that begin at a time need no more of them than one.
   */
  #conclude(
    refresh: Refresh,
    stream: Stream,
    pool: SessionPool<SessionInfo>,
    round: DiscoveryRound,
  ): Outcome {
    const outcome = this.#outcomes.take();
    outcome.stream = stream;
    outcome.pool = pool;
    outcome.startMs = refresh.startMs;
    outcome.index = refresh.index;
    outcome.listed = refresh.listed;
    outcome.responses = round.responses;
    outcome.found = this.#found(refresh, stream, round);
    outcome.missed =
      stream.probe === null ? this.#counts.reasonAgainstPool(round, outcome.found) : null;
    if (stream.traced) outcome.round = round;
    else this.#gateways.of(stream).giveRound(round);
    refresh.stream = null;
    refresh.pool = null;
    refresh.round = null;
    this.#refreshes.give(refresh);
    return outcome;
  }

  /** Draws the answers of those to be asked now and puts them in order of time. */
  #ask(refresh: Refresh): void {
    const { stream, round } = refresh;
    if (stream === null || round === null) return;
    const { toAsk } = round;
    refresh.expect(toAsk.length);
    for (let from = 0; from < toAsk.length; from += ANSWERS_MAX) {
      this.#askSome(refresh, stream, toAsk, from);
    }
  }

  /** As many as are drawn at a time, from one of them on. */
  #askSome(refresh: Refresh, stream: Stream, toAsk: readonly number[], from: number): void {
    const { lastMs: askedAt } = refresh;
    const nodes = this.#asked;
    const count = Math.min(toAsk.length - from, ANSWERS_MAX);
    for (let index = 0; index < count; index++) {
      nodes[index] = this.#conditions.route(
        toAsk[from + index] as number,
        stream,
        routeDraw(refresh.index),
      );
    }
    const times = this.answerTimes.all(stream, nodes, count, refresh.index);
    for (let index = 0; index < count; index++) {
      const node = nodes[index] as number;
      const uri = toAsk[from + index] as number;
      const time = askedAt + (times[index] as number);
      const failsAt = askedAt + CONNECT_TIMEOUT_MS;
      // Whether it is up is asked when its answer is the next one: most rounds are over by then. Of one
      // that answers so late it has to be known when it would have failed.
      if (time < failsAt || this.#isUp(stream, node, time)) refresh.put(time, askedAt, uri, node);
      else if (!this.#isSilent(node)) refresh.put(failsAt, askedAt, uri, unreachable(node));
    }
  }

  #isUp(stream: Stream, node: number, timeMs: number): boolean {
    return this.#conditions.isUp(stream.site, node, timeMs);
  }

  /** Whether a node takes connections when it is down, and never answers. */
  #isSilent(node: number): boolean {
    return this.#run.world.nodes[node]?.whenDown === "silent";
  }

  /**
   * Which answer is the next one, of those that come at all.
   *
   * @returns its place in the lists; −1 when there is none any more
   */
  #next(refresh: Refresh, stream: Stream): number {
    for (;;) {
      const at = refresh.next();
      if (at < 0) return at;
      const node = refresh.nodeAt(at);
      if (node < 0 || refresh.isUpAt(at)) return at;
      if (this.#isUp(stream, node, refresh.timeAt(at))) {
        refresh.setUp(at);
        return at;
      }
      if (this.#isSilent(node)) refresh.drop();
      else refresh.fail(CONNECT_TIMEOUT_MS, unreachable(node));
    }
  }

  /** Feeds answers until the round ends, asks for more, or one has to wait for its own instant. */
  #feed(refresh: Refresh, now: boolean): RoundState {
    const { stream, round } = refresh;
    if (stream === null || round === null) return "done";
    const run = this.#run;
    const gateway = this.#gateways.of(stream);
    const counted = run.counting ? 1 : 0;
    let own = now;
    for (;;) {
      const at = this.#next(refresh, stream);
      if (at < 0) return "wait";
      const time = refresh.timeAt(at);
      const uri = refresh.uriAt(at);
      if (round.isOverBefore(time)) return "done";
      const node = refresh.nodeAt(at);
      let transcoder = -1;
      let answer = UNREACHABLE;
      if (node >= 0) {
        // Until the next event, whatever it is, nobody gets full.
        const isNext = this.#isNext(time);
        if (now && !own) own = isNext;
        if (!own && this.capacity.mayFill(node, run.now)) {
          this.#wait(refresh, stream, time);
          return "wait";
        }
        const isCapped = own && this.capacity.isFull(node, time);
        this.capacity.answers(node, isCapped, counted);
        if (isCapped) {
          answer = CAPPED;
        } else {
          transcoder = gateway.transcoderOf(node);
          if (transcoder < 0) answer = gateway.answer(node, time);
        }
      }
      own = false;
      refresh.feed();
      const latencyMs = time - refresh.askedAt(at);
      const state =
        transcoder < 0
          ? round.response(time, uri, answer, latencyMs)
          : round.usable(time, uri, transcoder, latencyMs);
      if (state !== "wait") return state;
    }
  }

  /** The next answer waits for its own instant. */
  #wait(refresh: Refresh, stream: Stream, timeMs: number): void {
    const key = streamKey(stream.order, refresh.index);
    this.#run.queue.schedule(timeMs, EVENT.answer, refresh.slot, key);
  }

  /** Whether nothing else happens before then: what is true then can be found out now. */
  #isNext(timeMs: number): boolean {
    const { atOnce, queue, counting, world } = this.#run;
    return (
      atOnce &&
      timeMs < queue.nextMs &&
      timeMs <= world.endMs &&
      (counting || timeMs < world.warmupMs)
    );
  }

  /** What was found, in its order; null where nothing was (M-31). */
  #found(refresh: Refresh, stream: Stream, round: DiscoveryRound): Found | null {
    const { size } = round;
    if (size === 0) return null;
    const places = this.#places;
    for (let index = 0; index < refresh.fedCount; index++) {
      const at = refresh.fedAt(index);
      places[refresh.uriAt(at)] = at;
    }
    const lists = this.#lists;
    const { packing } = this.#terms;
    let areAskedAtStart = true;
    for (let index = 0; index < size; index++) {
      const at = places[round.endpointAt(index)] ?? 0;
      packing.put(lists.nodes, index, refresh.nodeAt(at));
      const askedMs = refresh.askedAt(at);
      lists.askedMs[index] = askedMs;
      if (askedMs !== refresh.startMs) areAskedAtStart = false;
    }
    return new Found({
      terms: this.#terms,
      stream,
      discovery: refresh.index,
      score: refresh.pool === stream.manager?.trusted ? 1 : 0,
      size,
      nodes: lists.nodes.slice(0, packing.wordsOf(size)),
      askedMs: areAskedAtStart ? null : lists.askedMs.slice(0, size),
      startMs: refresh.startMs,
    });
  }

  #trace(stream: Stream, outcome: Outcome, round: DiscoveryRound): void {
    const run = this.#run;
    const which = outcome.pool === stream.manager?.trusted ? "trusted" : "untrusted";
    run.trace.say(
      "D-8",
      `${which} discovery ${outcome.index + 1}: ${round.responses} answered, ${round.size} found in ${round.elapsedMs.toFixed(0)} ms (started at ${outcome.startMs.toFixed(0)} ms)`,
    );
    for (const { endpoint, rejection } of round.rejected()) {
      run.trace.say(
        rejection.rule,
        `  ${run.trace.uriName(endpoint)} rejected: ${rejection.reason} (${rejection.detail})`,
      );
    }
    for (const found of round.result()) {
      run.trace.say(
        found.backfilled ? "D-39" : "D-38",
        `  ${run.trace.uriName(found.endpoint)} after ${found.latencyMs.toFixed(0)} ms${found.backfilled ? ", suspended, to fill up" : ""}`,
      );
    }
  }
}
