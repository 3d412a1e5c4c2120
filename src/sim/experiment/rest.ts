/** What an experiment finds beside the verdict: whether it stands, and what each worker is worth. */
import { type MarginalValues, marginalValues } from "./marginal-value.js";
import {
  runSensitivity,
  type SensitivityFound,
  type SensitivityOptions,
  type Stage,
} from "./sensitivity.js";

/** What was found. */
export interface Rest {
  readonly sensitivity: SensitivityFound;
  readonly marginal: MarginalValues;
}

/** Where nothing is judged there is nothing beside it. */
export const NO_REST: Rest = {
  sensitivity: { cases: [], stoppedAt: null },
  marginal: { values: new Map(), omitted: [] },
};

/**
 * Runs the sensitivity block and the workers' marginal values.
 *
 * @param options.replications of the marginal values
 * @param options.asked workers whose values expectations are about
 * @returns `null` where it was enough before the first look was finished
 */
export async function runRest(
  stage: Stage | null,
  options: Omit<SensitivityOptions, "beside"> & {
    readonly replications: number;
    readonly asked: ReadonlySet<string>;
  },
): Promise<Rest | null> {
  if (stage === null) return NO_REST;
  const beside = marginalValues(stage, { ...options, isAll: options.level !== "off" });
  // Whoever fails first is told of; the other one's failure is nobody's business.
  beside.catch(() => {});
  const sensitivity = await runSensitivity(stage, { ...options, beside });
  return sensitivity === null ? null : { sensitivity, marginal: await beside };
}
