/** From the scenario's admission to that of `src/pool`: regions are numbers there. */
import type { AdmissionConfig } from "../../pool/index.js";
import type { Scenario } from "../scenario/schema.js";

type Admission = NonNullable<Scenario["orchestrator"]>["admission"];

/**
 * The policies without limits of regions from which nobody sends in this scenario.
 *
 * @param regions those from which somebody does
 */
export function admissionWithin(
  admission: Admission | undefined,
  regions: readonly string[],
): AdmissionConfig {
  const { rolling, perRegion, ...others } = admission ?? { exclude: [] };
  const kept = (limits: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(limits).filter(([region]) => regions.includes(region)));
  const { regionLimitMs } = rolling ?? {};
  return {
    ...others,
    rolling:
      regionLimitMs === undefined ? rolling : { ...rolling, regionLimitMs: kept(regionLimitMs) },
    perRegion: perRegion && { limitMs: kept(perRegion.limitMs) },
  };
}
