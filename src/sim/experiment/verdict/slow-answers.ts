/**
 * Slow answers to AI jobs whose clients wait for ever, as they do where nothing else is said: every answer is paid
 * for, however late it comes, so that money alone would let in who takes many times as long as the others.
 */
import type { Scenario } from "../../scenario/schema.js";
import type { Samples } from "../samples.js";
import { estimate, type Observation, pairedDifference, present } from "../statistics/intervals.js";
import type { Outcome } from "./decision.js";
import { bootstrapKey } from "./differences.js";
import { isSlow, type SlowWorkers, slowOnlyIn, waitedFor } from "./slow-workers.js";

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

/**
 * Whose answers are looked at: everybody's, and the pool's own, since few clients meet a pool that others share the
 * jobs with, however slow it is.
 */
const WHOSE = ["all", "pool"] as const;

/** What is slow in the variant that would be decided for. */
export type SlowAnswers = SlowJob | (SlowWorkers & { readonly isShown: true });

/** A job whose answers are. */
interface SlowJob {
  readonly job: string;
  readonly whose: (typeof WHOSE)[number];
  /** Whether the slowest hundredth of answers is slow, or their mean. */
  readonly of: (typeof LOOKED_AT)[number];
  /**
   * That time in the variant that would be decided for, and in the other one: of the pool's answers the longer one of
   * the pool's and everybody's.
   */
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
 * @param options.other that of the candidate: says whose workers serve; without it single workers are not looked at
 */
export function slowAnswersOf(
  { decision, reason }: Pick<Outcome, "decision" | "reason">,
  options: {
    readonly pair: Pair;
    readonly scenario: Scenario;
    readonly other?: Scenario | undefined;
    readonly seed: number;
    readonly isBounded: boolean;
  },
): readonly SlowAnswers[] {
  const { pair, scenario, other: changed, seed, isBounded } = options;
  if (reason === "constraint broken") return [];
  const isFor = {
    candidate: decision === "admit" || decision === "no difference",
    baseline: decision === "exclude" || decision === "no difference" || isBounded,
  };
  const slower = (job: string, [of, whose]: Look): SlowJob | undefined => {
    const candidate = timesOf(job, [of, whose], pair.candidate, pair.baseline);
    const baseline = timesOf(job, [of, whose], pair.baseline, pair.candidate);
    const sides = [...(isFor.candidate ? [candidate] : []), ...(isFor.baseline ? [baseline] : [])];
    const found = sides.flatMap(({ own, other }) => {
      const { mean, ci95 } = pairedDifference({
        candidate: own,
        baseline: other,
        key: bootstrapKey(seed),
      });
      const slowMs = estimate(
        own.map((ms, index) => (present(other[index]) ? ms : undefined)),
      ).mean;
      if (mean === null || slowMs === null || !isSlow(slowMs, slowMs - mean)) return [];
      const isShown = ci95 !== null && ci95[0] > 0;
      return [{ job, whose, of, slowMs, otherMs: slowMs - mean, isShown }];
    });
    return found[0];
  };
  const jobs = waitedFor(scenario).flatMap(({ name: job }) => {
    const looks = WHOSE.flatMap((whose) => LOOKED_AT.map((of): Look => [of, whose]));
    const [found] = looks.flatMap((look) => slower(job, look) ?? []);
    return found === undefined ? [] : [found];
  });
  if (jobs.length > 0 || changed === undefined) return jobs;
  const [baseline, candidate] = [
    { scenario, samples: pair.baseline },
    { scenario: changed, samples: pair.candidate },
  ];
  const workers = [
    ...(isFor.candidate ? slowOnlyIn(candidate, baseline) : []),
    ...(isFor.baseline ? slowOnlyIn(baseline, candidate) : []),
  ];
  return workers.map((one) => ({ ...one, isShown: true }));
}

type Look = readonly [SlowJob["of"], SlowJob["whose"]];

/** How long answers take in one variant, and what they are compared with in the other one, by replication. */
function timesOf(job: string, [of, whose]: Look, here: Samples, there: Samples) {
  const all = there.observations(`ai.${job}.latencyMs.${of}`);
  if (whose === "all") return { own: here.observations(`ai.${job}.latencyMs.${of}`), other: all };
  const metric = `ai.${job}.poolLatencyMs.${of}`;
  const pools = there.observations(metric);
  return {
    own: here.observations(metric),
    other: all.map((ms, index) => longer(ms, pools[index])),
  };
}

function longer(one: Observation, other: Observation): Observation {
  return present(one) && present(other) ? Math.max(one, other) : present(one) ? one : other;
}

/** What is said of it, without its full stop. */
export function slowAnswersText(slow: readonly SlowAnswers[]): string {
  const [worst] = slow;
  if (worst === undefined) return "";
  const jobs = slow.flatMap((one) => ("job" in one ? [one.job] : []));
  const whose = jobs.length === 0 ? "AI jobs" : jobs.join(", ");
  const text = "job" in worst ? slowJobText(worst) : slowWorkersText(worst);
  return `clients of ${whose} wait for ever (ai.jobs[].patience is not said), so that what comes in shows nothing of what slow answers cost: ${text}`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function slowJobText({ of, whose, slowMs, otherMs, isShown }: SlowJob): string {
  const takes = isShown ? "takes" : "may take";
  const [answers, answer] =
    whose === "pool" ? ["the pool's answers", "an answer of the pool"] : ["answers", "an answer"];
  const times =
    of === "p99"
      ? `the slowest hundredth of ${answers} ${takes} ${seconds(slowMs)} or more`
      : `${answer} ${takes} ${seconds(slowMs)} in the mean`;
  return `${times}, in place of ${seconds(otherMs)}`;
}

function slowWorkersText({ kind, slowMs, othersMs }: SlowWorkers): string {
  return `half of the AI jobs of ${kind} take ${seconds(slowMs)} or more, in place of ${seconds(othersMs)} at others`;
}
