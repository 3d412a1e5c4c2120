/** The answer: what to do, in one line and one or two sentences. */
import { counted } from "../../../core/wording.js";
import { isFarWorse } from "../../metrics/far-worse.js";
import type {
  Decision,
  Estimate,
  ResultRow,
  ScenarioResult,
  VariantResult,
} from "../../results.js";
import { estimateText, scaleFor } from "../figures.js";
import { NETWORK_FIGURES, type PlainMetric, POOL_FIGURES, plainSentence } from "./words.js";

/** What colours an answer. */
export type Tone = "good" | "bad" | "open" | "neutral";

/** The answer of a report. */
export interface Answer {
  /** What to do, or what came out, in one line. */
  readonly headline: string;
  readonly tone: Tone;
  /** The verdict in poolsim's own words; null where nothing is judged. */
  readonly verdict: string | null;
  /** Why, and how sure. */
  readonly sentences: readonly string[];
}

const TONES: Readonly<Record<Decision, Tone>> = {
  admit: "good",
  exclude: "bad",
  "no difference": "neutral",
  undecided: "open",
};

/** Names in a sentence: a few, and how many more. */
export function listed(names: readonly string[], max = 3): string {
  if (names.length <= max) {
    return names.length < 2
      ? (names[0] ?? "")
      : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  }
  return `${names.slice(0, max).join(", ")} and ${names.length - max} more`;
}

/** Workers of the question that serve in the candidate and not in the baseline, and the other way round. */
export function newWorkers({ question, variants }: ScenarioResult): {
  readonly comes: readonly string[];
  readonly goes: readonly string[];
} {
  if (question === null) return { comes: [], goes: [] };
  const servingIn = (variant: string) => {
    const { admissions = [], workers = [] } = variants.find(({ name }) => name === variant) ?? {};
    // A worker that does AI jobs alone never registers as a transcoder: it serves where it had some.
    const idle = new Set(
      workers.flatMap(({ name, metrics }) => (metrics["ai.jobs"]?.mean === 0 ? [name] : [])),
    );
    const serving = admissions.filter(({ worker, sessions }) =>
      sessions === null ? !idle.has(worker) : sessions !== 0,
    );
    return new Set(serving.map(({ worker }) => worker));
  };
  const [before, after] = [servingIn(question.baseline), servingIn(question.candidate)];
  return {
    comes: question.workers.filter((name) => after.has(name) && !before.has(name)),
    goes: question.workers.filter((name) => before.has(name) && !after.has(name)),
  };
}

/** Workers whose names differ in a number at the end. */
function alike(workers: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const worker of workers) {
    const kind = worker.replace(/-\d+$/, "");
    groups.set(kind, [...(groups.get(kind) ?? []), worker]);
  }
  return [...groups.values()];
}

/** `good-1` … `good-4` as `good (4)`. */
export function kinds(workers: readonly string[]): string[] {
  return alike(workers).map(([first = "", ...others]) =>
    others.length === 0 ? first : `${first.replace(/-\d+$/, "")} (${1 + others.length})`,
  );
}

/** The share of its sessions that a worker keeps to the stream's end; `null` where it has none. */
export function keptOf({ metrics }: ResultRow): number | null {
  return metrics["retention"]?.mean ?? null;
}

/** The share of its AI jobs that a worker answers; `null` where it has none. */
export function answeredOf({ metrics }: ResultRow): number | null {
  const failed = metrics["ai.failedShare"]?.mean;
  return failed === undefined ? null : 1 - failed;
}

/** What workers that do far worse than the others of a variant lose; empty for any others. */
function lossText(workers: readonly string[], variant: VariantResult | undefined): string {
  const rows = variant?.workers ?? [];
  const isAsked = ({ name }: ResultRow) => workers.includes(name);
  const lost = (of: typeof keptOf): number | null => {
    const own = rows.filter(isAsked).map(of);
    const all = rows.map(of);
    if (own.length === 0 || !own.every((kept) => isFarWorse(kept, all))) return null;
    return own.reduce<number>((sum, kept) => sum + 1 - (kept ?? 0), 0) / own.length;
  };
  const isOne = rows.filter(isAsked).length === 1;
  const whose = (share: number) => `${Math.round(100 * share)} % of ${isOne ? "its" : "their"}`;
  const streams = lost(keptOf);
  if (streams !== null) return `${isOne ? "it loses" : "they lose"} ${whose(streams)} streams`;
  const jobs = lost(answeredOf);
  return jobs === null ? "" : `${isOne ? "it fails" : "they fail"} ${whose(jobs)} AI jobs`;
}

/** Whether a worker had neither a session nor an AI job. */
function isIdle({ metrics }: ResultRow): boolean {
  const had = [metrics["picks"], metrics["ai.jobs"]].filter((one) => one !== undefined);
  return had.length > 0 && had.every(({ mean }) => mean === 0);
}

/** Who does badly, or had nothing to do, of several that gain together: one may hide the others, whatever it is called. */
function doubtsAmong(result: ScenarioResult, comes: readonly string[]): readonly string[] {
  if (comes.length < 2) return [];
  const variant = result.variants.find(({ name }) => name === result.question?.candidate);
  const isOne = (name: string, is: (row: ResultRow) => boolean) =>
    (variant?.workers ?? []).some((row) => row.name === name && is(row));
  const idle = comes.filter((name) => isOne(name, isIdle));
  const losing = comes.filter((name) => lossText([name], variant) !== "");
  return [
    ...alike(losing).map((names) => {
      const loss = lossText(names, variant).replace(/^(?:it|they) /, "");
      return `${kinds(names).join()} ${loss}`;
    }),
    ...kinds(idle).map((who) => `${who} had no session`),
  ];
}

/** The same of a verdict that lets them in. */
function doubtsOf(result: ScenarioResult, decision: Decision): readonly string[] {
  const { comes } = newWorkers(result);
  const isAbout = comes.length === result.question?.workers.length;
  return decision === "admit" && isAbout ? doubtsAmong(result, comes) : [];
}

function action(result: ScenarioResult, decision: Decision): string {
  const { question, variants } = result;
  const lossIn = (workers: readonly string[], variant: string) =>
    decision === "no difference"
      ? lossText(
          workers,
          variants.find(({ name }) => name === variant),
        )
      : "";
  const { comes, goes } = newWorkers(result);
  const isAbout = (workers: readonly string[]) =>
    workers.length > 0 && workers.length === question?.workers.length;
  const { baseline = "", candidate = "" } = question ?? {};
  if (isAbout(comes)) {
    const who = listed(kinds(comes));
    const loss = lossIn(comes, candidate);
    if (loss !== "") return `leave ${who} out: in or out makes no difference, but ${loss}`;
    const doubts = doubtsOf(result, decision);
    if (doubts.length > 0) return `let ${who} in together; but ${listed(doubts)}`;
    return {
      admit: `let ${who} in`,
      exclude: `leave ${who} out`,
      "no difference": `${who}: in or out makes no difference`,
      undecided: `${who}: not decided yet`,
    }[decision];
  }
  if (isAbout(goes)) {
    const who = listed(kinds(goes));
    const loss = lossIn(goes, baseline);
    if (loss !== "") return `do without ${who}: that makes no difference, and ${loss}`;
    return {
      admit: `do without ${who}`,
      exclude: `keep ${who}`,
      "no difference": `with or without ${who} makes no difference`,
      undecided: `without ${who}: not decided yet`,
    }[decision];
  }
  return {
    admit: `change from ${baseline} to ${candidate}`,
    exclude: `stay with ${baseline}, not ${candidate}`,
    "no difference": `${baseline} or ${candidate} makes no difference`,
    undecided: `${baseline} or ${candidate}: not decided yet`,
  }[decision];
}

function judged(result: ScenarioResult): Answer | null {
  const { verdict } = result;
  if (verdict === null) return null;
  const { decision, reason } = verdict.instead ?? verdict;
  const on = verdict.instead === null ? "" : " (judged on fees)";
  const sentence = plainSentence(verdict.sentence);
  const isMargin = /\bmargin\b/.test(sentence);
  return {
    headline: `${action(result, decision)}${on}`,
    tone: TONES[decision],
    verdict: decision === "undecided" ? `${decision} (${reason})` : decision,
    sentences: [
      sentence,
      ...(doubtsOf(result, decision).length === 0
        ? []
        : [
            "What is shown is that together they gain, not that each does: poolsim advise asks about each.",
          ]),
      ...(isMargin
        ? ["The margin is what you call a difference at all (decision.margin in the scenario)."]
        : []),
    ],
  };
}

/** What is said of each of several candidates that gets the same verdict. */
const OF_SEVERAL: Readonly<Record<Decision, (who: string, isOne: boolean) => string>> = {
  admit: (who, isOne) => `${who} ${isOne ? "gains" : "gain"}`,
  "no difference": (who, isOne) => `${who} ${isOne ? "makes" : "make"} no difference`,
  exclude: (who) => `not ${who}`,
  undecided: (who) => `${who}: not decided yet`,
};

const SENTENCES_MAX = 3;

/** The answer on several candidates, each compared with the baseline. */
function several({ verdicts, question }: ScenarioResult): Answer | null {
  if (verdicts === undefined || question === null) return null;
  const all = verdicts.map((one) => ({ candidate: one.candidate, ...(one.instead ?? one) }));
  const order: readonly Decision[] = ["admit", "no difference", "exclude", "undecided"];
  const parts = order.flatMap((decision) => {
    const named = all.filter((one) => one.decision === decision).map(({ candidate }) => candidate);
    return named.length === 0 ? [] : [OF_SEVERAL[decision](listed(named), named.length === 1)];
  });
  const gains = all.some(({ decision }) => decision === "admit");
  const isOpen = all.some(({ decision }) => decision === "undecided");
  const left = all.length - SENTENCES_MAX;
  return {
    headline: `compared with ${question.baseline}: ${parts.join("; ")}`,
    tone: gains ? "good" : isOpen ? "open" : "bad",
    verdict: all.map(({ candidate, decision }) => `${candidate}: ${decision}`).join("; "),
    sentences: [
      "The intervals of all of them hold at once (95 %).",
      ...all
        .slice(0, SENTENCES_MAX)
        .map(({ candidate, sentence }) => `${candidate}: ${plainSentence(sentence)}`),
      ...(left > 0 ? [`… and ${counted(left, "more verdict", "more verdicts")} (--details).`] : []),
    ],
  };
}

interface Ranked {
  readonly variant: VariantResult;
  readonly estimate: Estimate;
}

function ranked({ variants }: ScenarioResult, { metric }: PlainMetric): Ranked[] {
  return variants
    .flatMap((variant) => {
      const estimate = variant.metrics[metric];
      return estimate === undefined ? [] : [{ variant, estimate }];
    })
    .sort((a, b) => b.estimate.mean - a.estimate.mean);
}

/** Which variant the operator keeps most in, and which ones are as good by their intervals. */
function bestSentence(result: ScenarioResult): string | null {
  const metric = POOL_FIGURES.find((one) => ranked(result, one).length > 1);
  if (metric === undefined) return null;
  const order = ranked(result, metric);
  const [best, ...others] = order;
  if (best === undefined) return null;
  const scale = scaleFor(metric.kind, [best.estimate.mean]);
  const asGood = others.filter(({ estimate }) => estimate.ci95[1] >= best.estimate.ci95[0]);
  const figure = `${estimateText(best.estimate, scale)}${scale.unit === "" ? "" : ` ${scale.unit}`}`;
  const names = asGood.map(({ variant }) => variant.name);
  const rest =
    names.length === 0
      ? "; no other comes near"
      : `; by their intervals ${listed(names)} may be as good`;
  return `Most for you: ${best.variant.name} (${metric.label}: ${figure})${rest}.`;
}

function figureSentence({ variants }: ScenarioResult): string | null {
  const [variant] = variants;
  if (variant === undefined) return null;
  const isPool = variant.metrics["pool.segments"] !== undefined;
  const parts = (isPool ? POOL_FIGURES : NETWORK_FIGURES).flatMap(
    ({ metric, label, kind, isPerDay }) => {
      const estimate = variant.metrics[metric];
      if (estimate === undefined || isPerDay === true) return [];
      const scale = scaleFor(kind, [estimate.mean]);
      return [
        `${label}: ${estimateText(estimate, scale)}${scale.unit === "" ? "" : ` ${scale.unit}`}`,
      ];
    },
  );
  return parts.length === 0 ? null : `In ${variant.name}, ${parts.slice(0, 3).join("; ")}.`;
}

/** What is said where nothing is judged. */
function unjudged(result: ScenarioResult): Answer {
  const { expectations, partial, replications, variants } = result;
  const sentence = variants.length > 1 ? bestSentence(result) : figureSentence(result);
  const sentences = sentence === null ? [] : [sentence];
  if (partial) {
    const headline = `stopped early, with ${counted(replications, "replication")} of each variant: nothing is judged`;
    return { headline, tone: "open", verdict: null, sentences };
  }
  if (expectations.length === 0) {
    return {
      headline: "nothing was asked (decision, expect)",
      tone: "neutral",
      verdict: null,
      sentences,
    };
  }
  const held = expectations.filter(({ passed }) => passed).length;
  const all = held === expectations.length;
  const of = counted(expectations.length, "expectation");
  const headline = all
    ? expectations.length === 1
      ? "the expectation holds"
      : `all ${of} hold`
    : `${held} of ${of} ${held === 1 ? "holds" : "hold"}`;
  return { headline, tone: all ? "good" : "bad", verdict: null, sentences };
}

/** The answer to what a scenario asks; where it asks nothing, what came out. */
export function answerOf(result: ScenarioResult): Answer {
  return several(result) ?? judged(result) ?? unjudged(result);
}
