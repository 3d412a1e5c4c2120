/** Metrics of one region: its gateways' segments, and what its tester saw. */
import type { SiteCounters } from "./counters.js";
import { type Metric, type MetricContext, ratio, sum } from "./metric.js";

/** A region: its sites' counts, and what its tester saw. */
export interface RegionSubject {
  readonly code: string;
  readonly site: SiteCounters | null;
  readonly tests: readonly { readonly successRate: number; readonly roundTripMs: number }[] | null;
}

const RELIABLE = 0.9;

function testedRoundTrip(p: number) {
  return ({ tests }: RegionSubject) => {
    if (tests === null) return undefined;
    const sorted = tests
      .filter(({ successRate }) => successRate >= RELIABLE)
      .map(({ roundTripMs }) => roundTripMs)
      .sort((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const at = p * (sorted.length - 1);
    const low = sorted[Math.floor(at)] ?? 0;
    const high = sorted[Math.ceil(at)] ?? low;
    return low + (high - low) * (at - Math.floor(at));
  };
}

/** `region.<code>.…` */
export const REGION_METRICS: readonly Metric<RegionSubject>[] = [
  {
    name: "segments",
    unit: "segments",
    definition: "Results that its gateways received.",
    needs: ["gateway"],
    of: ({ site }) => site?.segments,
  },
  {
    name: "margin.q50",
    unit: "1",
    definition:
      "Median of (tookAll + download) ÷ segment duration of the pool's segments: above 1 a stream is lost (M-14).",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.5),
  },
  {
    name: "margin.q99",
    unit: "1",
    definition: "99th percentile of that margin.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.99),
  },
  {
    name: "margin.q999",
    unit: "1",
    definition: "99.9th percentile of that margin.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.margins.quantile(0.999),
  },
  {
    name: "maxWorkerRoundTripMs",
    unit: "ms",
    definition:
      "The 99th percentile of a worker's round trip that the region tolerates: segment duration − 99th percentile of the pool's gateway-side time − safety. A worker whose mean is that high loses most of its streams.",
    needs: ["gateway", "streams", "workers"],
    of: maxWorkerRoundTrip,
  },
  {
    name: "poolRoundTripMs.p50",
    unit: "ms",
    definition: "Median of tookAll + download of the pool's segments.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.poolRoundTrips.quantile(0.5),
  },
  {
    name: "poolRoundTripMs.p99",
    unit: "ms",
    definition: "99th percentile of that.",
    needs: ["gateway", "streams", "pool"],
    of: ({ site }) => site?.poolRoundTrips.quantile(0.99),
  },
  {
    name: "rivalRoundTripMs.p50",
    unit: "ms",
    definition: "Median of tookAll + download of all other orchestrators' segments.",
    needs: ["gateway", "streams", "rivals"],
    of: ({ site }) => site?.rivalRoundTrips.quantile(0.5),
  },
  {
    name: "reachable",
    unit: "orchestrators",
    definition: "Orchestrators found by a stream's first discovery (D-27), mean.",
    needs: ["gateway", "streams"],
    of: ({ site }) =>
      site === null ? undefined : ratio(site.answersPerDiscoverySum, site.discoveries),
  },
  {
    name: "reachableStakeShare",
    unit: "share",
    definition: "Their share of all stake, mean.",
    needs: ["gateway", "streams"],
    of: reachableStake,
  },
  {
    name: "successRate",
    unit: "share",
    definition: "Share of test segments that came back, mean over all orchestrators (tester).",
    needs: ["regionTester"],
    of: ({ tests }) =>
      tests === null
        ? undefined
        : ratio(sum(tests.map(({ successRate }) => successRate)), tests.length),
  },
  {
    name: "reliableOrchestrators",
    unit: "orchestrators",
    definition: "Orchestrators with a success rate of at least 0.9 (tester).",
    needs: ["regionTester"],
    of: ({ tests }) => tests?.filter(({ successRate }) => successRate >= RELIABLE).length,
  },
  {
    name: "roundTripMs.p05",
    unit: "ms",
    definition:
      "5th percentile over orchestrators with a success rate of at least 0.9 of their mean round trip (tester).",
    needs: ["regionTester"],
    of: testedRoundTrip(0.05),
  },
  {
    name: "roundTripMs.p50",
    unit: "ms",
    definition: "Median of that.",
    needs: ["regionTester"],
    of: testedRoundTrip(0.5),
  },
  {
    name: "roundTripMs.p95",
    unit: "ms",
    definition: "95th percentile of that.",
    needs: ["regionTester"],
    of: testedRoundTrip(0.95),
  },
];

function maxWorkerRoundTrip(
  { site, code }: RegionSubject,
  { world }: MetricContext,
): number | undefined {
  const gatewaySide = site?.poolGatewaySides.quantile(0.99);
  if (gatewaySide === undefined) return undefined;
  const { assumptions } = world.scenario;
  const own = world.gateways.filter(({ region }) => region === code);
  const segmentMs = Math.min(...own.map(({ streams }) => streams.segmentMs));
  return segmentMs - gatewaySide - assumptions.cliffSafetyMs;
}

function reachableStake({ site }: RegionSubject, { world }: MetricContext): number | undefined {
  if (site === null || site.discoveries === 0) return undefined;
  const stake = sum(world.orchestrators.map((one) => one.stake));
  return ratio(site.reachableStakeSum / site.discoveries, stake);
}
