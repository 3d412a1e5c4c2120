/** Advice as Markdown: for a pull request, a job's summary or a forum. */
import type { AdviceResult } from "../advise/advice-result.js";
import { adviceContent } from "./content/advice-content.js";
import { figuresTable, groundParts, headParts, plain, tableOf } from "./markdown-parts.js";

const WORKERS_MAX = 50;

/**
 * @param file the scenario as the command line had it
 * @returns Markdown with tables as GitHub reads them
 */
export function adviceMarkdown(result: AdviceResult, file?: string): string {
  const content = adviceContent(result, file);
  const all = [...content.toDo, ...content.open, ...content.kept];
  const shown = all.slice(0, WORKERS_MAX);
  const rows = shown.map(({ name, what, change, kept, why }) => [name, what, change, kept, why]);
  const heads = ["worker", "what to do", content.changeHead, "sessions kept", "why"];
  const more = all.length - shown.length;
  const parts = [
    ...headParts({ ...content, title: `${content.title} (${content.about})` }),
    ...figuresTable(content),
    tableOf(heads, rows),
    more > 0 ? `… and ${more} more kinds of workers` : "",
    content.openHint === "" ? "" : plain(`Not decided: ${content.openHint}`),
    content.rule === "" ? "" : plain(`Rule: ${content.rule}`),
    content.doIt === ""
      ? ""
      : `As settings:\n\n\`\`\`sh\n${content.doIt.replaceAll("```", "'''")}\n\`\`\``,
    ...groundParts(content),
  ];
  return `${parts.filter((part) => part.trim() !== "").join("\n\n")}\n`;
}
