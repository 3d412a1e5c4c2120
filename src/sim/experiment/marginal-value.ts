/**
 * What each worker is worth: the operator's net with it less without it, paired, in the candidate
 * variant. Copies of one kind share the figure of one of them.
 */
import type { Estimate } from "../results.js";
import { workerNames } from "../scenario/cross-checks.js";
import type { Scenario } from "../scenario/schema.js";
import { bootstrapKey } from "./judge.js";
import { OPERATOR_NET } from "./metric-names.js";
import { difference } from "./samples.js";
import type { Stage } from "./sensitivity.js";

const KINDS_MAX = 6;
/** Replications of each run. */
export const MARGINAL_REPLICATIONS = 5;

/** Values by worker's name. */
export interface MarginalValues {
  readonly values: ReadonlyMap<string, Estimate>;
  /** Kinds of workers that were left out. */
  readonly omitted: readonly string[];
}

interface Kind {
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

/**
 * Runs the candidate variant without one worker of each kind. Where that is another variant
 * already run, its replications are taken.
 *
 * @param options.replications of each run
 */
export async function marginalValues(
  stage: Stage,
  { replications }: { readonly replications: number },
): Promise<MarginalValues> {
  const { inputs, question, workbench, seed } = stage;
  const candidate = question.candidate;
  const input = inputs.of(candidate);
  const exclude = input.scenario.orchestrator?.admission.exclude ?? [];
  const kinds = servingKinds(input.scenario);
  const tried = kinds.slice(0, KINDS_MAX);
  const found = await Promise.all(
    tried.map(async ({ name, workers }) => {
      const less = [...exclude, ...workers.slice(0, 1)];
      const without = inputs.of(candidate, [], [["orchestrator.admission.exclude", less]]);
      const wanted = { label: `marginal value of ${name}`, count: replications };
      const [of, from] = await Promise.all([
        workbench.replicate(input, wanted),
        workbench.replicate(without, wanted),
      ]);
      const value = difference({ of, from, metric: OPERATOR_NET, key: bootstrapKey(seed) });
      return { workers, value };
    }),
  );
  const values = new Map<string, Estimate>();
  for (const { workers, value } of found) {
    for (const worker of workers) if (value !== undefined) values.set(worker, value);
  }
  return { values, omitted: kinds.slice(KINDS_MAX).map(({ name }) => name) };
}
