/** A sweep as Markdown: for a pull request, a job's summary or a forum. */
import type { SweepResult } from "../sweep/sweep-result.js";
import { sweepContent } from "./content/sweep-content.js";
import { groundParts, headParts, tableOf } from "./markdown-parts.js";

const ROWS_MAX = 50;

/**
 * @param file the scenario as the command line had it
 * @returns Markdown with tables as GitHub reads them
 */
export function sweepMarkdown(result: SweepResult, file?: string): string {
  const content = sweepContent(result, file);
  const { slices, choice, objectiveHead, doIt } = content;
  const [only] = slices;
  const cases =
    slices.length === 1
      ? ""
      : tableOf(
          ["case", `best ${choice}`, "as good", "change", "admits workers"],
          slices
            .slice(0, ROWS_MAX)
            .map(({ label, best, asGood, change, admits }) => [
              label,
              best,
              asGood,
              change,
              admits,
            ]),
        );
  const points =
    slices.length !== 1 || only === undefined
      ? ""
      : tableOf(
          [choice, "found", objectiveHead, "change", "admits workers"],
          only.points
            .slice(0, ROWS_MAX)
            .map(({ name, standing, objective, change, admits }) => [
              name,
              standing,
              objective,
              change,
              admits,
            ]),
        );
  const left = Math.max(
    0,
    (slices.length === 1 ? (only?.points.length ?? 0) : slices.length) - ROWS_MAX,
  );
  const parts = [
    ...headParts({ ...content, title: `${content.title} (${content.about})` }),
    cases,
    points,
    left > 0 ? `… and ${left} more` : "",
    doIt === "" ? "" : `As settings:\n\n\`\`\`sh\n${doIt.replaceAll("```", "'''")}\n\`\`\``,
    ...groundParts(content),
  ];
  return `${parts.filter((part) => part.trim() !== "").join("\n\n")}\n`;
}
