/** `poolsim pool runs`: what the process that keeps the pool did, newest first. */
import { formatDuration } from "../../../config/duration.js";
import { utcText } from "../../../core/utc.js";
import type { RunRow } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, print, titled } from "../shared/output.js";

export interface RunsFlags extends BooksFlags {
  readonly limit: number;
  readonly log: boolean;
}

/** @throws InputError for books that are none */
export function poolRuns(job: string | undefined, flags: RunsFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", ({ runs: store }) => {
    const runs = store.list({ job, limit: flags.limit });
    const shown = runs.map(({ dueMs, startedMs, endedMs, ...run }) => ({
      ...run,
      dueAtMs: dueMs,
      startedAtMs: startedMs,
      endedAtMs: endedMs,
    }));
    print(terminal, flags, { runs: shown }, () =>
      runs.length === 0
        ? ["Nothing ran yet: poolsim pool up, or poolsim pool run <job>."]
        : [
            titled(
              "Runs",
              columnsOf(
                runs,
                { head: "run", cell: ({ id }) => String(id) },
                { head: "job", align: "left", cell: (run) => run.job },
                { head: "began", align: "left", cell: ({ startedMs }) => utcText(startedMs) },
                { head: "took", cell: tookText },
                { head: "because", align: "left", cell: triggerText },
                { head: "ended", align: "left", cell: endText },
              ),
              terminal,
            ),
            ...(flags.log ? runs.map(logText) : []),
          ],
    );
    return EXIT.ok;
  });
}

function tookText({ startedMs, endedMs }: RunRow): string {
  return endedMs === null ? "" : formatDuration(endedMs - startedMs);
}

function triggerText({ trigger, attempt }: RunRow): string {
  return attempt === 1 ? trigger : `${trigger}, try ${attempt}`;
}

function endText({ outcome, counts, error }: RunRow): string {
  const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return [outcome ?? "goes on", ...(error === null ? [] : [error]), ...numbers].join(", ");
}

function logText({ id, log }: RunRow): string {
  return log === "" ? "" : `Run ${id}:\n${log.trimEnd()}`;
}
