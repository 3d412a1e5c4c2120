/**
 * Discoveries in virtual time. All answers of a round are drawn at once and fed to the library's
 * own `DiscoveryRound` in order of time (`hearing.ts`). The round itself decides when it ends.
 */
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { RoundState } from "../../../discovery/round-words.js";
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
import { Hearing, unreachable } from "./hearing.js";
import { NodeCapacity } from "./node-capacity.js";
import { Outcome } from "./outcome.js";
import { PoolSuspender } from "./pool-suspender.js";
import { type Refresh, refreshes } from "./refresh.js";

/** A discovery that is over: the stream, and which of its pools has the new sessions. */
export interface Discovered {
  readonly stream: Stream;
  readonly pool: SessionPool<SessionInfo>;
}

/** Runs the discoveries of all streams. */
export class Discoveries {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #conditions: Conditions;
  readonly #capacity: NodeCapacity;
  readonly #hearing: Hearing;
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
    this.#capacity = new NodeCapacity(options.nodes, options.levels);
    this.#hearing = new Hearing({ ...options, capacity: this.#capacity });
    this.#gateways = options.gateways;
    const lists = options.gateways.list.flatMap(({ trusted, untrusted }) => [trusted, untrusted]);
    const room = Math.max(1, ...lists.map((list) => list.length));
    this.#refreshes = refreshes(room, (refresh) => this.#hearing.catchUp(refresh));
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
    refresh.endpoints = endpoints;
    if (pool.suspender instanceof PoolSuspender) pool.suspender.hear = refresh.hear;
    const round = this.#hearing.begin(refresh, stream);
    if (endpoints.length === 0) {
      const outcome = this.#conclude(refresh, stream, pool, round);
      return this.discovered(outcome.slot);
    }
    if (round.done) this.#proceed(refresh, "done");
    else this.#askAtStart(refresh, stream, round);
    return null;
  }

  /** The instant has come at which a discovery goes on: one of its answers', or the round's end. */
  answerArrives(slot: number): void {
    const refresh = this.#refreshes.at(slot);
    this.#proceed(refresh, this.#hearing.goOn(refresh));
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

  /** Hears what has come until the end of the run, and tells all nodes how often they have answered. */
  finish(endMs: number): void {
    for (const refresh of this.#refreshes.all()) this.#hearing.finish(refresh, endMs);
    this.#capacity.finish();
  }

  #proceed(refresh: Refresh, first: RoundState): void {
    let state = first;
    while (state === "ask") {
      this.#ask(refresh);
      state = this.#hearing.start(refresh);
    }
    const { stream, pool, round } = refresh;
    if (stream === null || pool === null || round === null) return;
    if (state !== "done") {
      if (refresh.next() >= 0) {
        this.#wake(refresh, stream, this.#hearing.earliestEndMs(refresh, stream, round));
        return;
      }
      round.timer(Number.POSITIVE_INFINITY);
    }
    const run = this.#run;
    const endMs = refresh.startMs + round.elapsedMs;
    const { slot, index } = this.#conclude(refresh, stream, pool, round);
    const key = streamKey(stream.order, index);
    run.queue.schedule(Math.max(endMs, run.now), EVENT.discovered, slot, key);
  }

  /** Asks everybody whom a discovery asks at its start. If it can, its round begins later, when it is woken. */
  #askAtStart(refresh: Refresh, stream: Stream, round: DiscoveryRound): void {
    this.#ask(refresh);
    if (refresh.next() >= 0) {
      const endMs = this.#hearing.earliestEndMs(refresh, stream, round);
      if (endMs >= 0) {
        refresh.round = null;
        this.#gateways.of(stream).giveRound(round);
        this.#wake(refresh, stream, endMs);
        return;
      }
    }
    this.#proceed(refresh, this.#hearing.start(refresh));
  }

  /** A discovery goes on with its next answer, but not before an instant. */
  #wake(refresh: Refresh, stream: Stream, earliestMs: number): void {
    const key = streamKey(stream.order, refresh.index);
    const wakeMs = Math.max(refresh.toComeMs(0), earliestMs);
    this.#run.queue.schedule(wakeMs, EVENT.answer, refresh.slot, key);
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
    outcome.listed = refresh.endpoints.length;
    outcome.responses = round.responses;
    outcome.found = this.#found(refresh, stream, round);
    outcome.missed =
      stream.probe === null ? this.#counts.reasonAgainstPool(round, outcome.found) : null;
    if (stream.traced) outcome.round = round;
    else this.#gateways.of(stream).giveRound(round);
    if (pool.suspender instanceof PoolSuspender) pool.suspender.hear = null;
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
      if (time < failsAt || this.#hearing.isUp(stream, node, time))
        refresh.put(time, askedAt, uri, node);
      else if (!this.#hearing.isSilent(node)) refresh.put(failsAt, askedAt, uri, unreachable(node));
    }
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
