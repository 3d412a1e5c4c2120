/** What a worker did, and why it is advised so, in words that its owner understands. */
import { formatDuration } from "../../config/duration.js";
import { counted, signed } from "../../core/wording.js";
import { unitOf } from "../experiment/metric-names.js";
import { reported, type Samples } from "../experiment/samples.js";
import { digits, percent } from "../experiment/verdict/figure-format.js";
import { effective, type Judgement } from "../experiment/verdict/judge.js";
import { slowAnswersText } from "../experiment/verdict/slow-answers.js";
import { isWrong } from "../experiment/verdict/wrong-results.js";
import { LOSS_REASONS, type LossReason } from "../metrics/counters.js";
import type { BrokenConstraint, TriedAction, WorkerFigures } from "./advice-result.js";
import { type AdviceWord, losesMost, type Tried } from "./advice-rules.js";
import type { Standing } from "./dispensable.js";
import type { Action, WorkerKind } from "./pool-change.js";

/** What a loss looks like to the worker's owner. */
const OWNERS_WORDS: Readonly<Record<LossReason, string>> = {
  inFlight: "late segments",
  latencyScore: "segments slower than real time",
  notMeasured: "left before its first segment was done",
  error: "failed segments",
  timeout: "segments that were never answered",
  busy: "segments that queued",
  capped: "no free session",
  expired: "sessions that ran out",
  download: "slow downloads of results",
  verification: "wrong results",
};

/** Why a kind had no session in any replication, where that is no chance. */
function withoutSessions(workers: readonly string[], { records }: Samples): string | undefined {
  const said = records.flatMap(({ admissions }) =>
    admissions.filter(({ worker }) => workers.includes(worker)),
  );
  const [first] = said;
  if (first !== undefined && said.every(({ sessions }) => sessions === 0)) {
    return `the pool's own rule refuses it (${first.reason})`;
  }
  const reasons = records.map((record) => record.withoutStreams);
  const [why = null] = reasons;
  return why === null || reasons.includes(null) ? undefined : `the pool had no stream: ${why}`;
}

/**
 * What a kind did in the pool as it is, per replication.
 *
 * @param othersMs what others take over half of their AI jobs, where the kind is slow beside them
 */
export function figuresOf(
  { workers, cheatProbability, live }: WorkerKind,
  samples: Samples,
  othersMs?: number,
): WorkerFigures {
  const values = (metric: string) =>
    workers.flatMap((name) => samples.mean(`worker.${name}.${metric}`) ?? []);
  const sum = (metric: string) => values(metric).reduce((total, value) => total + value, 0);
  const mean = (metric: string) => {
    const found = values(metric);
    return found.length === 0 ? null : sum(metric) / found.length;
  };
  const losses = LOSS_REASONS.map((reason) => ({
    reason,
    minutes: sum(`streamMinutesLost.${reason}`),
  })).sort((a, b) => b.minutes - a.minutes);
  const lostTo = losses.filter(({ minutes }) => minutes > 0);
  const failedShare = mean("ai.failedShare");
  const p99 = mean("roundTripMs.p99");
  const p50 = mean("roundTripMs.p50") ?? p99;
  const picks = sum("picks");
  const why = picks === 0 ? withoutSessions(workers, samples) : undefined;
  return {
    picks,
    ...(why === undefined ? {} : { withoutSessions: why }),
    retention: mean("retention"),
    roundTripMs:
      p50 === null || p99 === null
        ? null
        : { p10: mean("roundTripMs.p10") ?? p50, p50, p90: mean("roundTripMs.p90") ?? p99, p99 },
    streamMinutesLost: sum("streamMinutesLost"),
    mostlyLostTo: lostTo[0]?.reason ?? null,
    lostTo,
    ...(isWrong(cheatProbability) ? { wrongShare: cheatProbability } : {}),
    ...(failedShare === null
      ? {}
      : {
          ai: {
            failedShare,
            // A stream of live video is no job that somebody waits for.
            jobMs: live === undefined ? mean("ai.jobMs.p50") : null,
            ...(live?.faultMs === undefined ? {} : { liveFaultMs: live.faultMs }),
            ...(othersMs === undefined ? {} : { othersMs }),
          },
        }),
  };
}

function aiText({ failedShare, jobMs, liveFaultMs }: NonNullable<WorkerFigures["ai"]>): string {
  if (failedShare >= 0.005) return `fails ${percent(failedShare)} % of its AI jobs`;
  if (liveFaultMs !== undefined) {
    return `its streams of live video break after ${formatDuration(liveFaultMs)} on average`;
  }
  if (jobMs === null) return "serves live video";
  return `half of its AI jobs take ${secondsText(jobMs)} or more`;
}

function secondsText(ms: number): string {
  return counted(Number((ms / 1000).toPrecision(2)), "second");
}

function lossText(figures: WorkerFigures): string {
  const { retention, mostlyLostTo, roundTripMs, ai, wrongShare } = figures;
  if (wrongShare !== undefined) return `${percent(wrongShare)} % of its results are wrong`;
  if (retention === null) return ai === undefined ? "had no session" : aiText(ai);
  const reason = LOSS_REASONS.find((one) => one === mostlyLostTo);
  // Nothing that came back was late: nothing came back.
  const isSilent = reason === "inFlight" && roundTripMs === null;
  const words = reason === undefined ? "" : `: ${OWNERS_WORDS[isSilent ? "timeout" : reason]}`;
  return `loses ${percent(1 - retention)} % of its streams${words}`;
}

function rangeText(judgement: Judgement): string {
  const { change } = effective(judgement);
  const ends = change?.ci95 ?? null;
  if (ends === null || !ends.every(Number.isFinite)) return "by an unknown amount";
  const isShare = typeof effective(judgement).margin === "number";
  const write = (value: number) => (isShare ? signed(100 * value, 1) : signed(value, 6));
  return `by ${write(ends[0])} … ${write(ends[1])}${isShare ? " %" : ""}`;
}

export function actionWords(action: Action): string {
  if (action.kind === "exclude") return "leaving it out";
  if (action.kind === "spare") return "keeping it as a spare";
  return `a cap at ${counted(action.sessions, "session")}`;
}

function brokenText({ metric, maxIncrease, difference }: BrokenConstraint): string {
  const isShare = unitOf(metric) === "share";
  const write = (value: number) => (isShare ? percent(value) : digits(value));
  const [low, high, limit] = [...difference.ci95, maxIncrease].map(
    (value) => `${value < 0 ? "−" : "+"}${write(Math.abs(value))}`,
  );
  const unit = isShare ? " percentage points" : "";
  return `with it ${metric} changes by ${low} … ${high}${unit}, beyond the limit of ${limit}: a verdict leaves it out for that`;
}

function undecidedText(
  tried: readonly Tried[],
  figures: WorkerFigures,
  {
    standing,
    breaks,
  }: { readonly standing: Standing | null; readonly breaks?: BrokenConstraint | undefined },
): string {
  if (tried.length === 0) return `${lossText(figures)}; nothing was tried on it yet`;
  const [first] = tried.filter(({ finding }) => finding !== "no gain");
  if (breaks !== undefined) {
    return `${brokenText(breaks)}${first === undefined ? ", and nothing that was tried on it gains" : ""}`;
  }
  if (standing === "needed") return `${lossText(figures)}, and without it you keep less`;
  if (first === undefined && figures.wrongShare !== undefined) {
    return `${lossText(figures)}, and paid like right ones until a gateway that verifies finds out: what you keep shows nothing of it`;
  }
  const { jobMs = null, othersMs } = figures.ai ?? {};
  if (first === undefined && jobMs !== null && othersMs !== undefined) {
    return `half of its AI jobs take ${secondsText(jobMs)} or more, in place of ${secondsText(othersMs)} at others; their clients wait for ever (ai.jobs[].patience is not said), so that what you keep shows nothing of it`;
  }
  if (first === undefined) {
    return `${lossText(figures)}; nothing that was done about it alone helps, as no other worker does better`;
  }
  const { problem, reason } = effective(first.judgement);
  if (problem !== null) {
    if (problem.cause === "served" || problem.cause === "sessions") {
      const { withoutSessions: why } = figures;
      return why === undefined ? "it was hardly ever chosen, so nothing is known of it" : why;
    }
    if (problem.cause === "slow answers") return slowAnswersText(problem.slow);
    const text = "the objective is not above 0 in this pool, so no change of it can be judged";
    return losesMost(figures) ? `${lossText(figures)}; ${text}` : text;
  }
  const what = `${actionWords(first.action)} changes the result ${rangeText(first.judgement)}`;
  return standing === null ? `${what}: ${reason}` : `${lossText(figures)}; ${what}: ${reason}`;
}

/** What an action brings where nobody hides it. */
function besideText(tried: readonly Tried[], action: Action | null): string {
  const one = tried.find((other) => isSameAction(other.action, action));
  const judged = one === undefined ? null : effective(one.judgement);
  const mean = judged?.change?.mean ?? 0;
  const brings =
    mean > 0 && typeof judged?.margin === "number"
      ? `, where it brings ${signed(100 * mean, 1)} %`
      : "";
  return `; done alone it changes little: it pays beside the others' advice${brings}`;
}

function isSameAction(one: Action, other: Action | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Why, in one sentence without its full stop. */
export function describeWorker(options: {
  readonly kind: WorkerKind;
  readonly word: AdviceWord;
  readonly action: Action | null;
  readonly figures: WorkerFigures;
  /** What it breaks by staying. @default nothing, as far as is shown */
  readonly breaks?: BrokenConstraint | undefined;
  readonly tried: readonly Tried[];
  /** Of one that does far worse than the others, and whom nothing helps; `null`: of any other. */
  readonly standing: Standing | null;
  /** Whether it changes next to nothing when only that is done. */
  readonly isHidden: boolean;
}): string {
  const { kind, word, action, figures, breaks, tried, standing, isHidden } = options;
  const others = isHidden ? "; alone that changes little: others take its place" : "";
  const beside = isHidden ? besideText(tried, action) : "";
  switch (word) {
    case "exclude":
      if (standing === "dispensable") {
        return `${lossText(figures)}; what you keep hardly depends on it`;
      }
      return `${lossText(figures)}${others}`;
    case "spare":
      return `${lossText(figures)}; harmless as a spare, which serves only when all others are full${beside}`;
    case "cap": {
      const sessions = action?.kind === "cap" ? action.sessions : 0;
      return `its link or device is too slow for ${counted(kind.maxSessions, "session")} at a time, and fast enough for ${sessions}${beside}`;
    }
    case "keep":
      return "nothing that was tried on it gains more than the margin";
    case "undecided":
      return undecidedText(tried, figures, { standing, breaks });
  }
}

/** An action as results have it. */
export function triedResult({ action, judgement, finding: claim }: Tried): TriedAction {
  const judged = effective(judgement);
  const isHarm = claim === "no gain" && judged.decision === "exclude";
  const finding = isHarm ? "harms" : claim === "open" ? "undecided" : claim;
  // Of what was asked about: a share of fees is none of the net.
  const { change, peak } = judgement;
  return {
    action,
    finding,
    change: change === null ? null : (reported(change) ?? null),
    atPeak: peak.change === null ? null : (reported(peak.change) ?? null),
    reason: finding === "undecided" ? judged.reason : null,
    ...(judged.problem?.cause === "slow answers" ? { problem: "slow answers" as const } : {}),
  };
}
