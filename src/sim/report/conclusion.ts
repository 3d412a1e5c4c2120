/** The end of the report: verdict, sensitivity, what the input rests on, notes, expectations. */
import { fixed } from "../../core/wording.js";
import type { Decision, ScenarioResult } from "../results.js";
import { differenceText, scaleFor, withUnit } from "./figures.js";
import { kindOf } from "./metric-labels.js";
import { headed, type Style, wrapped } from "./style.js";
import { table } from "./table.js";

function decisionPaint(decision: Decision, { green, red, yellow, bold }: Style) {
  const colour = { admit: green, exclude: red, "no difference": bold, undecided: yellow }[decision];
  return (text: string) => bold(colour(text));
}

/** The verdict with its reason; empty for scenarios that ask nothing. */
export function verdictSection(result: ScenarioResult, style: Style): string {
  const { verdict, verdicts } = result;
  if (verdict === null) return "";
  if (verdicts !== undefined) return candidatesSection(result, style);
  const { decision, reason, sentence } = verdict;
  const decided = decisionPaint(decision, style)(decision);
  const why = decision === "undecided" ? ` (${reason})` : "";
  return `${style.bold("Verdict:")} ${decided}${why}\n${wrapped(sentence, style.width)}`;
}

/** The verdicts on several candidates, one below the other; empty for one. */
export function candidatesSection({ verdicts, question }: ScenarioResult, style: Style): string {
  if (verdicts === undefined) return "";
  const lines = verdicts.map(({ candidate, decision, reason, sentence }) => {
    const decided = decisionPaint(decision, style)(decision);
    const why = decision === "undecided" ? ` (${reason})` : "";
    return `${style.bold(`${candidate}:`)} ${decided}${why}\n${wrapped(sentence, style.width)}`;
  });
  const title = `Verdicts on ${verdicts.length} candidates, against ${question?.baseline ?? ""}`;
  const all = "The intervals of all of them hold at once (95 %).";
  return [headed(title, style), ...lines, style.dim(wrapped(all, style.width))].join("\n");
}

/** The verdict again under other assumptions. */
export function sensitivitySection(result: ScenarioResult, style: Style): string {
  const { sensitivity, verdict } = result;
  if (sensitivity.length === 0) return "";
  const judged = verdict?.instead ?? verdict;
  const objective = judged?.objective ?? "";
  const scale = scaleFor(
    kindOf(objective),
    sensitivity.map(({ difference }) => difference.mean),
  );
  const flips = sensitivity.map((one) => one.flips);
  const verdicts = sensitivity.map(({ decision, flips: isOther }) =>
    isOther ? `${decision} (flips)` : decision,
  );
  const text = table(
    [
      { head: "assumption", cells: sensitivity.map(({ label }) => label), align: "left" },
      { head: "verdict", cells: verdicts, align: "left" },
      {
        head: withUnit(`difference in ${objective}`, scale),
        cells: sensitivity.map(({ difference }) => differenceText(difference, scale)),
      },
    ],
    style,
    (cell, row) => (flips[row] ? style.yellow(cell) : cell),
  );
  const depends = sensitivity.filter((one) => one.flips).map(({ label }) => label);
  const open = sensitivity.filter(
    ({ decision, flips: isOther }) =>
      decision === "undecided" && !isOther && judged?.decision !== decision,
  ).length;
  const summary = wrapped(
    (depends.length === 0
      ? "No other verdict in any of them."
      : `The verdict depends on ${depends.join(", ")}.`) +
      (open === 0
        ? ""
        : ` ${open} of ${sensitivity.length} cannot be decided with so few replications.`) +
      " Each interval is one of 95 % by itself, not all at once.",
    style.width,
  );
  return `${headed("Sensitivity: the verdict under other assumptions", style)}\n${text}\n${summary}`;
}

/** `responseTimes` → `response times`. */
function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function imputedLine({ imputed }: ScenarioResult): string {
  const parts = Object.entries(imputed).map(
    ([what, share]) =>
      `${fixed(share * 100, share > 0 && share < 0.1 ? 1 : 0)} % of ${inWords(what)}`,
  );
  return parts.length === 0 ? "" : `Imputed input (not measured): ${parts.join(", ")}.`;
}

function conservationLine({ conservation }: ScenarioResult, style: Style): string {
  const broken = Object.entries(conservation).flatMap(([name, holds]) => (holds ? [] : [name]));
  const count = Object.keys(conservation).length;
  if (count === 0) return "";
  if (broken.length === 0) {
    const what = count === 1 ? "the check holds" : `all ${count} checks hold`;
    return style.dim(`Conservation: ${what}.`);
  }
  const text = `Conservation BROKEN (a bug of poolsim): ${broken.join(", ")}.`;
  return style.red(wrapped(text, style.width));
}

/** What the figures rest on, and remarks. */
export function groundsSection(result: ScenarioResult, style: Style): string {
  const lines = [
    ...result.assumed.map((text) => wrapped(`Assumed: ${text}.`, style.width, "  ")),
    wrapped(imputedLine(result), style.width),
    conservationLine(result, style),
    ...result.notes.map((note) => wrapped(`Note: ${note}`, style.width, "  ")),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

/** The expectations; with `onlyFailed` those that do not hold. */
export function expectationSection(
  { expectations, notJudged }: Pick<ScenarioResult, "expectations" | "notJudged">,
  style: Style,
  { onlyFailed }: { readonly onlyFailed: boolean },
): string {
  const failed = expectations.filter(({ passed }) => !passed);
  const shown = onlyFailed ? failed : expectations;
  const left = onlyFailed ? [] : notJudged;
  if (shown.length + left.length === 0) return "";
  const lines = shown.map(({ text, passed, actual }) => {
    const mark = passed ? style.green("✓") : style.red("✗");
    const line = wrapped(`${text}  is ${actual}`, style.width - 4, "    ");
    return `  ${mark} ${line}`;
  });
  const held = expectations.length - failed.length;
  const summary =
    expectations.length === 0 ? "none is about this" : `${held} of ${expectations.length} hold`;
  const elsewhere = left.map(
    ({ text, by }) =>
      `  – ${wrapped(`${text}  is for poolsim ${by} to check`, style.width - 4, "    ")}`,
  );
  return [`${style.bold("Expectations:")} ${summary}`, ...lines, ...elsewhere].join("\n");
}
