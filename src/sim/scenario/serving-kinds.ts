/** Which workers of a scenario serve at all: those that the admission policy does not leave out. */
import { workerNames } from "./cross-checks.js";
import type { Scenario } from "./schema.js";

/** A kind of workers: one item of the scenario's list. */
export interface Kind {
  readonly name: string;
  /** Those that the admission policy lets in. */
  readonly workers: readonly string[];
}

/** Kinds of workers with those of them that a variant does not leave out by name. */
export function servingKinds({ workers, orchestrator }: Scenario): readonly Kind[] {
  const exclude = new Set(orchestrator?.admission.exclude);
  const include = orchestrator?.admission.include;
  const included = include === undefined ? undefined : new Set(include);
  return workers.flatMap((spec): Kind[] => {
    const serving = workerNames(spec).filter((name) => {
      const isIncluded = included === undefined || included.has(name) || included.has(spec.name);
      return isIncluded && !exclude.has(name) && !exclude.has(spec.name);
    });
    return serving.length === 0 ? [] : [{ name: spec.name, workers: serving }];
  });
}
