/**
 * What a report on advice says, in plain words: what to do with each worker first. Pure; terminal, HTML,
 * Markdown and annotations write it down.
 */
import { counted, grouped } from "../../../core/wording.js";
import type { AdviceResult, WorkerAdviceResult } from "../../advise/advice-result.js";
import type { Action } from "../../advise/pool-change.js";
import { spanText } from "../figures.js";
import { type Answer, listed, type Tone } from "./answer.js";
import { changeText, confidenceText, marginText } from "./changes.js";
import { adviceCommand, isNamed, settingsOf } from "./command.js";
import { assumedText, expectationsOf, type Grounds } from "./grounds.js";
import { FIGURES_MAX, figureLine, type KeyFigures } from "./key-figures.js";
import { headTexts, meaningsIn } from "./meanings.js";
import { isBad, openHint } from "./open-hint.js";
import {
  inSentence,
  losingFirst,
  POOL_FIGURES,
  plainMetric,
  plainSentence,
  reasonWords,
} from "./words.js";

/** What to do with a kind of workers. */
export interface AdviceLine {
  /** Its name, and how many there are where it is not one. */
  readonly name: string;
  /** What to do, in words. */
  readonly what: string;
  readonly tone: Tone;
  /** What changes when only that is done; empty where nothing is done. */
  readonly change: string;
  readonly why: string;
  /** Sessions kept to the stream's end, %; empty where it had none. */
  readonly kept: string;
}

/** The content of a report on advice. */
export interface AdviceContent {
  /** Name of the scenario. */
  readonly title: string;
  /** `12 workers, FRA, 60 % of stake`. */
  readonly about: string;
  readonly answer: Answer;
  readonly figures: KeyFigures;
  /** Head of the lines' `change`. */
  readonly changeHead: string;
  /** Workers with which something is to be done. */
  readonly toDo: readonly AdviceLine[];
  /** Workers of which it is not known yet what to do. */
  readonly open: readonly AdviceLine[];
  /** Workers that stay as they are. */
  readonly kept: readonly AdviceLine[];
  /** What would tell more of the open ones; empty where there are none. */
  readonly openHint: string;
  /** How many workers those are. */
  readonly keptCount: number;
  /** Why those are kept. */
  readonly keptWhy: string;
  /** One rule for all workers; empty where there is none. */
  readonly rule: string;
  /** The settings that do what is advised, as the command line takes them; empty where there are none. */
  readonly doIt: string;
  readonly grounds: Grounds;
  /** What makes it again. */
  readonly command: string;
  /** The version that made the result. */
  readonly poolsim: string;
}

function nameOf({ name, workers }: WorkerAdviceResult): string {
  return workers.length === 1 ? name : `${name} (${grouped(workers.length)})`;
}

/** An action as an order. */
export function actionText(action: Action, isEach = false): string {
  const each = isEach ? " each" : "";
  if (action.kind === "exclude") return "leave out";
  if (action.kind === "spare") return "keep as spare";
  return `cap at ${counted(action.sessions, "session")}${each}`;
}

function whatOf(worker: WorkerAdviceResult): string {
  const { advice, action, workers } = worker;
  if (action !== null) return actionText(action, workers.length > 1);
  return advice === "keep" ? "keep" : isBad(worker) ? "mend or replace" : "keep for now";
}

const TONES: Readonly<Record<WorkerAdviceResult["advice"], Tone>> = {
  keep: "good",
  cap: "open",
  spare: "open",
  exclude: "bad",
  undecided: "open",
};

function lineOf(worker: WorkerAdviceResult, result: AdviceResult): AdviceLine {
  const { advice, alone, figures } = worker;
  const { retention } = figures;
  // What is not decided ends with a verdict's reason.
  const why = worker.why.replace(/: ([a-z ]+)$/, (whole, reason) =>
    advice === "undecided" ? `: ${reasonWords(reason)}` : whole,
  );
  return {
    name: nameOf(worker),
    what: whatOf(worker),
    tone: TONES[advice],
    change: changeText(alone, result),
    why: plainSentence(why).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
    kept: retention === null ? "" : `${Math.round(100 * retention)} %`,
  };
}

function countOf(workers: readonly WorkerAdviceResult[]): number {
  return workers.reduce((sum, one) => sum + one.workers.length, 0);
}

/** Kinds with the same thing to be done, in words. */
function orders(workers: readonly WorkerAdviceResult[]): string[] {
  const named = (some: readonly WorkerAdviceResult[]) => listed(some.map(nameOf), 4);
  const out = workers.filter(({ advice }) => advice === "exclude");
  const spares = workers.filter(({ advice }) => advice === "spare");
  const caps = workers.filter(({ advice }) => advice === "cap");
  const bySessions = new Map<string, WorkerAdviceResult[]>();
  for (const one of caps) {
    const key = whatOf(one);
    bySessions.set(key, [...(bySessions.get(key) ?? []), one]);
  }
  const capTexts =
    bySessions.size > 3
      ? [`cap ${named(caps)} (see below)`]
      : [...bySessions].map(([what, some]) => what.replace("cap", `cap ${named(some)}`));
  return [
    ...(out.length === 0 ? [] : [`leave ${named(out)} out`]),
    ...capTexts,
    ...(spares.length === 0
      ? []
      : [`keep ${named(spares)} as spare${spares.length > 1 ? "s" : ""}`]),
  ];
}

/** A worker that keeps less of its sessions is named where nothing could be judged. */
const KEPT_LITTLE = 0.6;

/** Where nothing could be judged: who loses most, which is known sooner. */
function unjudgedHeadline({ workers }: AdviceResult): string {
  const worst = workers
    .filter(({ figures: { retention } }) => retention !== null && retention < KEPT_LITTLE)
    .sort((a, b) => (a.figures.retention ?? 0) - (b.figures.retention ?? 0))
    .map((worker) => {
      const lost = Math.round(100 * (1 - (worker.figures.retention ?? 0)));
      return `${nameOf(worker)} (${lost} % of its streams)`;
    });
  const look = worst.length === 0 ? "no worker loses many" : `most is lost by ${listed(worst)}`;
  return `not decided in this time; ${look}`;
}

function headlineOf(result: AdviceResult): string {
  const { workers, asked, replications } = result;
  if (replications === 0) return unjudgedHeadline(result);
  const kept = workers.filter(({ advice }) => advice === "keep");
  const open = workers.filter(({ advice }) => advice === "undecided");
  const toDo = orders(workers);
  const count = countOf(kept);
  const isRest = toDo.length + open.length > 0;
  const keepText =
    count === 0
      ? []
      : kept.length === 1 || asked.only !== undefined
        ? [`keep ${listed(kept.map(nameOf), 4)}`]
        : [`keep ${isRest ? "the other" : "all"} ${grouped(count)}${isRest ? "" : " workers"}`];
  const said = listed([...toDo, ...keepText], 6);
  if (open.length === 0) return said;
  const named = (some: readonly WorkerAdviceResult[]) => listed(some.map(nameOf), 4);
  const bad = open.filter(isBad);
  const others = open.filter((worker) => !isBad(worker));
  return [
    ...(said === "" ? [] : [said]),
    ...(bad.length === 0 ? [] : [`mend or replace ${named(bad)}, whatever is decided`]),
    ...(others.length === 0 ? [] : [`not decided yet: ${named(others)} (keep for now)`]),
  ].join("; ");
}

function toneOf({ workers, together }: AdviceResult): Tone {
  if (together?.decision === "exclude") return "bad";
  if (together?.decision === "admit") return "good";
  const isOpen = together !== null || workers.some(({ advice }) => advice === "undecided");
  return isOpen ? "open" : "neutral";
}

/** What all of it changes. */
function togetherSentences(result: AdviceResult): string[] {
  const { together, objective, workers, confidence, replications } = result;
  const what = inSentence(objective);
  if (replications === 0) {
    return [
      `The time was over before anything that can be done about a worker was compared with leaving it as it is: take more (--budget). What was computed is kept and not computed again.`,
    ];
  }
  if (together === null) {
    const isOpen = workers.some(({ advice }) => advice === "undecided");
    return isOpen
      ? [`Nothing is shown yet to change ${what} by more than ${marginText(result)}.`]
      : [
          `Nothing that was tried on them changes ${what} for the better by more than ${marginText(result)}.`,
        ];
  }
  const { change, atPeak, decision, reason, leftOut } = together;
  const percent = confidenceText(confidence);
  const by =
    change === null
      ? "by an unknown amount"
      : `by ${changeText(change, result).replace(/\)$/, `; ${percent} sure, if what is assumed holds)`)}`;
  const peak = atPeak === null ? "" : `, at peak demand by ${changeText(atPeak, result)}`;
  return [
    `All of it together changes ${what} ${by}${peak}.`,
    ...(leftOut.length === 0
      ? []
      : [`Not counted in: the advice on ${listed(leftOut)}, which gains nothing beside the rest.`]),
    ...(decision === "exclude" ? ["THAT IS A LOSS: do not follow all of it at once."] : []),
    ...(decision === "undecided"
      ? [`Whether that is a gain is not decided: ${reasonWords(reason)}.`]
      : []),
  ];
}

function figuresOf({ figures, objective, durationMs, together }: AdviceResult): KeyFigures {
  const others = POOL_FIGURES.filter(({ metric }) => metric !== objective);
  const isPair = together !== null;
  const lines = [plainMetric(objective), ...others]
    .flatMap((metric) => {
      const found = figures.find((one) => one.metric === metric.metric);
      if (found === undefined || (found.before.mean === 0 && (found.after?.mean ?? 0) === 0)) {
        return [];
      }
      return figureLine(metric, {
        before: found.before,
        after: found.after ?? undefined,
        difference: found.difference ?? undefined,
        isPair,
        countedMs: durationMs,
      });
    })
    .slice(0, FIGURES_MAX);
  return {
    baseline: isPair ? "as it is" : null,
    candidate: isPair ? "as advised" : null,
    lines,
    variants: { heads: [], lines: [] },
  };
}

/** `benchmark limit 1,000 ms (as good: …): +12 %; it admits 10 of 12 workers …`. */
function ruleText(result: AdviceResult): string {
  const { rule, togetherOverRule } = result;
  if (rule === null) return "";
  const { best } = rule;
  if (best === null) {
    const count = counted(rule.tried.length, "rule");
    return `no single rule for all workers is shown to gain, of ${count} tried.`;
  }
  const others = best.asGood.filter((label) => label !== best.label);
  const [first] = best.asGood;
  const asGood = others.length === 0 ? "" : ` (as good: ${first} … ${best.asGood.at(-1)})`;
  const inside = best.admits.filter(({ most }) => most > 0);
  const refused = best.admits.filter(({ most }) => most === 0).map(({ worker }) => worker);
  const fewer = inside
    .filter(({ least, offered }) => least < offered)
    .map(
      ({ worker, least, most }) =>
        `${worker} with ${least === most ? most : `${least} to ${most}`}`,
    );
  const change = best.change === null ? "" : `: ${changeText(best.change, result)}`;
  const who = [
    `admits ${grouped(inside.length)} of ${grouped(best.admits.length)} workers`,
    ...(refused.length === 0 ? [] : [`refuses ${listed(refused)}`]),
    ...(fewer.length === 0 ? [] : [`gives fewer sessions to ${listed(fewer)}`]),
  ].join("; ");
  const over =
    togetherOverRule?.change == null
      ? ""
      : ` The advice above changes ${changeText(togetherOverRule.change, result)} more than that.`;
  return `${best.label}${asGood}${change}; ${who}.${over}`;
}

/** `--set orchestrator.admission.exclude=[slow-a]` for each setting. */
function doItText({ variant, settings }: AdviceResult): string {
  return settingsOf(variant, settings);
}

function sureText(result: AdviceResult): string {
  const { replications, durationMs, workers, confidence, freshReplications, seed } = result;
  const actions = workers.reduce((sum, { tried }) => sum + tried.length, 0);
  const percent = confidenceText(confidence);
  if (replications === 0) {
    return `a few replications of ${spanText(durationMs)} show what workers do; nothing was judged. Seed ${seed}.`;
  }
  const runs = `${counted(replications, "replication")} of ${spanText(durationMs)}`;
  const fresh =
    result.together === null
      ? ""
      : `; the changes are from ${counted(freshReplications, "fresh replication")}`;
  return `${runs} compared ${counted(actions, "action")}, with intervals that hold all at once (${percent})${fresh}. Seed ${seed}. Other assumptions were not tried.`;
}

function aboutText({ workers, pool, asked, variant }: AdviceResult): string {
  const { region, stakeShare, stakeLpt } = pool;
  const stake =
    stakeShare !== null
      ? [`${Number((100 * stakeShare).toPrecision(3))} % of stake`]
      : stakeLpt !== null
        ? [`${grouped(stakeLpt)} LPT of stake`]
        : [];
  const count = counted(countOf(workers), "worker");
  const who = asked.only === undefined ? count : `${count} of the pool`;
  const where = isNamed(variant) ? [`variant ${variant}`] : [];
  return [who, ...(region === null ? [] : [region]), ...stake, ...where].join(", ");
}

/**
 * @param file the scenario as the command line had it; results know its base name only
 */
export function adviceContent(
  result: AdviceResult,
  file: string = result.scenario.file,
): AdviceContent {
  const { scenario, workers, notes, objective, poolsim } = result;
  const losing = losingFirst(notes);
  const lines = (some: readonly WorkerAdviceResult[]) => some.map((one) => lineOf(one, result));
  const head = {
    answer: {
      headline: headlineOf(result),
      tone: toneOf(result),
      verdict: null,
      sentences: [...losing.first, ...togetherSentences(result)],
    },
    figures: figuresOf(result),
    changeHead:
      objective === "pool.operatorNetPerDay" ? "done alone, you keep" : "alone that changes",
  };
  return {
    title: scenario.name,
    about: aboutText(result),
    ...head,
    // What brings most alone comes first.
    toDo: lines(
      workers
        .filter(({ action }) => action !== null)
        .sort((a, b) => (b.alone?.mean ?? 0) - (a.alone?.mean ?? 0)),
    ),
    open: lines(workers.filter(({ advice }) => advice === "undecided")),
    kept: lines(workers.filter(({ advice }) => advice === "keep")),
    openHint: openHint(result, file),
    keptCount: countOf(workers.filter(({ advice }) => advice === "keep")),
    keptWhy: `nothing that was tried on them gains more than ${marginText(result)}`,
    rule: ruleText(result),
    doIt: doItText(result),
    grounds: {
      words: meaningsIn([...headTexts(head), head.changeHead]),
      sure: sureText(result),
      assumed: assumedText(result),
      broken: null,
      notes: losing.others,
      expectations: expectationsOf(result),
    },
    command: adviceCommand(result, file),
    poolsim,
  };
}
