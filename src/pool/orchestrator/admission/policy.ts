/**
 * What every admission policy answers. Policies decide which workers serve, when, and with how
 * many sessions; the same objects decide in a live pool and in the simulator. Pure state machines:
 * time is passed in and never decreases.
 */
import type { SessionEnd } from "../sessions.js";
import type { BenchmarkFigures } from "./benchmark-figures.js";

/** A worker that asks to be admitted, each time it registers. */
export interface AdmissionCandidate {
  /** The worker in the caller's numbering, the same at every reconnection; small, dense. */
  readonly worker: number;
  /** Its name or address, as configurations spell it. */
  readonly name: string;
  /** The kind of worker that it is one of, if the configuration has such. */
  readonly kind?: string | undefined;
  /** Sessions that it offers (its `-maxSessions`), at least 1. */
  readonly maxSessions: number;
  /** What its benchmark measured, null without one. */
  readonly benchmark: BenchmarkFigures | null;
}

/** Admitted with so many sessions, or refused, and why in one sentence. */
export interface AdmissionDecision {
  /** Whether the worker may serve. */
  readonly admitted: boolean;
  /** Sessions at a time; 0 when refused. */
  readonly maxSessions: number;
  /** Why, in words. */
  readonly reason: string;
}

/** Why a worker's registration ended: by itself, or because a task took too long (O-18). */
export type DisconnectCause = "left" | "timeout";

/** A policy, or several composed into one. */
export interface AdmissionPolicy {
  /** Name in reports. */
  readonly policy: string;
  /** Whether `onSegment` does anything: callers in a hurry need not call it otherwise. */
  readonly readsSegments: boolean;

  /** A worker registers, for the first time or again. */
  onRegister(candidate: AdmissionCandidate, nowMs: number): AdmissionDecision;

  /** Is told that an admitted worker is gone. */
  onDisconnect(worker: number, cause: DisconnectCause, nowMs: number): void;

  /** Whether an admitted worker may be given a session of a gateway of this region now. */
  mayServe(worker: number, region: number, nowMs: number): boolean;

  /**
   * Ahead of the load factor, for the manager's option `tiers`: workers of a higher tier get
   * sessions only when all of the lower ones are full. To be asked again after each
   * `onRegister`, `onSessionEnd` and `onDisconnect`.
   */
  tier(worker: number, nowMs: number): number;

  /** Whether the worker should get a copy of a live segment whose result is thrown away. */
  wantsShadow(worker: number, nowMs: number): boolean;

  /** Is told the result of such a copy. @param roundTripMs Infinity when it failed */
  onShadow(worker: number, roundTripMs: number, nowMs: number): void;

  /**
   * A live segment came back from the worker.
   *
   * @param region of the gateway
   * @param roundTripMs from task sent to result received; Infinity when it failed
   */
  onSegment(worker: number, region: number, roundTripMs: number, nowMs: number): void;

  /**
   * Is told that a session left a worker.
   *
   * @param region of the gateway
   * @param segments that the worker delivered in it
   * @param cause closed by its owner, or idle for 70 s (O-10)
   */
  onSessionEnd(
    worker: number,
    region: number,
    segments: number,
    cause: SessionEnd,
    nowMs: number,
  ): void;
}
