/**
 * What each worker is worth: the operator's net with it less without it, paired, in the candidate
 * variant; the fees instead where the operator loses on each segment, or a worker that loses work
 * would seem to be worth something. Copies of one kind share the figure of one of them.
 */
import type { Estimate } from "../results.js";
import { type Kind, servingKinds } from "../scenario/serving-kinds.js";
import { FEES, OPERATOR_NET } from "./metric-names.js";
import { difference } from "./samples.js";
import type { Stage } from "./sensitivity.js";
import { bootstrapKey } from "./verdict/differences.js";

const KINDS_MAX = 6;
/** Replications of each run. */
export const MARGINAL_REPLICATIONS = 5;

/** Values by worker's name. */
export interface MarginalValues {
  readonly values: ReadonlyMap<string, Estimate>;
  /** Kinds of workers that were left out. */
  readonly omitted: readonly string[];
}

/**
 * Runs the candidate variant without one worker of each kind. Where that is another variant
 * already run, its replications are taken.
 *
 * @param options.replications of each run
 * @param options.asked workers whose values are needed, however many kinds there are
 * @param options.isAll also those of the first kinds that nobody asked for
 */
export async function marginalValues(
  stage: Stage,
  options: {
    readonly replications: number;
    readonly asked: ReadonlySet<string>;
    readonly isAll: boolean;
  },
): Promise<MarginalValues> {
  const { inputs, question, workbench, seed, isLosing } = stage;
  const metric = isLosing ? FEES : OPERATOR_NET;
  const candidate = question.candidate;
  const input = inputs.of(candidate);
  const exclude = input.scenario.orchestrator?.admission.exclude ?? [];
  const kinds = servingKinds(input.scenario);
  const { replications, asked, isAll } = options;
  const isTried = ({ workers }: Kind, index: number): boolean =>
    (isAll && index < KINDS_MAX) || workers.some((worker) => asked.has(worker));
  const tried = kinds.filter(isTried);
  const found = await Promise.all(
    tried.map(async ({ name, workers }) => {
      const less = [...exclude, ...workers.slice(0, 1)];
      const without = inputs.of(candidate, [], [["orchestrator.admission.exclude", less]]);
      const wanted = { label: `marginal value of ${name}`, count: replications };
      const [of, from] = await Promise.all([
        workbench.replicate(input, wanted),
        workbench.replicate(without, wanted),
      ]);
      const value = difference({ of, from, metric, key: bootstrapKey(seed) });
      return { workers, value };
    }),
  );
  const values = new Map<string, Estimate>();
  for (const { workers, value } of found) {
    for (const worker of workers) if (value !== undefined) values.set(worker, value);
  }
  const left = kinds.filter((kind) => !tried.includes(kind));
  const omitted = isAll ? left.map(({ name }) => name) : [];
  return { values, omitted };
}
