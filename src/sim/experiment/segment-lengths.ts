/** How long segments are that a scenario's gateways send. */
import type { LoadedScenario } from "../input.js";
import { streamKinds } from "../model/world/stream-kinds.js";

/** Mean lengths, ms, the shortest first. */
export function segmentLengths({ variants }: Pick<LoadedScenario, "variants">): number[] {
  const lengths = variants.flatMap(({ input: { scenario } }) =>
    streamKinds(scenario).map(({ segmentMs }) => segmentMs),
  );
  return [...new Set(lengths)].sort((a, b) => a - b);
}
