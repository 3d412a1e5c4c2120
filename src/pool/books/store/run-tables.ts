/** Runs of jobs on disk. */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { oneOf, text, textOrNull, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import {
  type BegunRun,
  type EndedRun,
  RUN_OUTCOMES,
  RUN_TRIGGERS,
  type RunQuery,
  type RunRow,
  type RunStore,
} from "./run-store.js";

export class RunTables implements RunStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  begin({ job, trigger, dueMs, attempt, startedMs }: BegunRun): number {
    const row = this.#database.get(
      `INSERT INTO job_runs (job, "trigger", due, attempt, started, counts, log)
       VALUES (?, ?, ?, ?, ?, '{}', '') RETURNING id`,
      job,
      trigger,
      BigInt(dueMs),
      BigInt(attempt),
      BigInt(startedMs),
    );
    return row === undefined ? 0 : whole(row, "id");
  }

  end(id: number, { endedMs, outcome, counts, error, log }: EndedRun): void {
    this.#database.run(
      `UPDATE job_runs SET ended = ?, outcome = ?, counts = ?, error = ?, log = ?
       WHERE id = ? AND ended IS NULL`,
      BigInt(endedMs),
      outcome,
      JSON.stringify(counts),
      error,
      log,
      BigInt(id),
    );
  }

  skip(run: BegunRun, error: string): void {
    const id = this.begin(run);
    this.end(id, { endedMs: run.startedMs, outcome: "skipped", counts: {}, error, log: "" });
  }

  interrupt(atMs: number): number {
    return this.#database.run(
      `UPDATE job_runs SET ended = max(started, ?), outcome = 'interrupted',
         error = 'the process ended while it ran' WHERE ended IS NULL`,
      BigInt(atMs),
    );
  }

  last(): readonly RunRow[] {
    return this.#database
      .all(
        `SELECT * FROM job_runs WHERE id IN
           (SELECT max(id) FROM job_runs WHERE outcome IS NOT 'skipped' GROUP BY job)
         ORDER BY job`,
      )
      .map(rowOf);
  }

  list({ job, limit = 50 }: RunQuery = {}): readonly RunRow[] {
    return this.#database
      .all(
        "SELECT * FROM job_runs WHERE ? IS NULL OR job = ? ORDER BY id DESC LIMIT ?",
        job ?? null,
        job ?? null,
        BigInt(limit),
      )
      .map(rowOf);
  }

  request(job: string, atMs: number): void {
    this.#database.run("INSERT OR IGNORE INTO job_requests VALUES (?, ?)", job, BigInt(atMs));
  }

  takeRequests(): readonly string[] {
    // Most of the time there is nothing, and nothing has to be written.
    if (this.#database.get("SELECT job FROM job_requests LIMIT 1") === undefined) return [];
    return this.#database
      .all("DELETE FROM job_requests RETURNING job, at")
      .map((row) => text(row, "job"))
      .sort();
  }

  prune(beforeMs: number): number {
    return this.#database.run(
      `DELETE FROM job_runs WHERE ended < ? AND id NOT IN
         (SELECT max(id) FROM job_runs WHERE outcome IS NOT 'skipped' GROUP BY job)`,
      BigInt(beforeMs),
    );
  }
}

function rowOf(row: SqlRow): RunRow {
  return {
    id: whole(row, "id"),
    job: text(row, "job"),
    trigger: oneOf(row, "trigger", RUN_TRIGGERS),
    dueMs: whole(row, "due"),
    attempt: whole(row, "attempt"),
    startedMs: whole(row, "started"),
    endedMs: wholeOrNull(row, "ended"),
    outcome: row["outcome"] === null ? null : oneOf(row, "outcome", RUN_OUTCOMES),
    counts: countsOf(text(row, "counts")),
    error: textOrNull(row, "error"),
    log: text(row, "log"),
  };
}

function countsOf(json: string): Readonly<Record<string, number>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null) {
    throw new InputError(`the store's column counts holds ${json.slice(0, 60)}`, {
      code: "STORE_DAMAGED",
    });
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, count]) =>
      typeof count === "number" ? [[name, count] as const] : [],
    ),
  );
}
