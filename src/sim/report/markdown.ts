/** The report as Markdown: for a pull request, a job's summary or a forum. */
import type { ScenarioResult } from "../results.js";
import { type ReportContent, reportContent } from "./content/content.js";

/** Text that no name in it can turn into markup. */
function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>#|~]/g, (character) => `\\${character}`)
    .replaceAll(/\s+/g, " ");
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  const rule = `|${heads.map((_, index) => (index === 0 ? "---" : "---:")).join("|")}|`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

const WORKERS_MAX = 20;

function figuresTable({ figures }: ReportContent): string[] {
  const { lines, baseline, candidate, variants } = figures;
  const isPair = candidate !== null;
  const pair =
    lines.length === 0
      ? []
      : [
          tableOf(
            isPair ? ["", baseline ?? "before", candidate, "change (95 %)"] : ["", "mean ± 95 %"],
            lines.map(({ label, before, after, change }) =>
              isPair ? [label, before, after, change] : [label, before],
            ),
          ),
        ];
  if (variants.lines.length === 0) return pair;
  const rows = variants.lines.map(({ name, cells }) => [name, ...cells]);
  return [...pair, tableOf(["variant", ...variants.heads], rows)];
}

function workersTable({ workers, workersIn }: ReportContent): string[] {
  if (workers.length === 0) return [];
  const rows = workers
    .slice(0, WORKERS_MAX)
    .map(({ name, advice, kept, roundTrip, worth, why }) => [
      name,
      advice,
      kept,
      roundTrip,
      worth,
      why,
    ]);
  const more = workers.length - rows.length;
  const heads = [
    workersIn === null ? "worker" : `worker in ${workersIn}`,
    "what to do",
    "sessions kept",
    "answers in",
    `worth/day, ${workers[0]?.worthUnit ?? ""}`,
    "loses streams by, or is out because",
  ];
  return [tableOf(heads, rows), ...(more > 0 ? [`… and ${more} more workers`] : [])];
}

/**
 * @param file the scenario as the command line had it
 * @returns Markdown with tables as GitHub reads them
 */
export function renderMarkdown(result: ScenarioResult, file?: string): string {
  const content = reportContent(result, file);
  const { title, answer, grounds, silent, command, poolsim } = content;
  const { held, total, failed } = grounds.expectations;
  const verdict = answer.verdict === null ? "" : `**Verdict: ${plain(answer.verdict)}.** `;
  const parts = [
    `## ${plain(title)}: ${plain(answer.headline)}`,
    `${verdict}${answer.sentences.map(plain).join(" ")}`,
    ...figuresTable(content),
    ...workersTable(content),
    ...silent.map(({ variant, reason }) => plain(`No stream in ${variant}: ${reason}.`)),
    ...(grounds.broken === null ? [] : [`**${plain(grounds.broken)}**`]),
    plain(`How sure: ${grounds.sure}`),
    ...(grounds.assumed === "" ? [] : [plain(`Assumed: ${grounds.assumed}`)]),
    ...grounds.notes.map((note) => plain(`Note: ${note}`)),
    ...(total === 0 ? [] : [`Expectations: ${held} of ${total} hold`]),
    ...(failed.length === 0
      ? []
      : [failed.map(({ text, actual }) => `- ✗ ${plain(text)} is ${plain(actual)}`).join("\n")]),
    `\`\`\`sh\n${command.replaceAll("```", "'''")}\n\`\`\``,
    `poolsim ${plain(poolsim)}`,
  ];
  return `${parts.filter((part) => part.trim() !== "").join("\n\n")}\n`;
}
