/** The forms of a report, of results of any kind. */

import { renderAdvice } from "./advice.js";
import { type AnyResult, isAdvice, isRun, isSweep } from "./any-result.js";
import { adviceContent } from "./content/advice-content.js";
import type { Answer } from "./content/answer.js";
import { reportContent } from "./content/content.js";
import { sweepContent } from "./content/sweep-content.js";
import { runCsv } from "./csv.js";
import { adviceCsv } from "./csv-advice.js";
import { sweepCsv } from "./csv-sweep.js";
import { runMarkdown } from "./markdown.js";
import { adviceMarkdown } from "./markdown-advice.js";
import { sweepMarkdown } from "./markdown-sweep.js";
import { renderReport } from "./report.js";
import type { ReportOptions } from "./style.js";
import { renderSweep } from "./sweep.js";

/** What every report begins with. */
export function contentOf(
  result: AnyResult,
  file?: string,
): { readonly title: string; readonly answer: Answer; readonly command: string } {
  if (isAdvice(result)) return adviceContent(result, file);
  return isSweep(result) ? sweepContent(result, file) : reportContent(result, file);
}

/** As text for a terminal. */
export function renderText(result: AnyResult, options: ReportOptions = {}): string {
  if (isAdvice(result)) return renderAdvice(result, options);
  return isSweep(result) ? renderSweep(result, options) : renderReport(result, options);
}

/**
 * As Markdown.
 *
 * @param file the scenario as the command line had it
 */
export function renderMarkdown(result: AnyResult, file?: string): string {
  if (isAdvice(result)) return adviceMarkdown(result, file);
  return isSweep(result) ? sweepMarkdown(result, file) : runMarkdown(result, file);
}

/** As tables: of each kind of result that there is, one after the other. */
export function renderCsv(results: readonly AnyResult[]): string {
  const runs = results.filter(isRun);
  const advice = results.filter(isAdvice);
  const sweeps = results.filter(isSweep);
  return [
    ...(runs.length === 0 ? [] : [runCsv(runs)]),
    ...(advice.length === 0 ? [] : [adviceCsv(advice)]),
    ...(sweeps.length === 0 ? [] : [sweepCsv(sweeps)]),
  ].join("\r\n");
}
