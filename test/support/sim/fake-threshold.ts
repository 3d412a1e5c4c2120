/**
 * A simulator of a few lines with a threshold, to test sweeps with. Workers take 400, 500 … ms; a limit
 * admits those that take no longer. Each brings what it is worth: good ones 1, slow ones, from 1,000 ms on,
 * less than nothing.
 */
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { noiseOf } from "./fake-simulate.js";

/** Times of the workers, ms. */
const TIMES = [400, 500, 600, 700, 1050, 1650] as const;

/** A pool of them. */
export function thresholdPool(more = ""): string {
  const workers = TIMES.map(
    (ms) => `  - { name: w${ms}, roundTripMs: ${ms}, maxSessions: 2, count: 1 }`,
  );
  return `
name: fake
replications: auto
duration: 1h
gateway: { region: FRA }
demand: { concurrentStreams: 60 }
orchestrator: { name: pool, region: FRA, stakeShare: 0.05 }
workers:
${workers.join("\n")}
${more}
`;
}

/**
 * - 400 … 700 ms: one part each, as long as there are streams for it (15 for each);
 * - 1,050 ms: two parts less at 60 streams and below, one part more above, where the others are full;
 * - 1,650 ms: one part less.
 */
export const fakeThreshold: Simulate = ({ scenario }, { seed, replication }) => {
  const limit = scenario.orchestrator?.admission.benchmark?.limitMs ?? Number.POSITIVE_INFINITY;
  const streams = (scenario.demand.concurrentStreams ?? 0) * scenario.assumptions.loadScale;
  const names = scenario.workers.map(({ name }) => name);
  const out = scenario.orchestrator?.admission.exclude ?? [];
  const admitted = scenario.workers.filter(
    ({ name, roundTripMs = 0 }) => roundTripMs <= limit && !out.includes(name),
  );
  const parts = admitted.reduce((sum, { roundTripMs = 0 }) => {
    if (roundTripMs < 1000) return sum + 1;
    if (roundTripMs < 1500) return sum + (streams > 60 ? 1 : -2);
    return sum - 1;
  }, 0);
  // What a worker does varies from replication to replication, so that differences vary too.
  const luck = admitted.reduce((sum, { roundTripMs = 0 }) => {
    const { k0, k1 } = makeKey(seed, replication, roundTripMs);
    return sum + 0.02 * normalQuantile(uniform(k0, k1, 0));
  }, 0);
  const net = 0.001 * Math.max(0, parts) * noiseOf(seed, replication) * (1 + luck);
  return {
    metrics: {
      "pool.feesEthPerDay": 4 * net,
      "pool.operatorNetPerDay": net,
      "pool.lateShare": 0.01,
      "pool.sessions": admitted.length === 0 ? 0 : 400,
      "pool.segments": 1000,
      ...Object.fromEntries(
        admitted.flatMap(({ name, roundTripMs = 0 }) => [
          [`worker.${name}.picks`, 40 + (replication % 3)],
          [`worker.${name}.segments`, 1000],
          [`worker.${name}.retention`, roundTripMs < 1000 ? 0.95 : 0.5],
          [`worker.${name}.streamMinutesLost`, roundTripMs < 1000 ? 1 : 300],
        ]),
      ),
    },
    orchestrators: ["pool"],
    workers: names,
    regions: ["FRA"],
    series: {},
    seriesBinMs: 1_800_000,
    conservation: [],
    imputed: {},
    withoutStreams: null,
    admissions: scenario.workers.map(({ name, roundTripMs = 0, maxSessions }) => ({
      worker: name,
      offered: maxSessions,
      sessions: roundTripMs <= limit ? maxSessions : 0,
      reason: "",
    })),
  };
};
