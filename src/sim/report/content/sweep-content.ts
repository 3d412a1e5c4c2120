/**
 * What a report on a sweep says, in plain words: which value to set first. Pure; terminal, HTML, Markdown
 * and annotations write it down.
 */
import { counted, grouped } from "../../../core/wording.js";
import type {
  AdmittedCount,
  SweepPoint,
  SweepProblem,
  SweepResult,
  SweepSlice,
} from "../../sweep/sweep-result.js";
import { estimateText, scaleFor, spanText, withUnit } from "../figures.js";
import { type Answer, listed, type Tone } from "./answer.js";
import {
  ABSOLUTE_MARGIN,
  changeText,
  confidenceText,
  largerMargin,
  marginText,
} from "./changes.js";
import { isNamed, settingsOf, sweepCommand } from "./command.js";
import { assumedText, expectationsOf, type Grounds } from "./grounds.js";
import { meaningsIn } from "./meanings.js";
import { inSentence, inWords, losingFirst, plainMetric } from "./words.js";

/** Points beside each other that gave the very same. */
export interface PointLine {
  /** Its value, or from … to. */
  readonly name: string;
  readonly standing: string;
  readonly isGood: boolean;
  readonly isBest: boolean;
  /** The objective, with its unit in {@link SweepContent.objectiveHead}. */
  readonly objective: string;
  /** Compared with the scenario as it is. */
  readonly change: string;
  readonly admits: string;
  /** Mean of the objective, for a bar; null where there is none. */
  readonly value: number | null;
  readonly replications: number;
}

/** A circumstance: what is best in it, point by point. */
export interface SliceContent {
  /** Empty where there is one only. */
  readonly label: string;
  readonly best: string;
  readonly asGood: string;
  readonly change: string;
  readonly admits: string;
  readonly points: readonly PointLine[];
}

/** The content of a report on a sweep. */
export interface SweepContent {
  /** Name of the scenario. */
  readonly title: string;
  /** `limitMs × concurrentStreams, 36 points`. */
  readonly about: string;
  readonly answer: Answer;
  /** What is chosen, such as `limitMs`. */
  readonly choice: string;
  readonly objectiveHead: string;
  readonly slices: readonly SliceContent[];
  /** The settings of the best point as the command line takes them; empty where there is none. */
  readonly doIt: string;
  readonly grounds: Grounds;
  readonly command: string;
  readonly poolsim: string;
}

function lastPart(path: string): string {
  return path.split(".").at(-1) ?? path;
}

function choicesOf({ axes }: SweepResult): SweepResult["axes"] {
  return axes.filter(({ role }) => role === "choice");
}

function valueText(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? grouped(value) : String(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `900`, or `700 … 1,100`; labels where several settings are chosen. */
function nameOf(points: readonly [SweepPoint, SweepPoint], result: SweepResult): string {
  const isOne = choicesOf(result).length === 1;
  const name = (point: SweepPoint) =>
    isOne && point.settings[0] !== undefined ? valueText(point.settings[0].value) : point.label;
  const [first, last] = points;
  return first === last ? name(first) : `${name(first)} … ${name(last)}`;
}

/** Labels of points, neighbours together. */
function rangesOf(
  { points }: SweepSlice,
  labels: readonly string[],
  result: SweepResult,
): string[] {
  const named = new Set(labels);
  const runs: [SweepPoint, SweepPoint][] = [];
  let isOpen = false;
  for (const point of points) {
    const isIn = named.has(point.label);
    const run = runs.at(-1);
    if (isIn && isOpen && run !== undefined) run[1] = point;
    else if (isIn) runs.push([point, point]);
    isOpen = isIn;
  }
  return runs.map((run) => nameOf(run, result));
}

function admittedText(admitted: AdmittedCount | null): string {
  if (admitted === null) return "";
  return `${grouped(admitted.workers)} of ${grouped(admitted.of)}, ${counted(admitted.sessions, "session")}`;
}

const STANDINGS: Readonly<Record<SweepPoint["standing"], string>> = {
  best: "best",
  "as good": "as good",
  "not told apart": "may be as good",
  worse: "worse",
  "constraint broken": "breaks a constraint",
};

/** The standing in words: what it breaks, where it breaks something. */
function standingText({ standing, dropped }: SweepPoint): string {
  const constraint = dropped?.constraint ?? null;
  if (standing !== "constraint broken" || constraint === null) return STANDINGS[standing];
  return `too many ${inWords(constraint)}`;
}

function linesOf(slice: SweepSlice, result: SweepResult): PointLine[] {
  const scale = scaleFor(
    plainMetric(result.objective).kind,
    slice.points.flatMap(({ objective }) => objective?.mean ?? []),
  );
  const rows: { first: SweepPoint; last: SweepPoint; isBest: boolean }[] = [];
  for (const point of slice.points) {
    const isBest = point.label === slice.best;
    const before = rows.at(-1);
    const isSame =
      before !== undefined &&
      point.sameAs !== null &&
      point.sameAs === (before.first.sameAs ?? before.first.label);
    if (before !== undefined && isSame) {
      before.last = point;
      before.isBest ||= isBest;
    } else rows.push({ first: point, last: point, isBest });
  }
  return rows.map(({ first, last, isBest }) => ({
    name: nameOf([first, last], result),
    standing: isBest ? "best" : standingText(first),
    isGood: slice.asGood.includes(first.label),
    isBest,
    objective: first.objective === null ? "" : estimateText(first.objective, scale),
    change: changeText(first.change, result),
    admits: admittedText(first.admitted),
    value: first.objective?.mean ?? null,
    replications: first.replications,
  }));
}

function bestOf({ points, best }: SweepSlice): SweepPoint | undefined {
  return points.find(({ label }) => label === best);
}

function sliceOf(slice: SweepSlice, result: SweepResult): SliceContent {
  const best = bestOf(slice);
  return {
    label: slice.label,
    best: best === undefined ? "none" : nameOf([best, best], result),
    asGood: listed(rangesOf(slice, slice.asGood, result)),
    change: changeText(best?.change ?? null, result),
    admits: admittedText(best?.admitted ?? null),
    points: linesOf(slice, result),
  };
}

/** What is varied to be chosen: `limitMs`. */
function choiceText(result: SweepResult): string {
  return choicesOf(result)
    .map(({ path }) => lastPart(path))
    .join(" × ");
}

/** Whether the best that was tried is shown to be worse than the scenario as it is, in each case. */
function isWorseThanAsItIs({ slices }: SweepResult): boolean {
  const changes = slices.map((slice) => bestOf(slice)?.change ?? null);
  return changes.length > 0 && changes.every((change) => change !== null && change.ci95[1] < 0);
}

/** Whether all values gave the very same, and what the scenario gives as it is, in each case. */
function isAllSame({ slices }: SweepResult): boolean {
  return slices.every(
    ({ points, problem }) =>
      problem === undefined &&
      points.length > 1 &&
      points[0]?.change?.mean === 0 &&
      points.slice(1).every(({ sameAs }) => sameAs === points[0]?.label),
  );
}

const PROBLEMS: Readonly<Record<SweepProblem, string>> = {
  price: "no gateway looks at prices, so any is paid",
  terms: "nobody looks at what workers and delegators get",
  "no evidence": "too little happened, or nothing is above 0 to be compared",
  "slow answers": "what brings most makes AI clients wait, who never leave",
  "wrong results": "what brings most lets wrong results through",
};

/** Why no value can be chosen in any case; undefined where one can. */
function problemOf({ slices }: SweepResult): SweepProblem | undefined {
  const [first] = slices;
  return slices.every(({ problem }) => problem !== undefined) ? first?.problem : undefined;
}

function headlineOf(result: SweepResult): string {
  const { slices, goodEverywhere, variant } = result;
  const [first] = slices;
  const choice = choiceText(result);
  const isOne = choicesOf(result).length === 1;
  const named = (text: string) => (isOne ? `${choice} ${text}` : text);
  if (first === undefined) return "there is nothing to choose";
  const problem = problemOf(result);
  if (problem !== undefined) return `no ${choice} can be chosen: ${PROBLEMS[problem]}`;
  if (isAllSame(result)) return `${choice} makes no difference: all values gave the very same`;
  if (isWorseThanAsItIs(result)) {
    const best = slices.length === 1 ? bestOf(first) : undefined;
    const which = best === undefined ? "" : `, ${nameOf([best, best], result)},`;
    const where = isNamed(variant) ? ` in ${variant}` : "";
    return `leave ${choice} as it is${where}: the best that was tried${which} brings less`;
  }
  if (slices.length === 1) {
    const best = bestOf(first);
    if (best === undefined) return `no ${choice} can be used: each breaks a constraint`;
    const others = rangesOf(first, first.asGood, result);
    const isAlone = first.asGood.length < 2;
    const word = first.isDecided ? "as good" : "may be as good";
    return `set ${named(nameOf([best, best], result))}${isAlone ? "" : ` (${word}: ${listed(others)})`}`;
  }
  if (goodEverywhere.length > 0) {
    const ranges = rangesOf(first, goodEverywhere, result);
    return `set ${named(listed(ranges))}, which is as good as the best in each case`;
  }
  const each = slices.map((slice) => `${slice.label}: ${sliceOf(slice, result).best}`);
  return `the best ${choice} is not the same in each case (${listed(each, 4)})`;
}

function toneOf({ slices, margin }: SweepResult): Tone {
  if (slices.some(({ best, problem }) => best === null && problem === undefined)) return "bad";
  if (slices.some(({ isDecided }) => !isDecided)) return "open";
  const least = margin.relative ?? margin.absolute ?? 0;
  const gains = slices.some((slice) => (bestOf(slice)?.change?.ci95[0] ?? 0) > least);
  return gains ? "good" : "neutral";
}

const NONE: Readonly<Record<SweepProblem, string>> = {
  price:
    "Without gateway.maxPricePerUnit or selectPriceWeight whatever is asked for is paid, which says nothing of what a price brings.",
  terms:
    "Workers and delegators stay whatever economics.commission and feeShare are, which says nothing of what these bring.",
  "slow answers": "Say how long clients wait (ai.jobs[].patience), and it can be judged.",
  "wrong results":
    "They are paid like right ones until a gateway that verifies finds out, so that what you keep shows nothing of it.",
  "no evidence": `A longer --duration may tell more, or a margin that is an amount (${ABSOLUTE_MARGIN}).`,
};

/** Why there is nothing to choose. */
function noneText({ problem, points }: SweepSlice): string {
  if (problem !== undefined) return NONE[problem];
  const broken = points.flatMap(({ dropped }) => dropped?.constraint ?? []).map(inSentence);
  return `What they break is a limit on ${listed([...new Set(broken)])} (decision.constraints).`;
}

/** What changes are compared with. */
function asItIs({ variant }: SweepResult): string {
  return isNamed(variant) ? `variant ${variant} as it is` : "the scenario as it is";
}

function sentencesOf(result: SweepResult): string[] {
  const { slices, objective, confidence } = result;
  const what = inSentence(objective);
  const [only] = slices;
  const open = slices.filter(({ isDecided, problem }) => !isDecided && problem === undefined);
  const best = only === undefined ? undefined : bestOf(only);
  const as = asItIs(result);
  const said =
    only === undefined || slices.length > 1
      ? [
          `Each case is ${as} under other circumstances; changes are those of ${what}, compared with that.`,
        ]
      : best === undefined
        ? [noneText(only)]
        : [
            best.change === null
              ? `What that changes of ${what} is not known.`
              : `Compared with ${as}, that changes ${what} by ${changeText(best.change, result).replace(/\)$/, `; ${confidenceText(confidence)} sure)`)}.`,
            ...(best.admitted === null
              ? []
              : [
                  `It admits ${grouped(best.admitted.workers)} of ${counted(best.admitted.of, "worker")}, with ${counted(best.admitted.sessions, "session")}.`,
                ]),
          ];
  const where = slices.length === 1 ? "" : ` (${listed(open.map(({ label }) => label))})`;
  const hint =
    open.length === 0
      ? []
      : [
          `Not all that are left are told apart yet${where}: a longer --budget or --duration, or ${largerMargin(result)}, would.`,
        ];
  return [...said, ...hint];
}

/** The settings of the best point, where one is best everywhere and there is nothing better as it is. */
function doItText(result: SweepResult): string {
  if (isWorseThanAsItIs(result) || isAllSame(result)) return "";
  const { slices, goodEverywhere, variant } = result;
  const [first] = slices;
  const label = slices.length === 1 ? first?.best : goodEverywhere[0];
  const point = first?.points.find((one) => one.label === label);
  return settingsOf(variant, point?.settings ?? []);
}

function sureText(result: SweepResult): string {
  const { replications, durationMs, comparisons, confidence, seed } = result;
  const runs = `${counted(replications, "replication")} of ${spanText(durationMs)}`;
  return `${runs} at most for each point, seed ${seed}. What counts as a difference: more than ${marginText(result)} of ${inSentence(result.objective)}. All ${counted(comparisons, "comparison")} of two points hold at once (${confidenceText(confidence)}).`;
}

/**
 * @param file the scenario as the command line had it; results know its base name only
 */
export function sweepContent(
  result: SweepResult,
  file: string = result.scenario.file,
): SweepContent {
  const { scenario, axes, slices, objective, notes, poolsim } = result;
  const losing = losingFirst(notes);
  const { imputed, assumed, expectations, notJudged } = result;
  const points = slices.reduce((sum, slice) => sum + slice.points.length, 0);
  const scale = scaleFor(
    plainMetric(objective).kind,
    slices.flatMap((slice) => slice.points.flatMap((point) => point.objective?.mean ?? [])),
  );
  const answer = {
    headline: headlineOf(result),
    tone: toneOf(result),
    verdict: null,
    sentences: [...losing.first, ...sentencesOf(result)],
  };
  const objectiveHead = withUnit(inWords(objective), scale);
  return {
    title: scenario.name,
    about: `${axes.map(({ path }) => lastPart(path)).join(" × ")}, ${counted(points, "point")}`,
    answer,
    choice: choiceText(result),
    objectiveHead,
    slices: slices.map((slice) => sliceOf(slice, result)),
    doIt: doItText(result),
    grounds: {
      words: meaningsIn([answer.headline, ...answer.sentences, objectiveHead]),
      sure: sureText(result),
      assumed: assumedText({ imputed, assumed }),
      broken: null,
      notes: losing.others,
      expectations: expectationsOf({ expectations, notJudged }),
    },
    command: sweepCommand(result, file),
    poolsim,
  };
}
