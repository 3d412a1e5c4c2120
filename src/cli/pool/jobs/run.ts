/** `poolsim pool jobs`: the jobs of a pool's file, when each runs next and how it ended last. */
import { existsSync } from "node:fs";
import { formatDuration } from "../../../config/duration.js";
import { utcText } from "../../../core/utc.js";
import type { RunRow } from "../../../pool/books/store/store.js";
import { lastRuns, Schedule } from "../../../pool/operate/schedule.js";
import type { Timing } from "../../../pool/operate/timing.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { openBooks } from "../shared/open-books.js";
import { columnsOf, print, titled } from "../shared/output.js";
import { type PoolFile, readPoolFile } from "../shared/pool-file.js";
import { JOBS, type JobName } from "../shared/pool-file-schema.js";
import { jobNames } from "../shared/pool-jobs.js";

export interface JobsFlags {
  readonly config: string;
  readonly json: boolean;
}

/** @throws InputError (`POOL_FILE`, …) */
export function poolJobsShown(flags: JobsFlags, terminal: Terminal): number {
  const file = readPoolFile(flags.config, process.env);
  const runs = existsSync(file.books) ? runsOf(file) : [];
  const names: readonly string[] = jobNames(file);
  const specs = [...file.specs.values()].filter(({ name }) => names.includes(name));
  const { next } = new Schedule(specs, lastRuns(runs), Date.now());
  const jobs = specs.map(({ name, timing }) => {
    const last = runs.find(({ job }) => job === name) ?? null;
    return {
      name,
      does: JOBS[name as JobName].does,
      when: timingText(timing),
      nextAtMs: next.get(name) ?? null,
      last,
    };
  });
  print(terminal, flags, { jobs }, () => [
    titled(
      "Jobs",
      columnsOf(
        jobs,
        { head: "job", align: "left", cell: ({ name }) => name },
        { head: "when", align: "left", cell: ({ when }) => when },
        {
          head: "next",
          align: "left",
          cell: ({ nextAtMs }) => (nextAtMs === null ? "" : utcText(nextAtMs)),
        },
        { head: "last", align: "left", cell: ({ last }) => lastText(last) },
      ),
      terminal,
    ),
  ]);
  return EXIT.ok;
}

function runsOf({ books }: PoolFile): readonly RunRow[] {
  const store = openBooks(books, "read");
  try {
    return store.runs.last();
  } finally {
    store.close();
  }
}

function timingText(timing: Timing): string {
  if (timing.kind === "asked") return "when asked for";
  if (timing.kind === "every") return `every ${formatDuration(timing.ms)}`;
  return `${timing.pattern} (${timing.timeZone})`;
}

function lastText(last: RunRow | null): string {
  if (last === null) return "never";
  return `${last.outcome ?? "goes on"}, ${utcText(last.endedMs ?? last.startedMs)}`;
}
