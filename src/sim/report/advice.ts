/** Advice as text for a terminal: what to do with each worker first, figures with details only. */
import { counted, signed } from "../../core/wording.js";
import type {
  AdviceResult,
  RuleAdmission,
  TriedAction,
  WorkerAdviceResult,
} from "../advise/advice-result.js";
import { actionWords } from "../advise/describe-worker.js";
import type { Estimate } from "../results.js";
import { spanText } from "./figures.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { table } from "./table.js";

/** How to write it. */
export interface AdviceReportOptions extends ReportOptions {
  /** Every action that was tried. @default false */
  readonly hasDetails?: boolean | undefined;
}

function adviceText({ advice, action }: WorkerAdviceResult): string {
  if (advice === "spare") return "keep as spare";
  return action?.kind === "cap" ? `cap at ${action.sessions}` : advice;
}

/** A change, in percent where the margin is a share, with its interval. */
function changeText(change: Estimate | null, { margin }: AdviceResult): string {
  if (change === null) return "";
  const isShare = margin.relative !== null;
  const write = (value: number) => (isShare ? signed(100 * value, 1) : signed(value, 6));
  const [low, high] = change.ci95;
  const unit = isShare ? " %" : "";
  if (!Number.isFinite(low) && !Number.isFinite(high)) return `${write(change.mean)}${unit}`;
  const end = (value: number) => (Number.isFinite(value) ? write(value) : "?");
  return `${write(change.mean)}${unit} (${end(low)} … ${end(high)})`;
}

function nameText({ name, workers }: WorkerAdviceResult): string {
  return workers.length === 1 ? name : `${name} (${workers.length})`;
}

/** Workers that need something done or said, before the others. */
function workerSection(result: AdviceResult, style: Style): string {
  const rows = result.workers.filter(({ advice }) => advice !== "keep");
  const kept = result.workers.filter(({ advice }) => advice === "keep");
  const keptCount = kept.reduce((sum, { workers }) => sum + workers.length, 0);
  const keptText = kept.map(nameText).join(", ");
  const lines: string[] = [];
  if (rows.length > 0) {
    lines.push(
      table(
        [
          { head: "worker", cells: rows.map(nameText), align: "left" },
          { head: "advice", cells: rows.map(adviceText), align: "left" },
          {
            head: "changes",
            cells: rows.map(({ alone }) => changeText(alone, result)),
            align: "left",
          },
          { head: "why", cells: rows.map(({ why }) => why), align: "left" },
        ],
        style,
      ),
    );
  }
  if (keptCount > 0) {
    lines.push(wrapped(`keep ${counted(keptCount, "worker")}: ${keptText}`, style.width, "  "));
  }
  return lines.join("\n");
}

function togetherText(result: AdviceResult): string {
  const { together, freshReplications, workers } = result;
  if (together === null) {
    return workers.some(({ advice }) => advice === "undecided")
      ? "Nothing to be done is known yet."
      : "Nothing to be done.";
  }
  const peak =
    together.atPeak === null ? "" : `; at peak demand ${changeText(together.atPeak, result)}`;
  const left =
    together.leftOut.length === 0
      ? ""
      : `, without the advice on ${together.leftOut.join(", ")}, which gains nothing beside the others`;
  const warning =
    together.decision === "exclude"
      ? " THAT IS A LOSS: do not follow all of it at once."
      : together.decision === "undecided"
        ? ` Not decided: ${together.reason}.`
        : "";
  return `Together${left}: ${changeText(together.change, result)}${peak}, from ${counted(freshReplications, "replication")} that chose nothing.${warning}`;
}

function sessionsText({ least, most }: RuleAdmission): string {
  return least === most ? String(most) : `${least} to ${most}`;
}

/** The best rule, whom it admits, and what following all advice brings beyond it. */
function ruleText(result: AdviceResult): string {
  const { rule, togetherOverRule } = result;
  if (rule === null) return "";
  const { best } = rule;
  if (best === null) return "Rule: none of those that were tried is shown to gain.";
  const alike = best.asGood.filter((label) => label !== best.label);
  const [first] = best.asGood;
  const last = best.asGood.at(-1);
  const others = alike.length === 0 ? "" : ` (as good: ${first} … ${last})`;
  const admitted = best.admits.filter(({ most }) => most > 0);
  const refused = best.admits.filter(({ most }) => most === 0).map(({ worker }) => worker);
  const fewer = admitted.filter(({ least, offered }) => least < offered);
  const caps = fewer.map((one) => `${one.worker} with ${sessionsText(one)}`);
  const who = [
    `it admits ${admitted.length} of ${counted(best.admits.length, "worker")}`,
    ...(refused.length === 0 ? [] : [`refuses ${refused.join(", ")}`]),
    ...(caps.length === 0 ? [] : [`admits ${caps.join(", ")}`]),
  ].join("; ");
  const over =
    togetherOverRule === null
      ? ""
      : ` All advice together brings ${changeText(togetherOverRule.change, result)} more than the rule alone.`;
  return `Rule: ${best.label}${others}: ${changeText(best.change, result)}; ${who}.${over}`;
}

function undecidedText({ workers, scenario }: AdviceResult): string {
  const open = workers.filter(({ advice }) => advice === "undecided");
  if (open.length === 0) return "";
  const names = open.map(({ name }) => name).join(", ");
  return `Undecided: ${names}. Longer replications (--duration), or a larger --margin, would tell more: poolsim advise ${scenario.file} --only ${open.map(({ name }) => name).join(",")} --details`;
}

function triedRows(
  worker: WorkerAdviceResult,
  result: AdviceResult,
): readonly (readonly string[])[] {
  return worker.tried.map((tried: TriedAction) => [
    nameText(worker),
    actionWords(tried.action),
    tried.reason === null ? tried.finding : `${tried.finding}: ${tried.reason}`,
    changeText(tried.change, result),
    changeText(tried.atPeak, result),
  ]);
}

function detailSection(result: AdviceResult, style: Style): string {
  const rows = result.workers.flatMap((worker) => triedRows(worker, result));
  const heads = ["worker", "action", "finding", "changes", "at peak demand"];
  const columns = heads.map((head, index) => ({
    head,
    cells: rows.map((row) => row[index] ?? ""),
    align: "left" as const,
  }));
  const { confidence, comparisons } = result;
  const without = result.workers[0]?.askedWithout ?? [];
  const pool =
    without.length === 0 ? "the pool as it is" : `the pool without ${without.join(", ")}`;
  const legend = `Each action is compared with leaving the worker as it is, in ${pool} (with the worker itself). All ${comparisons} intervals hold at once, at every look (${100 * confidence} %).`;
  return `${headed("What was tried", style)}\n${table(columns, style)}\n${style.dim(wrapped(legend, style.width))}`;
}

/**
 * The advice.
 *
 * @returns lines, each ended
 */
export function renderAdvice(result: AdviceResult, options: AdviceReportOptions = {}): string {
  const style = styleOf(options);
  const { scenario, workers, replications, durationMs, seed, objective, margin } = result;
  const count = workers.reduce((sum, worker) => sum + worker.workers.length, 0);
  const title = `${scenario.name} (${counted(count, "worker")})`;
  const facts = `: advice after ${counted(replications, "replication")} of ${spanText(durationMs)}; seed ${seed}`;
  const share =
    margin.relative === null
      ? `${margin.absolute} of ${objective}`
      : `${100 * margin.relative} % of ${objective}`;
  const parts = [
    headed(title, style, facts),
    workerSection(result, style),
    wrapped(togetherText(result), style.width),
    wrapped(ruleText(result), style.width),
    wrapped(undecidedText(result), style.width),
    style.dim(wrapped(`What counts: a change of more than ${share}.`, style.width)),
    ...(options.hasDetails === true ? [detailSection(result, style)] : []),
    ...result.notes.map((note) => style.dim(wrapped(`Note: ${note}`, style.width))),
  ].filter((part) => part !== "");
  return `${parts.join("\n\n")}\n`;
}
