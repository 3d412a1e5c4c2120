/**
 * `reconnectPenalty`: a worker whose task timed out comes back with load 0, first in line for the
 * next session. Here it waits, and then stands behind all others until it has shown itself. Not
 * go-livepeer.
 */
import type { SessionEnd } from "../sessions.js";
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision, DisconnectCause } from "./policy.js";

/** How long a worker waits that comes back after a timeout. */
export interface ReconnectPenaltyConfig {
  /** Wait before a worker that timed out serves again, ms. */
  readonly wait: number;
}

const BEHIND = 1;

/** The place behind all others ends with the first session that its owner closed. */
export class ReconnectPenaltyPolicy extends AdmitEveryone {
  override readonly policy = "reconnectPenalty";
  readonly #waitMs: number;
  /** Per worker: when it may serve again. Set while it is penalised. */
  readonly #notBeforeMs: (number | undefined)[] = [];

  constructor({ wait }: ReconnectPenaltyConfig) {
    super();
    this.#waitMs = wait;
  }

  override onRegister(candidate: AdmissionCandidate, nowMs: number): AdmissionDecision {
    const { worker, maxSessions } = candidate;
    if (this.#notBeforeMs[worker] === undefined) return admitted(maxSessions, "no timeout before");
    this.#notBeforeMs[worker] = nowMs + this.#waitMs;
    return admitted(maxSessions, `timed out before: waits ${this.#waitMs} ms, then comes last`);
  }

  override onDisconnect(worker: number, cause: DisconnectCause, nowMs: number): void {
    if (cause === "timeout") this.#notBeforeMs[worker] = nowMs + this.#waitMs;
  }

  override mayServe(worker: number, _region: number, nowMs: number): boolean {
    return nowMs >= (this.#notBeforeMs[worker] ?? 0);
  }

  override tier(worker: number): number {
    return this.#notBeforeMs[worker] === undefined ? 0 : BEHIND;
  }

  override onSessionEnd(
    worker: number,
    _region: number,
    segments: number,
    cause: SessionEnd,
    nowMs: number,
  ): void {
    const notBefore = this.#notBeforeMs[worker];
    if (notBefore === undefined || nowMs < notBefore) return;
    if (cause === "ended" && segments > 0) this.#notBeforeMs[worker] = undefined;
  }
}

export const reconnectPenalty = admissionEntry({
  name: "reconnectPenalty",
  description:
    "A worker whose task timed out waits when it comes back, and then comes last (not go-livepeer).",
  settings: ({ z, span }) =>
    z.strictObject({ wait: span("Wait before a worker that timed out serves again.") }),
  needs: ["tiers"],
  create: (settings: ReconnectPenaltyConfig) => new ReconnectPenaltyPolicy(settings),
});
