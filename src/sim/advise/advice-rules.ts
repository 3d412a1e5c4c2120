/**
 * From what was found of each action to what a worker's owner is told. Pure. The claim is always about
 * a whole interval, and all intervals hold at once, at every look: of every action that is tried on
 * every worker.
 */
import { effective, type Judgement } from "../experiment/verdict/judge.js";
import type { Finding } from "./holm.js";
import type { Action } from "./pool-change.js";

/** What is known of an action, compared with leaving the worker as it is. */
export interface Tried {
  readonly action: Action;
  /** With an interval that holds at once with those of all actions. */
  readonly judgement: Judgement;
  /** What is claimed of it, by Holm's levels, which are never stricter. */
  readonly finding: Finding;
}

/** What to do with a worker. */
export type AdviceWord = "keep" | "cap" | "spare" | "exclude" | "undecided";

function marginOf({ margin }: Judgement): number {
  return typeof margin === "number" ? margin : margin.absolute;
}

/** Whether an action is shown to gain, with no harm at peak beyond the margin. */
export function isWorthIt(judgement: Judgement): boolean {
  return effective(judgement).decision === "admit";
}

/** Whether what it may gain in ordinary demand is shown to be no more than the margin. */
export function isBounded(judgement: Judgement): boolean {
  const { change, problem } = effective(judgement);
  if (problem !== null || change === null || change.ci95 === null) return false;
  return change.ci95[1] <= marginOf(effective(judgement));
}

/** Whether an action is shown to gain no more than the margin, at peak demand too, or to harm. */
export function isNotWorthIt(judgement: Judgement): boolean {
  const judged = effective(judgement);
  if (judged.problem !== null) return false;
  if (judged.decision === "exclude" || judged.decision === "no difference") return true;
  if (judged.decision === "admit" || !isBounded(judgement)) return false;
  const { state, change } = judged.peak;
  if (state === "off") return true;
  return change !== null && change.ci95 !== null && change.ci95[1] <= marginOf(judged);
}

/** Whether the peak test would say more. */
export function asksForPeak(judgement: Judgement): boolean {
  const judged = effective(judgement);
  if (judged.problem !== null) return judgement.needsPeak;
  return judged.decision === "undecided" && (judgement.needsPeak || isBounded(judgement));
}

/** Who does what it is given for a smaller share is never kept: where the others do no better, nothing shows. */
const DONE_MIN = 0.3;

/** What a worker did with what it was given. */
interface Done {
  /** Share of its sessions that it kept to the stream's end; `null`: it had none. */
  readonly retention: number | null;
  /** Of its AI jobs. @default it had none */
  readonly ai?:
    | { readonly failedShare: number; readonly othersMs?: number | undefined }
    | undefined;
  /** Share of its results that are wrong, where that is more than may be. */
  readonly wrongShare?: number | undefined;
}

/** Whether a worker loses most of its streams, fails most of its AI jobs, or returns wrong results. */
export function losesMost({ retention, ai, wrongShare }: Done): boolean {
  if (wrongShare !== undefined) return true;
  const isFailing = ai !== undefined && 1 - ai.failedShare < DONE_MIN;
  return isFailing || (retention !== null && retention < DONE_MIN);
}

/**
 * What to say of a worker: *keep* where all actions are shown to gain no more than the margin;
 * otherwise, without an action that is shown to gain, it is undecided.
 *
 * @param options.action the best of those that are shown to gain; `null` where there is none
 * @param options.figures what it did with what it was given
 * @param options.isBreaking whether it breaks a constraint by staying
 */
export function wordOf(
  tried: readonly Tried[],
  options: {
    readonly action: Action | null;
    readonly figures: Done;
    readonly isBreaking: boolean;
  },
): AdviceWord {
  const { action, figures, isBreaking } = options;
  if (action !== null) return action.kind;
  const isKept = tried.length > 0 && tried.every(({ finding }) => finding === "no gain");
  // Who is slow beside others that are as slow harms nobody alone.
  const isSlow = figures.ai?.othersMs !== undefined;
  return isKept && !isBreaking && !isSlow && !losesMost(figures) ? "keep" : "undecided";
}
