/** The forms of a report, of results of any kind. */

import { renderAdvice } from "./advice.js";
import { type AnyResult, isAdvice, isRun } from "./any-result.js";
import { type AdviceContent, adviceContent } from "./content/advice-content.js";
import { type ReportContent, reportContent } from "./content/content.js";
import { runCsv } from "./csv.js";
import { adviceCsv } from "./csv-advice.js";
import { runMarkdown } from "./markdown.js";
import { adviceMarkdown } from "./markdown-advice.js";
import { renderReport } from "./report.js";
import type { ReportOptions } from "./style.js";

/** What every report begins with. */
export function contentOf(
  result: AnyResult,
  file?: string,
): Pick<ReportContent | AdviceContent, "title" | "answer" | "command"> {
  return isAdvice(result) ? adviceContent(result, file) : reportContent(result, file);
}

/** As text for a terminal. */
export function renderText(result: AnyResult, options: ReportOptions = {}): string {
  return isAdvice(result) ? renderAdvice(result, options) : renderReport(result, options);
}

/**
 * As Markdown.
 *
 * @param file the scenario as the command line had it
 */
export function renderMarkdown(result: AnyResult, file?: string): string {
  return isAdvice(result) ? adviceMarkdown(result, file) : runMarkdown(result, file);
}

/** As tables: of each kind of result that there is, one after the other. */
export function renderCsv(results: readonly AnyResult[]): string {
  const runs = results.filter(isRun);
  const advice = results.filter(isAdvice);
  return [
    ...(runs.length === 0 ? [] : [runCsv(runs)]),
    ...(advice.length === 0 ? [] : [adviceCsv(advice)]),
  ].join("\r\n");
}
