/**
 * `none`: everyone serves, with the capacity they ask for. Also what every other policy starts
 * from: it overrides what it decides.
 */
import type { SessionEnd } from "../sessions.js";
import type {
  AdmissionCandidate,
  AdmissionDecision,
  AdmissionPolicy,
  DisconnectCause,
} from "./policy.js";

/** Admits with the sessions asked for. */
export function admitted(maxSessions: number, reason: string): AdmissionDecision {
  return { admitted: true, maxSessions, reason };
}

/** The decision that a worker may not serve. */
export function refused(reason: string): AdmissionDecision {
  return { admitted: false, maxSessions: 0, reason };
}

/** Admits everyone, with the sessions that they offer. */
export class AdmitEveryone implements AdmissionPolicy {
  readonly policy: string = "none";
  readonly readsSegments: boolean = false;

  onRegister(candidate: AdmissionCandidate, _nowMs: number): AdmissionDecision {
    return admitted(candidate.maxSessions, "everyone is admitted");
  }

  onDisconnect(_worker: number, _cause: DisconnectCause, _nowMs: number): void {}

  mayServe(_worker: number, _region: number, _nowMs: number): boolean {
    return true;
  }

  tier(_worker: number, _nowMs: number): number {
    return 0;
  }

  wantsShadow(_worker: number, _nowMs: number): boolean {
    return false;
  }

  onShadow(_worker: number, _roundTripMs: number, _nowMs: number): void {}

  onSegment(_worker: number, _region: number, _roundTripMs: number, _nowMs: number): void {}

  onSessionEnd(
    _worker: number,
    _region: number,
    _segments: number,
    _cause: SessionEnd,
    _nowMs: number,
  ): void {}
}
