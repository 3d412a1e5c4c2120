/**
 * Slow answers to AI jobs whose clients wait for ever, as they do where nothing else is said: every answer is paid
 * for, however late it comes, so that money alone would let in who takes many times as long as the others.
 */
import type { Scenario } from "../../scenario/schema.js";
import type { Samples } from "../samples.js";
import type { Outcome } from "./decision.js";
import { pairedOf } from "./differences.js";

/** Answers that take more than so many times as long are nothing that may be made up for by fees. */
const TIMES_MAX = 2;

/** A job whose slowest hundredth of answers is slow in the variant that would be decided for. */
export interface SlowAnswers {
  readonly job: string;
  /** Their 99th percentile in that variant, and in the other one. */
  readonly slowMs: number;
  readonly otherMs: number;
}

/**
 * What would be decided for though its answers are slow and nobody leaves for that; usually none. Live video has no
 * answers, and whoever would leave more of it unserved is excluded for that, not for what is paid.
 *
 * @param options.pair replications of the two variants
 * @param options.isBounded the candidate gains no more than the margin: where it is not decided, the baseline stays
 * @param options.scenario of the baseline: says how long clients wait
 */
export function slowAnswersOf(
  { decision, reason }: Pick<Outcome, "decision" | "reason">,
  options: {
    readonly pair: { readonly baseline: Samples; readonly candidate: Samples };
    readonly scenario: Scenario;
    readonly seed: number;
    readonly isBounded: boolean;
  },
): readonly SlowAnswers[] {
  const { pair, scenario, seed, isBounded } = options;
  if (reason === "constraint broken") return [];
  const isFor = {
    candidate: decision === "admit" || decision === "no difference",
    baseline: decision === "exclude" || decision === "no difference" || isBounded,
  };
  const waited = (scenario.ai?.jobs ?? []).filter(
    ({ patience, streamsPerHour }) => patience === undefined && streamsPerHour === undefined,
  );
  return waited.flatMap(({ name: job }) => {
    const metric = `ai.${job}.latencyMs.p99`;
    const before = pair.baseline.mean(metric);
    const after = pair.candidate.mean(metric);
    const interval = pairedOf({ seed }, pair, metric).ci95;
    if (before === undefined || after === undefined || interval === null) return [];
    const isSlower = interval[0] > 0 && after > TIMES_MAX * before;
    const isFaster = interval[1] < 0 && before > TIMES_MAX * after;
    if (isSlower && isFor.candidate) return [{ job, slowMs: after, otherMs: before }];
    if (isFaster && isFor.baseline) return [{ job, slowMs: before, otherMs: after }];
    return [];
  });
}

/** What is said of it, without its full stop. */
export function slowAnswersText(slow: readonly SlowAnswers[]): string {
  const seconds = (ms: number) => `${Number((ms / 1000).toPrecision(3))} s`;
  const [worst] = slow;
  const jobs = slow.map(({ job }) => job).join(", ");
  const times =
    worst === undefined
      ? ""
      : `${seconds(worst.slowMs)} or more, in place of ${seconds(worst.otherMs)}`;
  return `clients of ${jobs} wait for ever (ai.jobs[].patience is not said), so that what comes in shows nothing of what slow answers cost: the slowest hundredth of answers takes ${times}`;
}
