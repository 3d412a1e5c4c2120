/** What is still missing from a scenario with which nothing else is wrong. */
import type { Finding } from "../../config/problem.js";
import type { Scenario } from "./schema.js";

/** Settings that say how many streams there are. */
export const WAYS_OF_DEMAND = ["concurrentStreams", "streamsPerDay", "arrivals", "trace"] as const;

/** Something to simulate: streams, AI jobs, or a tester. */
export function missingFindings({ demand, tester, ai }: Scenario): readonly Finding[] {
  const isSaid = WAYS_OF_DEMAND.some((way) => demand[way] !== undefined);
  if (isSaid || tester !== undefined || ai !== undefined) return [];
  return [
    { path: ["demand"], text: `nothing to simulate, expected ${WAYS_OF_DEMAND.join(" or ")}` },
  ];
}
