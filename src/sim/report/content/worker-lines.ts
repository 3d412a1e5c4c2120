/** What to do with each worker, and why. */

import { isFarWorse } from "../../metrics/far-worse.js";
import type {
  Decision,
  Estimate,
  ResultRow,
  ScenarioResult,
  VariantResult,
} from "../../results.js";
import { estimateText, figure, type Scale, scaleFor } from "../figures.js";
import { reasonText } from "../metric-labels.js";
import { kinds, newWorkers } from "./answer.js";

/** A worker, or all copies of one kind. */
export interface WorkerLine {
  /** Its name, or that of its kind and how many there are. */
  readonly name: string;
  /** What to do with it, in a few words. */
  readonly advice: string;
  /** Whether the question is about it. */
  readonly isAsked: boolean;
  /** Sessions that it was admitted with, of those that it offers. */
  readonly sessions: string;
  /** Median of its round trips. */
  readonly roundTrip: string;
  /** Sessions kept to the stream's end, %. */
  readonly kept: string;
  /** What the operator keeps more per day with it, with its 95 % interval, in `worthUnit`. */
  readonly worth: string;
  readonly worthUnit: string;
  /** Whether the pool's own rule leaves it out. */
  readonly isOut: boolean;
  /** Why it is out, or why streams leave it most often. */
  readonly why: string;
}

/** What stands above the reasons of some workers, in as few words as a terminal has room for. */
export function whyHead(lines: readonly Pick<WorkerLine, "isOut">[]): string {
  return lines.some(({ isOut }) => isOut) ? "why it loses, or is out" : "loses streams by";
}

interface Group {
  readonly name: string;
  readonly rows: readonly ResultRow[];
}

/** Nobody stands for another one who is in question, refused, or does far worse: each of these has lines of its own. */
function groupsOf(
  { workers, admissions }: VariantResult,
  asked: ReadonlySet<string>,
): readonly Group[] {
  const refused = new Set(
    admissions.flatMap(({ worker, sessions }) => (sessions === 0 ? [worker] : [])),
  );
  const allKept = workers.map(({ metrics }) => metrics["retention"]?.mean ?? null);
  const byKind = new Map<string, ResultRow[]>();
  for (const row of workers) {
    const most = row.metrics["retention"]?.ci95[1] ?? null;
    const isWorse = isFarWorse(most, allKept);
    const apart = [asked.has(row.name), refused.has(row.name), isWorse].join(" ");
    const key = `${apart} ${row.name.replace(/-\d+$/, "")}`;
    byKind.set(key, [...(byKind.get(key) ?? []), row]);
  }
  return [...byKind.values()].map((rows) => ({
    name: kinds(rows.map(({ name }) => name)).join(),
    rows,
  }));
}

function meanOf(rows: readonly ResultRow[], metric: string): number | undefined {
  const values = rows.flatMap(({ metrics }) => metrics[metric]?.mean ?? []);
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function worthOf({ rows }: Group): Estimate | undefined {
  return rows[0]?.metrics["marginalValue"];
}

const ASKED: Readonly<Record<"comes" | "goes" | "changes", Readonly<Record<Decision, string>>>> = {
  comes: {
    admit: "let in",
    exclude: "leave out",
    "no difference": "as you like",
    undecided: "not decided",
  },
  goes: {
    admit: "do without",
    exclude: "keep",
    "no difference": "as you like",
    undecided: "not decided",
  },
  changes: {
    admit: "change",
    exclude: "do not change",
    "no difference": "as you like",
    undecided: "not decided",
  },
};

/** Where the verdict is *no difference*, and the worker does far worse than the others. */
const POOR: Readonly<Record<keyof typeof ASKED, string>> = {
  comes: "leave out",
  goes: "do without",
  changes: "as you like",
};

/** Where it comes with others, who gain together, and does far worse than they. */
const DOUBT = "in doubt";

/** A decision on a variant, and the workers that it is about. */
interface AskedOf {
  /** The variant, where there are several candidates; otherwise `null`. */
  readonly candidate: string | null;
  readonly decision: Decision;
  readonly comes: ReadonlySet<string>;
  readonly goes: ReadonlySet<string>;
  readonly changes: ReadonlySet<string>;
}

/** What is decided of each candidate: each one has its own workers in question. */
function askedOf(result: ScenarioResult): readonly AskedOf[] {
  const { question, verdict, variants } = result;
  if (question === null || verdict === null) return [];
  const only = { ...verdict, candidate: question.candidate };
  const several = result.verdicts ?? [];
  const sessionsIn = (variant: string) => {
    const { admissions = [] } = variants.find(({ name }) => name === variant) ?? {};
    return new Map(admissions.map(({ worker, sessions }) => [worker, sessions] as const));
  };
  const before = sessionsIn(question.baseline);
  return (several.length === 0 ? [only] : several).map(({ candidate, decision, instead }) => {
    const after = sessionsIn(candidate);
    const isFirst = candidate === question.candidate;
    const workers = isFirst
      ? question.workers
      : [...after].flatMap(([name, sessions]) => (before.get(name) === sessions ? [] : [name]));
    const { comes, goes } = newWorkers({
      ...result,
      question: { ...question, candidate, workers },
    });
    const moved = new Set([...comes, ...goes]);
    return {
      candidate: several.length === 0 ? null : candidate,
      decision: instead?.decision ?? decision,
      comes: new Set(comes),
      goes: new Set(goes),
      changes: new Set(workers.filter((name) => !moved.has(name))),
    };
  });
}

/** What is decided of a worker, by each candidate that is about it; of several with its name. */
function decidedOf(
  name: string,
  all: readonly AskedOf[],
  { isFarWorse }: { readonly isFarWorse: boolean },
): string {
  const words = all.flatMap((one) => {
    const how = (["comes", "goes", "changes"] as const).find((key) => one[key].has(name));
    if (how === undefined) return [];
    const isPoor = one.decision === "no difference" && isFarWorse;
    // What several gain together may hide what one of them costs.
    const isHidden = how === "comes" && isFarWorse && kinds([...one.comes]).length > 1;
    const isDoubtful = isHidden && one.decision === "admit";
    const word = isDoubtful ? DOUBT : isPoor ? POOR[how] : ASKED[how][one.decision];
    return [one.candidate === null ? word : `${word} (${one.candidate})`];
  });
  const [first = "", second, ...more] = words;
  return second === undefined ? first : `${first}, ${second}${more.length === 0 ? "" : ", …"}`;
}

function adviceOf(
  group: Group,
  result: ScenarioResult,
  options: {
    readonly isAsked: boolean;
    readonly isRefused: boolean;
    readonly isFarWorse: boolean;
    readonly decided: readonly AskedOf[];
  },
): string {
  const [first] = group.rows;
  if (options.isAsked && result.verdict !== null && first !== undefined) {
    return decidedOf(first.name, options.decided, options);
  }
  if (options.isRefused) return "is out";
  const worth = worthOf(group);
  if (result.question === null) return "";
  const isWorthIt = worth !== undefined && worth.ci95[0] > 0;
  if (options.isFarWorse && !isWorthIt) return "try without";
  if (worth === undefined) return "as it is";
  return worth.ci95[1] < 0 ? "try without" : "keep";
}

const LOST = "streamMinutesLost.";
const WHY: Readonly<Record<string, string>> = {
  inFlight: "too slow",
  latencyScore: "too slow",
  notMeasured: "too slow to start",
  timeout: "no answer in time",
  busy: "its queue is full",
  capped: "no session free",
};

function whyOf({ rows }: Group, refusal: string | undefined): string {
  if (refusal !== undefined) return refusal;
  const names = new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)));
  const reasons = [...names]
    .filter((metric) => metric.startsWith(LOST))
    .map((metric) => ({ metric, lost: meanOf(rows, metric) ?? 0 }))
    .sort((a, b) => b.lost - a.lost);
  const [worst] = reasons;
  if (worst === undefined || worst.lost === 0) return "";
  const reason = worst.metric.slice(LOST.length);
  const isSilent = meanOf(rows, "roundTripMs.p50") === undefined;
  if (reason === "inFlight" && isSilent) return "never answers";
  return WHY[reason] ?? reasonText(reason);
}

/** `−0.14 ± 0.12`: with its sign. */
function worthText(worth: Estimate, scale: Scale): string {
  const text = estimateText(worth, scale);
  return worth.mean > 0 ? `+${text}` : text;
}

/** The scale of all workers' worth. */
function worthScale({ workers }: VariantResult): Scale {
  return scaleFor(
    "eth",
    workers.flatMap(({ metrics }) => metrics["marginalValue"]?.mean ?? []),
  );
}

/** The variant whose workers are shown: the judged one, else the last. */
export function shownVariant({ question, variants }: ScenarioResult): VariantResult | undefined {
  return variants.find(({ name }) => name === question?.candidate) ?? variants.at(-1);
}

/** The workers of {@link shownVariant}. */
export function workerLines(result: ScenarioResult): WorkerLine[] {
  const { question } = result;
  const variant = shownVariant(result);
  if (variant === undefined) return [];
  const decided = askedOf(result);
  const others = decided.flatMap(({ comes, goes, changes }) => [...comes, ...goes, ...changes]);
  const asked = new Set([...(question?.workers ?? []), ...others]);
  const scale = worthScale(variant);
  const groups = groupsOf(variant, asked);
  const allKept = groups.map(({ rows }) => meanOf(rows, "retention") ?? null);
  const lines = groups.map((group, index): WorkerLine => {
    const isAsked = group.rows.some(({ name }) => asked.has(name));
    const admission = variant.admissions.find(({ worker }) => worker === group.rows[0]?.name);
    const isRefused = admission?.sessions === 0;
    const roundTrip = meanOf(group.rows, "roundTripMs.p50");
    const kept = meanOf(group.rows, "retention");
    const worth = worthOf(group);
    return {
      name: group.name,
      advice: adviceOf(group, result, {
        isAsked,
        isRefused,
        isFarWorse: isFarWorse(allKept[index] ?? null, allKept),
        decided,
      }),
      isAsked,
      sessions:
        admission === undefined || admission.sessions === null
          ? ""
          : `${admission.sessions} of ${admission.offered}`,
      roundTrip: roundTrip === undefined ? "" : `${figure(roundTrip, scaleFor("ms", []))} ms`,
      kept:
        kept === undefined ? "" : `${figure(kept, { ...scaleFor("share", []), decimalsMax: 0 })} %`,
      worth: worth === undefined ? "" : worthText(worth, scale),
      worthUnit: scale.unit,
      isOut: isRefused,
      why: whyOf(group, isRefused ? admission?.reason : undefined),
    };
  });
  return lines.sort((a, b) => Number(b.isAsked) - Number(a.isAsked));
}
