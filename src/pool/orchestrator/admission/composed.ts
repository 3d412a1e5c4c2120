/** Several policies at once: all must agree, the strictest figure counts. */
import type { SessionEnd } from "../sessions.js";
import { refused } from "./none.js";
import type {
  AdmissionCandidate,
  AdmissionDecision,
  AdmissionPolicy,
  DisconnectCause,
} from "./policy.js";

/**
 * Refused if any refuses; the least `maxSessions` of all, each policy being asked with what the
 * ones before it left; may serve if all say so; tiers add up, so that the worst come last.
 */
export class ComposedPolicy implements AdmissionPolicy {
  readonly policy: string;
  readonly readsSegments: boolean;
  readonly #policies: readonly AdmissionPolicy[];
  readonly #readers: readonly AdmissionPolicy[];

  constructor(policies: readonly AdmissionPolicy[]) {
    this.policy = policies.map(({ policy }) => policy).join("+");
    this.#policies = policies;
    this.#readers = policies.filter(({ readsSegments }) => readsSegments);
    this.readsSegments = this.#readers.length > 0;
  }

  onRegister(candidate: AdmissionCandidate, nowMs: number): AdmissionDecision {
    let { maxSessions } = candidate;
    const refusals: string[] = [];
    const reasons: string[] = [];
    for (const policy of this.#policies) {
      const decision = policy.onRegister({ ...candidate, maxSessions }, nowMs);
      if (decision.admitted) {
        maxSessions = Math.min(maxSessions, decision.maxSessions);
        reasons.push(decision.reason);
      } else refusals.push(decision.reason);
    }
    return refusals.length > 0
      ? refused(refusals.join("; "))
      : { admitted: true, maxSessions, reason: reasons.join("; ") };
  }

  onDisconnect(worker: number, cause: DisconnectCause, nowMs: number): void {
    for (const policy of this.#policies) policy.onDisconnect(worker, cause, nowMs);
  }

  mayServe(worker: number, region: number, nowMs: number): boolean {
    for (const policy of this.#policies) {
      if (!policy.mayServe(worker, region, nowMs)) return false;
    }
    return true;
  }

  tier(worker: number, nowMs: number): number {
    let tier = 0;
    for (const policy of this.#policies) tier += policy.tier(worker, nowMs);
    return tier;
  }

  wantsShadow(worker: number, nowMs: number): boolean {
    return this.#policies.some((policy) => policy.wantsShadow(worker, nowMs));
  }

  onShadow(worker: number, roundTripMs: number, nowMs: number): void {
    for (const policy of this.#policies) policy.onShadow(worker, roundTripMs, nowMs);
  }

  onSegment(worker: number, region: number, roundTripMs: number, nowMs: number): void {
    for (const policy of this.#readers) policy.onSegment(worker, region, roundTripMs, nowMs);
  }

  onSessionEnd(
    worker: number,
    region: number,
    segments: number,
    cause: SessionEnd,
    nowMs: number,
  ): void {
    for (const policy of this.#policies) {
      policy.onSessionEnd(worker, region, segments, cause, nowMs);
    }
  }
}
