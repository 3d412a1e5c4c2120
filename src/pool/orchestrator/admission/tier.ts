/**
 * `tier`: slow workers, and named ones, are spares: they serve only when every better one is full. Not
 * go-livepeer: one sort key ahead of the load factor.
 */
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";
import { ShareAbove } from "./share-above.js";

/** Who gets sessions only when the others are full. */
export interface TierConfig {
  /** Median round trip above which a worker is a spare, ms. @default none is by its round trip */
  readonly slowMs?: number | undefined;
  /** Workers, or kinds of workers, that are spares however fast they are. @default none */
  readonly spares?: readonly string[] | undefined;
}

/** Live segments from which a worker's own median is known without a benchmark. */
const SEGMENTS_NEEDED = 20;
const WINDOW = 400;
const SPARE = 1;

/**
 * The median is the benchmark's until the worker has delivered 20 live segments, then that of
 * the latest ones. A worker of which nothing is known is no spare.
 */
export class TierPolicy extends AdmitEveryone {
  override readonly policy = "tier";
  override readonly readsSegments = true;
  readonly #slowMs: number;
  readonly #spares: ReadonlySet<string>;
  readonly #isNamed: boolean[] = [];
  readonly #measured: (ShareAbove | undefined)[] = [];
  readonly #spareByBenchmark: (boolean | undefined)[] = [];

  constructor({ slowMs = Number.POSITIVE_INFINITY, spares = [] }: TierConfig) {
    super();
    this.#slowMs = slowMs;
    this.#spares = new Set(spares);
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { worker, name, kind, maxSessions, benchmark } = candidate;
    this.#isNamed[worker] =
      this.#spares.has(name) || (kind !== undefined && this.#spares.has(kind));
    const median = benchmark?.steps.findLast((step) => step.sessions <= maxSessions)?.warm.p50Ms;
    this.#measured[worker] ??= new ShareAbove(Float64Array.of(this.#slowMs), WINDOW);
    this.#spareByBenchmark[worker] = median !== undefined && median > this.#slowMs;
    const spare = this.tier(worker) === SPARE;
    return admitted(maxSessions, spare ? "admitted as a spare" : "not known to be slow");
  }

  override tier(worker: number): number {
    if (this.#isNamed[worker] === true) return SPARE;
    const measured = this.#measured[worker];
    const spare =
      measured !== undefined && measured.count >= SEGMENTS_NEEDED
        ? measured.share(0) > 0.5
        : this.#spareByBenchmark[worker] === true;
    return spare ? SPARE : 0;
  }

  override onSegment(worker: number, _region: number, roundTripMs: number): void {
    this.#measured[worker]?.record(roundTripMs);
  }
}

export const tier = admissionEntry({
  name: "tier",
  description: "Slow workers serve only when every better one is full (not go-livepeer).",
  settings: ({ z, number, name }) =>
    z
      .strictObject({
        slowMs: number(
          "Median round trip above which a worker is a spare: of the benchmark, where there is one, at as many sessions as the worker offers (its maxSessions), until it has delivered 20 live segments; then of the latest 400.",
          1,
          600_000,
        ).optional(),
        spares: z
          .array(name("A worker, or a kind of worker."))
          .max(10_000)
          .describe("Workers that are spares however fast they are.")
          .optional(),
      })
      .refine(
        ({ slowMs, spares }) => slowMs !== undefined || spares !== undefined,
        "expected slowMs or spares",
      ),
  needs: ["benchmark", "tiers"],
  create: (settings: TierConfig) => new TierPolicy(settings),
});
