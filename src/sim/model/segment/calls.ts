/** Calls under way: one submission of a segment to a session, seen from both sides. */
import { NO_SESSION } from "../../../pool/index.js";
import {
  estimatePixels,
  OUTCOME,
  type Outcome,
  PAYMENT_OUTCOME,
  ruleOf,
  type SessionPrice,
  wholeTimeoutMs,
} from "../../../selection/index.js";
import type { Gateways } from "../discovery/gateways.js";
import { attemptDraws } from "../draws.js";
import {
  Call,
  type Segment,
  type SessionInfo,
  type SimSession,
  Slots,
  type Stream,
} from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { Market } from "../money/market.js";
import type { TicketTerms } from "../money/tickets.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import type { Renditions } from "../world/renditions.js";

/** All calls of a run. */
export class Calls {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #recorder: Recorder;
  readonly #market: Market;
  /** By renditions and seconds of duration. */
  readonly #estimates: ReadonlyMap<Renditions, number[]>;
  readonly #slots = new Slots((slot) => new Call(slot));

  constructor(options: {
    readonly run: Run;
    readonly gateways: Gateways;
    readonly recorder: Recorder;
    readonly market: Market;
  }) {
    const { world } = options.run;
    this.#run = options.run;
    this.#gateways = options.gateways;
    this.#recorder = options.recorder;
    this.#market = options.market;
    this.#estimates = new Map(
      [world.renditions, ...world.gateways.map(({ streams }) => streams.renditions)]
        .flat()
        .map((set) => [set, []]),
    );
  }

  /** A call of a segment to a session, about to be prepared. */
  take(segment: Segment, stream: Stream, session: SimSession, member: number): Call {
    const call = this.#slots.take();
    call.segment = segment;
    call.stream = stream;
    call.session = session;
    call.info = session.info;
    call.member = member;
    call.index = segment.index;
    call.attempt = segment.attempt.attempts;
    call.durationMs = segment.durationMs;
    call.pixels = segment.pixels;
    // Not sent yet: what an earlier call in this slot left in the queue does not concern it.
    call.sentMs = Number.NaN;
    call.nodeSession = NO_SESSION;
    call.outcome = OUTCOME.ok;
    call.resultAtMs = Number.POSITIVE_INFINITY;
    call.doneMs = Number.POSITIVE_INFINITY;
    call.isTimeoutAwaited = false;
    call.worker = -1;
    call.registration = -1;
    call.task = -1;
    call.taskDueMs = Number.NaN;
    call.workFails = false;
    call.cheated = false;
    call.workMs = 0;
    call.counted = segment.counted;
    call.pixelsCounted = false;
    call.tickets = 0;
    call.price = 0;
    call.terms = null;
    call.gatewayDone = false;
    call.nodeDone = false;
    return call;
  }

  /** A call is over when both sides are done with it. */
  free(call: Call): void {
    if (!call.gatewayDone || !call.nodeDone || call.segment === null) return;
    call.segment = null;
    call.stream = null;
    call.session = null;
    call.info = null;
    call.staged.clear();
    this.#slots.give(call);
  }

  /** The call in a slot. */
  at(slot: number): Call {
    return this.#slots.at(slot);
  }

  /** Calls under way. */
  get underWay(): number {
    return this.#slots.used;
  }

  /** The gateway will have this answer then. */
  reply(call: Call, outcome: Outcome, atMs: number): void {
    if (call.gatewayDone) return;
    call.outcome = outcome;
    call.resultAtMs = atMs;
    this.#run.queue.schedule(atMs, EVENT.result, call.slot, callKey(call));
  }

  /** The gateway will give up on the call at its limit, unless it is answered before (T-15, T-18). */
  awaitTimeout(call: Call): void {
    if (call.gatewayDone || call.isTimeoutAwaited) return;
    call.isTimeoutAwaited = true;
    this.#run.queue.schedule(limitMs(call), EVENT.callTimeout, call.slot, callKey(call));
  }

  /**
   * Calls that a node has or that are on their way to it, in the order of their streams: the places of
   * calls in the table are others where steps are done without events.
   */
  atNode(node: number): readonly Call[] {
    return this.#slots
      .all()
      .filter((call) => call.segment !== null && call.node === node && call.sentMs >= 0)
      .sort((a, b) => callKey(a) - callKey(b));
  }

  /**
   * Terms of the tickets that come with a stream's segments in a session; null where none are bought.
   *
   * @param price the session's: what an orchestrator says of it later counts when it is renewed
   */
  termsOf(info: SessionInfo, stream: Stream, price: SessionPrice | null): TicketTerms | null {
    const { scenario, nodes } = this.#run.world;
    if (!scenario.tickets.enabled || !this.#gateways.of(stream).hasSender) return null;
    return this.#market.termsOf(nodes[info.node]?.orchestrator ?? -1, price) ?? null;
  }

  /** Tickets for the segment's fee estimate (P-19 … P-21). */
  pay(call: Call, info: SessionInfo, stream: Stream): void {
    const price = call.session?.price ?? null;
    call.price = this.#market.placeOf(this.#run.world.nodes[info.node]?.orchestrator ?? -1, price);
    const terms = this.termsOf(info, stream, price);
    call.terms = terms;
    if (terms === null) return;
    const pixels = this.estimatedPixels(stream.renditions, call.durationMs);
    call.tickets = info.credit().stage(terms.payment, pixels, call.sentMs, call.staged);
  }

  /** Settles the call's payment (P-22, P-23). */
  settle(call: Call, info: SessionInfo, outcome: Outcome, nowMs: number): void {
    if (outcome === OUTCOME.ok) this.#recorder.received(call);
    if (info.account === null) return;
    const payment = outcome === OUTCOME.ok ? PAYMENT_OUTCOME.received : ruleOf(outcome).payment;
    info.account.settle(call.staged, payment, call.pixels, nowMs);
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
}

/** When the gateway gives up on a call that is not answered, ms (T-15, T-18). */
export function limitMs({ sentMs, durationMs }: Call): number {
  return sentMs + wholeTimeoutMs(durationMs);
}

/** Key of a call's events. */
export function callKey({ stream, index, attempt, member }: Call): number {
  return streamKey(stream?.order ?? 0, attemptDraws(index, attempt, member));
}
