/** The advice that the job `advise` left, for the page. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { PageAdvice } from "../../../pool/api/index.js";
import { isAdvice } from "../../../sim/report/any-result.js";
import { advicePage } from "../../../sim/report/html/advice-page.js";
import { renderHtml } from "../../../sim/report/html/html.js";
import { readResult } from "../../../sim/report/read-result.js";
import { readFileWithin } from "../../../sim/scenario/files.js";

const BYTES_MAX = 64 * 2 ** 20;

/** Looks at a folder's `advice.json` when it is another one than before; null: there is none that is whole. */
export function adviceIn(folder: string): () => PageAdvice | null {
  const file = join(folder, "advice.json");
  let known: { readonly mark: string; readonly advice: PageAdvice | null } | null = null;
  return () => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    const mark = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (known?.mark !== mark) known = { mark, advice: read(file, Math.floor(found.mtimeMs)) };
    return known.advice;
  };
}

function read(file: string, atMs: number): PageAdvice | null {
  try {
    const text = Buffer.from(readFileWithin(file, BYTES_MAX)).toString();
    const result = readResult(text, file).find(isAdvice);
    if (result === undefined) return null;
    const { content, workers } = advicePage(result, { todayMs: atMs });
    let html: string | null = null;
    return {
      atMs,
      headline: content.answer.headline,
      workers: workers.rows.map(([name, advice, why]) => ({
        name: String(name).replace(/ \(\d+\)$/, ""),
        advice: String(advice ?? ""),
        why: String(why ?? ""),
      })),
      html: () => {
        html ??= renderHtml(result, { todayMs: atMs });
        return html;
      },
    };
  } catch {
    // The job that wrote it, or the next one, says what is wrong.
    return null;
  }
}
