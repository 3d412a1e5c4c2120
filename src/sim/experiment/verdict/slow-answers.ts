/**
 * Slow answers to AI jobs whose clients wait for ever, as they do where nothing else is said: every answer is paid
 * for, however late it comes, so that money alone would let in who takes many times as long as the others.
 */
import type { Scenario } from "../../scenario/schema.js";
import type { Samples } from "../samples.js";
import { estimate, present } from "../statistics/intervals.js";
import type { Outcome } from "./decision.js";
import { pairedOf } from "./differences.js";

/** Answers that take more than so many times as long are nothing that may be made up for by fees. */
const TIMES_MAX = 2;

/** Replications of the two variants that are compared. */
interface Pair {
  readonly baseline: Samples;
  readonly candidate: Samples;
}

/**
 * What is looked at of a job: the slowest answers, and all of them, as an answer that is ten times as slow is no
 * slower than the slowest ones where some workers are so slow already.
 */
const LOOKED_AT = ["p99", "mean"] as const;

/** A job whose answers are slow in the variant that would be decided for. */
export interface SlowAnswers {
  readonly job: string;
  /** Whether the slowest hundredth of answers is slow, or their mean. */
  readonly of: (typeof LOOKED_AT)[number];
  /** That time in the variant that would be decided for, and in the other one. */
  readonly slowMs: number;
  readonly otherMs: number;
  /** Whether replications show it; otherwise some of them do, and more of them may tell. */
  readonly isShown: boolean;
}

/**
 * What would be decided for though its answers are slow and nobody leaves for that; usually none. Live video has no
 * answers, and whoever would leave more of it unserved is excluded for that, not for what is paid. Whether a slow
 * worker is given anything is often drawn once for a whole replication, so that an interval over few of them holds
 * everything and 0: what is decided for may not be slow in the mean either.
 *
 * @param options.pair replications of the two variants
 * @param options.isBounded the candidate gains no more than the margin: where it is not decided, the baseline stays
 * @param options.scenario of the baseline: says how long clients wait
 */
export function slowAnswersOf(
  { decision, reason }: Pick<Outcome, "decision" | "reason">,
  options: {
    readonly pair: Pair;
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
  const slower = (job: string, of: SlowAnswers["of"]): SlowAnswers | undefined => {
    const metric = `ai.${job}.latencyMs.${of}`;
    const { mean, ci95 } = pairedOf({ seed }, pair, metric);
    const after = meanOfPairs(pair, metric);
    if (mean === null || after === undefined) return undefined;
    const before = after - mean;
    const isShown = ci95 !== null && (ci95[0] > 0 || ci95[1] < 0);
    if (isFor.candidate && isSlow(after, before)) {
      return { job, of, slowMs: after, otherMs: before, isShown };
    }
    if (isFor.baseline && isSlow(before, after)) {
      return { job, of, slowMs: before, otherMs: after, isShown };
    }
    return undefined;
  };
  return waitedFor(scenario).flatMap(({ name: job }) => {
    const [found] = LOOKED_AT.flatMap((of) => slower(job, of) ?? []);
    return found === undefined ? [] : [found];
  });
}

/** The candidate's mean over replications in which both have a value. */
function meanOfPairs({ baseline, candidate }: Pair, metric: string): number | undefined {
  const others = baseline.observations(metric);
  const both = candidate.observations(metric).map((value, index) => {
    return present(others[index]) ? value : undefined;
  });
  return estimate(both).mean ?? undefined;
}

/** Jobs whose clients wait for ever; of live video nobody waits for an answer. */
export function waitedFor({ ai }: Scenario): NonNullable<Scenario["ai"]>["jobs"] {
  return (ai?.jobs ?? []).filter(
    ({ patience, streamsPerHour }) => patience === undefined && streamsPerHour === undefined,
  );
}

/** Whether one time is nothing that may be made up for by fees, beside another one. */
export function isSlow(ms: number, otherMs: number): boolean {
  return ms > TIMES_MAX * otherMs;
}

/** What is said of it, without its full stop. */
export function slowAnswersText(slow: readonly SlowAnswers[]): string {
  const seconds = (ms: number) => `${Number((ms / 1000).toPrecision(3))} s`;
  const [worst] = slow;
  if (worst === undefined) return "";
  const jobs = slow.map(({ job }) => job).join(", ");
  const { of, slowMs, otherMs, isShown } = worst;
  const takes = isShown ? "takes" : "may take";
  const times =
    of === "p99"
      ? `the slowest hundredth of answers ${takes} ${seconds(slowMs)} or more`
      : `an answer ${takes} ${seconds(slowMs)} in the mean`;
  return `clients of ${jobs} wait for ever (ai.jobs[].patience is not said), so that what comes in shows nothing of what slow answers cost: ${times}, in place of ${seconds(otherMs)}`;
}
