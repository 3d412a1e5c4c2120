/** AI jobs as a table on a terminal. */
import type { AITable } from "./content/ai-lines.js";
import { more } from "./screen-parts.js";
import type { Style } from "./style.js";
import { table } from "./table.js";

/** @param max so many jobs at most. Empty where there is nothing to show. */
export function aiLines(jobs: AITable | null, style: Style, max: number): string {
  if (jobs === null || max === 0) return "";
  const text = table(
    [
      { head: "AI job", cells: jobs.names.slice(0, max), align: "left" },
      ...jobs.columns.map(({ head, cells, rank }) => ({ head, cells: cells.slice(0, max), rank })),
    ],
    style,
  );
  const rest = more(jobs.names.length - max, "AI jobs");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}
