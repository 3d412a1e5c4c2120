/** The kind of source that a subgraph is; what asks it is loaded with the first one. */
import { orchestratorSourceEntry, originOf } from "../entry.js";

const HOUR_MS = 3_600_000;

export const subgraphEntry = orchestratorSourceEntry({
  name: "subgraph",
  description: "Those that a Livepeer subgraph knows.",
  settings: ({ z, text }) =>
    z.strictObject({ subgraphUrl: text("Those that a Livepeer subgraph knows.", "url") }),
  // The subgraph changes by the round.
  pace: { refreshMs: 6 * HOUR_MS, maxAgeMs: 12 * HOUR_MS },
  remark:
    "stakes of a subgraph are total stakes: a gateway counts those of this round's earnings pools, 0 where there is none (B-8)",
  label: ({ subgraphUrl }) => `subgraph of ${originOf(subgraphUrl)}`,
  create: async ({ subgraphUrl }, { asksEachTime = false }) => {
    const { SubgraphSource } = await import("./subgraph-source.js");
    const patience = asksEachTime ? { refreshMs: 0, holdOffMs: 0 } : {};
    return new SubgraphSource({ url: subgraphUrl, ...patience });
  },
});
