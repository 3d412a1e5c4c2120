/**
 * What may be asked from outside a scenario about one of its variants (`advise`, `sweep`): checked, and
 * completed by what the scenario says.
 */
import { checkWhole, refuse } from "../../core/checks.js";
import type { LoadedScenario } from "../input.js";
import { candidatesOf } from "../scenario/candidates.js";
import { metricProblem, objectiveProblem } from "../scenario/known-metrics.js";
import type { Scenario } from "../scenario/schema.js";
import type { Executor } from "./executor.js";
import { OPERATOR_NET } from "./metric-names.js";
import { LOSING_NOTE } from "./notes.js";
import { withHeldConstraints } from "./verdict/held-constraints.js";
import { DEFAULT_MARGIN, losesOnEachSegment, onFees, type Question } from "./verdict/judge.js";
import type { Progress } from "./workbench.js";

/** What may be said from outside the scenario. */
export interface AskedOptions {
  /** Seed of all randomness. @default the scenario's */
  readonly seed?: number | undefined;
  /** Variant that is asked about. @default the decision's candidate, or the first */
  readonly variant?: string | undefined;
  /** Metric to gain in. @default the scenario's, or the operator's net */
  readonly objective?: string | undefined;
  /** What counts as a difference, in (0, 1). @default the scenario's, or 0.05 */
  readonly margin?: number | undefined;
  /** That all intervals hold, in [0.5, 1). @default 0.95 */
  readonly confidence?: number | undefined;
  /** When it aborts, the last look that was finished counts. */
  readonly enough?: AbortSignal | undefined;
  /** Called after each replication. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** @throws InputError (`OPTION_INVALID`) */
export function checkAsked({ margin = 0.05, confidence = 0.95, seed = 0 }: AskedOptions): void {
  if (!(margin > 0 && margin < 1)) refuse(`margin: found ${margin}, expected between 0 and 1`);
  if (!(confidence >= 0.5 && confidence <= 0.9999)) {
    refuse(`confidence: found ${confidence}, expected from 0.5 to 0.9999`);
  }
  checkWhole({ seed }, [0, Number.MAX_SAFE_INTEGER]);
}

/**
 * What cannot be gained in, by the rules of a scenario's objective.
 *
 * @throws InputError (`OPTION_INVALID`)
 */
export function checkObjective(objective: string, { variants }: LoadedScenario): void {
  const text = JSON.stringify(objective);
  if (objective.startsWith("worker.")) {
    refuse(`objective: found ${text}, expected a metric of the pool: it is about its workers`);
  }
  const known = metricProblem(variants.map(({ input }) => input));
  const problem = known(objective) ?? objectiveProblem(objective);
  if (problem !== undefined) refuse(`objective: ${problem}`);
}

/** The question, with a verdict's constraints and peak demand. */
export function questionOf(
  { base }: LoadedScenario,
  { objective, margin }: Pick<AskedOptions, "objective" | "margin">,
): Question {
  const own = base.scenario.decision;
  return withHeldConstraints(base.scenario, {
    baseline: "as it is",
    candidate: "changed",
    objective: objective ?? own?.objective ?? OPERATOR_NET,
    constraints: own?.constraints,
    margin: margin ?? own?.margin ?? DEFAULT_MARGIN,
    peakFactor: own?.peakFactor ?? 2,
  });
}

/** What is asked about: fees, where more work makes the operator's net worse in some of the scenarios. */
export function judgedOn(
  question: Question,
  scenarios: readonly Scenario[],
): { readonly question: Question; readonly note: readonly string[] } {
  const isLosing = question.objective === OPERATOR_NET && scenarios.some(losesOnEachSegment);
  return isLosing ? { question: onFees(question), note: [LOSING_NOTE] } : { question, note: [] };
}

/**
 * The variant that a scenario is calibrated in (`demand.calibrateTo`): what the operator runs today, and sees, whatever
 * is asked about.
 */
export function todaysVariant({ base, variants }: LoadedScenario): string {
  return base.scenario.decision?.baseline ?? variants[0]?.name ?? "base";
}

/**
 * Name of the variant that is asked about.
 *
 * @throws InputError (`OPTION_INVALID`) where there is none of the name
 */
export function variantOf(
  { base, variants, file }: LoadedScenario,
  { variant }: AskedOptions,
): string {
  const { decision } = base.scenario;
  const candidate = decision && candidatesOf(decision)[0];
  const wanted = variant ?? candidate ?? variants[0]?.name ?? "base";
  if (variants.some(({ name }) => name === wanted)) return wanted;
  const names = variants.map(({ name }) => name).join(", ");
  return refuse(`variant: ${file} has none called ${JSON.stringify(wanted)}, expected ${names}`);
}

/** The scenario as results have it. */
export function scenarioOf({ base, file, sha256, settings }: LoadedScenario) {
  return { name: base.scenario.name, file, sha256, settings };
}

/** The margin as results have it. */
export function marginOf({ margin }: Question): {
  readonly relative: number | null;
  readonly absolute: number | null;
} {
  return typeof margin === "number"
    ? { relative: margin, absolute: null }
    : { relative: null, absolute: margin.absolute };
}

/**
 * Runs something that a signal may stop. Who stops it does not wait until threads have ended, which takes
 * them a moment: they are told to, and begin nothing more.
 *
 * @param executor closed when it ends, however it does
 * @throws the signal's reason when it aborts
 */
export async function stoppable<T>(
  executor: Executor,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let isStopped = false;
  let stop = (): void => {};
  try {
    signal?.throwIfAborted();
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        isStopped = true;
        reject(signal?.reason);
      };
    });
    signal?.addEventListener("abort", stop, { once: true });
    return await Promise.race([work(), stopped]);
  } finally {
    signal?.removeEventListener("abort", stop);
    const closed = executor.close();
    // Whatever it fails at, it is the reason that counts.
    if (isStopped) closed.catch(() => {});
    else await closed;
  }
}
