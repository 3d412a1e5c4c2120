/** The report of a run as Markdown: for a pull request, a job's summary or a forum. */
import type { ScenarioResult } from "../results.js";
import { type ReportContent, reportContent } from "./content/content.js";
import { figuresTable, groundParts, headParts, plain, tableOf } from "./markdown-parts.js";

const WORKERS_MAX = 20;

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
export function runMarkdown(result: ScenarioResult, file?: string): string {
  const content = reportContent(result, file);
  const { silent } = content;
  const parts = [
    ...headParts(content),
    ...figuresTable(content),
    ...workersTable(content),
    ...silent.map(({ variant, reason }) => plain(`No stream in ${variant}: ${reason}.`)),
    ...groundParts(content),
  ];
  return `${parts.filter((part) => part.trim() !== "").join("\n\n")}\n`;
}
