/** Calls under way: one submission of a segment to a session, seen from both sides. */
import { uniform } from "../../core/random.js";
import { NO_SESSION } from "../../pool/index.js";
import { OUTCOME, type Outcome, PAYMENT_OUTCOME, ruleOf } from "../../selection/index.js";
import { callDraw, DRAW } from "./draws.js";
import {
  Call,
  type Segment,
  type SessionInfo,
  type SimSession,
  Slots,
  type Stream,
} from "./entities.js";
import { EVENT } from "./events.js";
import type { Simulation } from "./simulation.js";

/** All calls of a run. */
export class Calls {
  readonly #simulation: Simulation;
  readonly #slots = new Slots((slot) => new Call(slot));

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
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
    this.#simulation.queue.schedule(atMs, EVENT.result, call.slot);
  }

  /** Whether the orchestrator fails at this segment, for whatever reason. */
  fails(call: Call, stream: Stream): boolean {
    return (
      uniform(stream.k0, stream.k1, callDraw(call, DRAW.failure)) <
      this.#simulation.world.scenario.assumptions.segmentFailure
    );
  }

  /** Tickets for the segment's fee estimate (P-19 … P-21). */
  pay(call: Call, info: SessionInfo, stream: Stream): void {
    const simulation = this.#simulation;
    const terms = simulation.terms?.[simulation.world.nodes[info.node]?.orchestrator ?? -1];
    if (terms === undefined || !stream.gateway.hasSender) return;
    const pixels = simulation.estimatedPixels(stream.renditions, call.durationMs);
    call.tickets = info.credit().stage(terms.payment, pixels, call.sentMs, call.staged);
  }

  /** Settles the call's payment (P-22, P-23). */
  settle(call: Call, info: SessionInfo, outcome: Outcome, nowMs: number): void {
    if (outcome === OUTCOME.ok) this.#simulation.metrics.received(call);
    if (this.#simulation.terms === null || info.account === null) return;
    const payment = outcome === OUTCOME.ok ? PAYMENT_OUTCOME.received : ruleOf(outcome).payment;
    info.account.settle(call.staged, payment, call.pixels, nowMs);
  }
}
