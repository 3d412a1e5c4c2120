/** From the scenario's admission to that of `src/pool`: regions are numbers there. */
import { type AdmissionConfig, withRegionLimits } from "../../../pool/index.js";
import type { Scenario } from "../../scenario/schema.js";

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
  return withRegionLimits(admission ?? {}, (region) => regions.includes(region));
}
