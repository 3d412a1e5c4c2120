/** What does an orchestrator's work: a recorded time, a device of its own, or remote workers. */
import { uniform } from "../../../core/random.js";
import { callDraw, DRAW } from "../draws.js";
import type { Call, SessionInfo, Stream } from "../entities.js";
import type { WorkerTimes } from "../workers/worker-times.js";
import type { World } from "../world/world.js";

/** What a backend says of a call. */
export const WORK = {
  /** Nothing yet: an event will tell, or the answer is on its way already. */
  underWay: 0,
  /** The result is there. */
  done: 1,
  /** There will be no result. */
  failed: 2,
} as const;

export type WorkState = (typeof WORK)[keyof typeof WORK];

/**
 * What is known of a session's next segments while they are not there yet: they are done whatever others
 * do meanwhile.
 */
export interface Foreseen {
  /** Until then, ms. */
  readonly untilMs: number;
  /** Segments fail of which this quantity is below {@link failure}. */
  readonly failureDraw: number;
  readonly failure: number;
  /** The worker that does them; null where the work is a part of the exchange. */
  readonly worker: ForeseenWorker | null;
}

/** A worker whose times depend on nothing that others do. */
export interface ForeseenWorker {
  readonly index: number;
  readonly times: WorkerTimes;
  /** By how much longer than on average the session's segments take. */
  readonly factor: number;
}

/** One of three; a backend may serve many nodes, and asks a call which. */
export interface Backend {
  /**
   * Whether the end of a segment is known when it arrives, whatever comes later. Its calls need no
   * turn in their session, and {@link begin} answers the gateway itself; others begin one by one (O-9).
   */
  readonly isForeseen: boolean;
  /**
   * By how much longer than on average a whole exchange with the node takes that begins at an
   * instant; 1 where only the work itself is slow at times.
   */
  exchangeSlowness(node: number, timeMs: number): number;
  /**
   * What is known of the next segments of a session with nothing in hand, if each arrives while it is
   * open; null if nothing is.
   */
  foreseen(info: SessionInfo, nowMs: number): Foreseen | null;
  /** The node begins to work on a call. */
  begin(call: Call, info: SessionInfo): WorkState;
  /** The node's process begins anew: it works on nothing any more. */
  restarts(node: number): void;
  /** The instant that {@link begin} scheduled for the end has come. */
  workDone(call: Call): WorkState;
}

/** Whether the orchestrator fails at this segment, for whatever reason: its own or the source's. */
export function workFails({ scenario }: World, call: Call, stream: Stream): boolean {
  return (
    stream.isBad ||
    uniform(stream.k0, stream.k1, callDraw(call, DRAW.failure)) <
      scenario.assumptions.segmentFailure
  );
}
