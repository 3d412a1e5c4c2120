/** Limits by region: names in configurations, numbers in cores. */
import { InputError } from "../../../core/errors.js";

/** Milliseconds by name of region. */
export type RegionLimits = Readonly<Record<string, number>>;

/**
 * The limit of each region by number.
 *
 * @param otherwise limit of a region that is not in the table
 * @throws InputError (`ADMISSION_REGION`) for a name that is no region
 */
export function regionLimits(
  limits: RegionLimits,
  regions: readonly string[],
  otherwise: number,
): Float64Array {
  const table = new Map(Object.entries(limits));
  for (const name of table.keys()) {
    if (!regions.includes(name)) {
      throw new InputError(`"${name}" is not a region; there are ${regions.join(", ")}`, {
        code: "ADMISSION_REGION",
      });
    }
  }
  return Float64Array.from(regions, (name) => table.get(name) ?? otherwise);
}
