/**
 * `perRegion`: a worker serves gateways only where its tail fits: its 99th percentile is within
 * the region's limit (sensibly: segment duration − gateway-side time − safety).
 */
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted, refused } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";
import { type RegionLimits, regionLimits } from "./region-limits.js";
import { ShareAbove } from "./share-above.js";

/** Limits on round trips, for the sessions of each region. */
export interface PerRegionConfig {
  /** Limit on the worker's 99th percentile, ms, by region; regions without one are open to all. */
  readonly limitMs: RegionLimits;
}

/** Live segments from which a worker's own tail is known. */
const SEGMENTS_NEEDED = 200;
const WINDOW = 2000;
const TAIL = 0.01;

/**
 * The tail is the benchmark's until the worker has delivered 200 live segments, then that of the
 * latest ones. Where nothing is known the worker may serve.
 */
export class PerRegionPolicy extends AdmitEveryone {
  override readonly policy = "perRegion";
  override readonly readsSegments = true;
  readonly #limits: Float64Array;
  readonly #benchmarkP99: number[] = [];
  readonly #measured: (ShareAbove | undefined)[] = [];

  /** @param regions names of the regions, in the order of their numbers */
  constructor({ limitMs }: PerRegionConfig, regions: readonly string[]) {
    super();
    this.#limits = regionLimits(limitMs, regions, Number.POSITIVE_INFINITY);
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { worker, maxSessions, benchmark } = candidate;
    const step = benchmark?.steps.findLast(({ sessions }) => sessions <= maxSessions);
    const p99 = step === undefined ? 0 : step.tail.p99Ms;
    this.#benchmarkP99[worker] = p99;
    this.#measured[worker] ??= new ShareAbove(this.#limits, WINDOW);
    if (this.#limits.length > 0 && this.#limits.every((limit) => p99 > limit)) {
      return refused(`99th percentile ${Math.round(p99)} ms, above the limit of every region`);
    }
    return admitted(maxSessions, "serves the regions where its tail fits");
  }

  override mayServe(worker: number, region: number): boolean {
    const measured = this.#measured[worker];
    return measured !== undefined && measured.count >= SEGMENTS_NEEDED
      ? measured.share(region) <= TAIL
      : (this.#benchmarkP99[worker] ?? 0) <= (this.#limits[region] ?? Number.POSITIVE_INFINITY);
  }

  override onSegment(worker: number, _region: number, roundTripMs: number): void {
    this.#measured[worker]?.record(roundTripMs);
  }
}

export const perRegion = admissionEntry({
  name: "perRegion",
  description:
    "A worker serves gateways only where its tail fits: the 99th percentile of the benchmark, where there is one, at as many sessions as the worker offers (its maxSessions), until it has delivered 200 live segments; then of the latest 2,000.",
  settings: ({ z, number }) =>
    z.strictObject({ limitMs: z.record(z.string(), number("Limit of a region.", 1, 600_000)) }),
  needs: ["benchmark"],
  limitsByRegion: "limitMs",
  create: (settings: PerRegionConfig, regions) => new PerRegionPolicy(settings, regions.names),
});
