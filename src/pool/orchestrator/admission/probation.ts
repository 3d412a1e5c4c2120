/**
 * `probation`: a new worker first gets shadow traffic: copies of live segments whose results are
 * thrown away. It serves once enough of them were fast enough.
 */
import { counted } from "../../../core/wording.js";
import { nearestRank } from "./benchmark-quantiles.js";
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";

/** What new workers have to show, on copies of segments, before they serve. */
export interface ProbationConfig {
  /** Limit on the 99th percentile of their round trips, ms. */
  readonly limitMs: number;
  /** Shadow segments to pass. @default 30 */
  readonly segments?: number | undefined;
}

interface Trial {
  readonly roundTripsMs: Float64Array;
  count: number;
  passed: boolean;
}

/** A worker that passed stays so; one that failed gets a new trial when it registers again. */
export class ProbationPolicy extends AdmitEveryone {
  override readonly policy = "probation";
  readonly #limitMs: number;
  readonly #segments: number;
  readonly #trials: (Trial | undefined)[] = [];

  constructor({ limitMs, segments = 30 }: ProbationConfig) {
    super();
    this.#limitMs = limitMs;
    this.#segments = segments;
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { worker, maxSessions } = candidate;
    const trial = this.#trials[worker];
    if (trial?.passed) return admitted(maxSessions, "passed its probation");
    if (trial === undefined || trial.count === this.#segments) {
      const roundTripsMs = new Float64Array(this.#segments);
      this.#trials[worker] = { roundTripsMs, count: 0, passed: false };
    }
    return admitted(maxSessions, `on probation for ${counted(this.#segments, "segment")}`);
  }

  override mayServe(worker: number): boolean {
    return this.#trials[worker]?.passed === true;
  }

  override wantsShadow(worker: number): boolean {
    const trial = this.#trials[worker];
    return trial !== undefined && trial.count < this.#segments;
  }

  override onShadow(worker: number, roundTripMs: number): void {
    const trial = this.#trials[worker];
    if (trial === undefined || trial.count === this.#segments) return;
    trial.roundTripsMs[trial.count++] = roundTripMs;
    if (trial.count < this.#segments) return;
    trial.passed = nearestRank(trial.roundTripsMs.slice().sort(), 0.99) <= this.#limitMs;
  }
}

export const probation = admissionEntry({
  name: "probation",
  description: "New workers first get copies of live segments whose results are dropped.",
  settings: ({ z, integer, number }) =>
    z.strictObject({
      segments: integer("Shadow segments to pass.", 1, 10_000).default(30),
      limitMs: number("Limit on their 99th percentile.", 1, 600_000),
    }),
  needs: ["shadows"],
  create: (settings: ProbationConfig) => new ProbationPolicy(settings),
});
