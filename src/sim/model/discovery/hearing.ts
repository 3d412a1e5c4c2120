/**
 * A round hears the answers of its discovery in order of time. One whose orchestrator may be full by then
 * (O-6) waits for its instant: only then it is known whether it is. But it is known afterwards as well, and
 * until a round may be over nobody asks what it has heard: so it is woken once, when its timer is due or as
 * many have answered as are wanted, and hears in one go what has come by then. The lists of many thousand
 * discoveries are far away each time that they are looked at. For the same
 * reason a round begins only when it is woken: so few exist at a time that their lists stay in the cache.
 */
import { invariant } from "../../../core/errors.js";
import type { Rejection } from "../../../discovery/rejection.js";
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { RoundAnswer, RoundState } from "../../../discovery/round-words.js";
import { CONNECT_TIMEOUT_MS } from "../../../selection/index.js";
import type { Conditions } from "../conditions/conditions.js";
import type { Stream } from "../entities.js";
import { EVENT } from "../events.js";
import type { Run } from "../run.js";
import type { Gateways } from "./gateways.js";
import type { NodeCapacity } from "./node-capacity.js";
import type { Refresh } from "./refresh.js";

/** What failures are told the round as: it goes on from them as from an answer that may not be used. */
export const UNREACHABLE: RoundAnswer = failed({
  rule: "D-20",
  reason: "rpc-error",
  detail: "no connection within 3 s (G-18)",
});
const CAPPED = failed({ rule: "O-6", reason: "rpc-error", detail: "OrchestratorCapped" });
const NEVER_MS = Number.NEGATIVE_INFINITY;

function failed(rejection: Rejection): RoundAnswer {
  return { transcoder: -1, rejection, nodes: [] };
}

/** Stands for a node that fails to answer; the other way round for itself. */
export function unreachable(node: number): number {
  return -1 - node;
}

/** Tells rounds what is answered. */
export class Hearing {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #conditions: Conditions;
  readonly #capacity: NodeCapacity;

  constructor(parts: {
    readonly run: Run;
    readonly gateways: Gateways;
    readonly conditions: Conditions;
    readonly capacity: NodeCapacity;
  }) {
    this.#run = parts.run;
    this.#gateways = parts.gateways;
    this.#conditions = parts.conditions;
    this.#capacity = parts.capacity;
  }

  /** Begins a discovery's round. */
  begin(refresh: Refresh, stream: Stream): DiscoveryRound {
    const { pool, endpoints } = refresh;
    invariant(pool !== null, "a discovery under way is of a pool");
    const { numOrchs: wanted, suspender } = pool;
    const round = this.#gateways.of(stream).takeRound();
    round.start(refresh.startMs, { endpoints, wanted, suspender });
    refresh.round = round;
    return round;
  }

  /** Hears answers until the round ends, asks for more, or one has to wait for its own instant. */
  start(refresh: Refresh): RoundState {
    return this.#hear(refresh, NEVER_MS, NEVER_MS);
  }

  /** Hears those as well that have come by now, as the discovery's event has. */
  goOn(refresh: Refresh): RoundState {
    const { atOnce, queue, world, now } = this.#run;
    // Until the next event, whatever it is, nobody gets full: what is true then can be found out now.
    return this.#hear(refresh, now, atOnce ? Math.min(queue.nextMs, world.endMs) : NEVER_MS);
  }

  /** Hears what has come before something that another event does. The round goes on: it is woken before its end. */
  catchUp(refresh: Refresh): void {
    const { queue, now } = this.#run;
    this.#hear(refresh, queue.kind > EVENT.answer ? now : NEVER_MS, now);
  }

  /** Hears what has come until the end of the run. */
  finish(refresh: Refresh, endMs: number): void {
    this.#hear(refresh, endMs, endMs);
  }

  /**
   * The instant before which a round is not over, ms, and nobody asks what it has heard: it may as well hear it
   * then. −Infinity where that is not enough, as an answer has to be heard at its own instant.
   */
  earliestEndMs(refresh: Refresh, stream: Stream, round: DiscoveryRound): number {
    // Those who are asked because of an answer may answer before others.
    const isFollowed = this.#gateways.of(stream).settings.extraNodes > 0;
    if (!this.#run.atOnce || isFollowed) return NEVER_MS;
    const endMs = Math.min(round.nextDeadline(), refresh.toComeMs(round.leastToCome - 1));
    for (let index = 0; refresh.toComeMs(index) <= endMs; index++) {
      const node = refresh.toCome(index);
      if (node >= 0 && this.#capacity.isKnownNowOnly(node)) return NEVER_MS;
    }
    return endMs;
  }

  /** Whether a node answers a stream. */
  isUp(stream: Stream, node: number, timeMs: number): boolean {
    return this.#conditions.isUp(stream.site, node, timeMs);
  }

  /** Whether a node takes connections when it is down, and never answers. */
  isSilent(node: number): boolean {
    return this.#run.world.nodes[node]?.whenDown === "silent";
  }

  /**
   * @param atMs the instant until which answers have come, and
   * @param beforeMs the instant before which they have
   */
  #hear(refresh: Refresh, atMs: number, beforeMs: number): RoundState {
    const { stream } = refresh;
    if (stream === null) return "done";
    const round = refresh.round ?? this.begin(refresh, stream);
    const gateway = this.#gateways.of(stream);
    const { warmupMs } = this.#run.world;
    for (;;) {
      const at = this.#next(refresh, stream);
      if (at < 0) return "wait";
      const time = refresh.timeAt(at);
      if (round.isOverBefore(time)) return "done";
      const node = refresh.nodeAt(at);
      let transcoder = -1;
      let answer = UNREACHABLE;
      if (node >= 0) {
        // Each is looked at, as V8 leaves out what nobody has looked at yet.
        const isAhead = time > atMs;
        const isLater = time >= beforeMs;
        refresh.waits ||= this.#capacity.mayFill(node, refresh.knownMs);
        if (refresh.waits) {
          if (isAhead && isLater) return "wait";
          refresh.knownMs = time;
        }
        const isCapped = refresh.waits && this.#capacity.isFull(node, time);
        this.#capacity.answers(node, isCapped, refresh.knownMs < warmupMs ? 0 : 1);
        if (isCapped) {
          answer = CAPPED;
        } else {
          transcoder = gateway.transcoderOf(node);
          if (transcoder < 0) answer = gateway.answer(node, time);
        }
      }
      const state = this.#tell(refresh, round, at, transcoder, answer);
      if (state !== "wait") return state;
    }
  }

  #tell(
    refresh: Refresh,
    round: DiscoveryRound,
    at: number,
    transcoder: number,
    answer: RoundAnswer,
  ): RoundState {
    refresh.feed();
    if (transcoder >= 0) return round.usable(refresh, at, transcoder);
    const time = refresh.timeAt(at);
    return round.response(time, refresh.uriAt(at), answer, time - refresh.askedAt(at));
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
      if (this.isUp(stream, node, refresh.timeAt(at))) {
        refresh.setUp(at);
        return at;
      }
      if (this.isSilent(node)) refresh.drop();
      else refresh.fail(CONNECT_TIMEOUT_MS, unreachable(node));
    }
  }
}
