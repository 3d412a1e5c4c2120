/** `poolsim pool run <job>`: a job, now. */
import { setTimeout as sleep } from "node:timers/promises";
import { suggestion } from "../../../config/suggest.js";
import { InputError } from "../../../core/errors.js";
import type { RunRow } from "../../../pool/books/store/store.js";
import { MACHINE_CLOCK } from "../../../pool/operate/clock.js";
import { Operator } from "../../../pool/operate/operator.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { checkPool, lockPool, openPool, ownProgram } from "../shared/keeper.js";
import { named, openBooks } from "../shared/open-books.js";
import { type PoolFile, readPoolFile } from "../shared/pool-file.js";
import { JOBS } from "../shared/pool-file-schema.js";
import { poolJobs } from "../shared/pool-jobs.js";

export interface RunJobFlags {
  readonly config: string;
}

const LOOK_MS = 200;

/**
 * Runs the command.
 *
 * @returns 1 if the job failed
 * @throws InputError for a job that this pool does not have
 */
export async function poolRunJob(
  job: string,
  { config }: RunJobFlags,
  terminal: Terminal,
): Promise<number> {
  const file = readPoolFile(config, process.env);
  checkPool(file);
  const lock = lockPool(file);
  try {
    const run = await stoppable((signal) =>
      typeof lock === "string" ? asked(job, file, signal) : here(job, file, signal),
    );
    if (run === null) return EXIT.interrupted;
    const { outcome, counts, error, log } = run;
    if (log !== "") terminal.stderr.write(log);
    const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    terminal.stdout.write(`${[`${job}: ${error ?? outcome}`, ...numbers].join(", ")}\n`);
    if (outcome !== "done") return EXIT.expectationFailed;
    return (counts["quarantined"] ?? 0) > 0 ? EXIT.quarantineGrew : EXIT.ok;
  } catch (error) {
    throw named(file.books, error);
  } finally {
    if (typeof lock !== "string") lock.release();
  }
}

/** In this process: nobody keeps the pool. */
async function here(job: string, file: PoolFile, signal: AbortSignal): Promise<RunRow | null> {
  const store = openPool(file);
  try {
    const jobs = poolJobs(file, { store, program: ownProgram() });
    const wanted = jobs.find(({ name }) => name === job);
    if (wanted === undefined)
      throw noSuchJob(
        job,
        jobs.map(({ name }) => name),
      );
    const over = new AbortController();
    const operator = new Operator({
      // Once, and nothing besides.
      jobs: [{ ...wanted, timing: { kind: "asked" }, retries: 0, watch: undefined }],
      runs: store.runs,
      clock: MACHINE_CLOCK,
      onEvent: ({ kind }) => {
        if (kind === "ended") over.abort();
      },
    });
    operator.ask(job);
    await operator.run(AbortSignal.any([signal, over.signal]));
    return signal.aborted ? null : (store.runs.list({ job, limit: 1 })[0] ?? null);
  } finally {
    store.close();
  }
}

/** By the process that keeps the pool. */
async function asked(job: string, file: PoolFile, signal: AbortSignal): Promise<RunRow | null> {
  const store = openBooks(file.books, "write");
  try {
    const jobs = poolJobs(file, { store, program: ownProgram() }).map(({ name }) => name);
    if (!jobs.includes(job)) throw noSuchJob(job, jobs);
    const [last] = store.runs.list({ job, limit: 1 });
    store.runs.request(job, Date.now());
    while (!signal.aborted) {
      const [run] = store.runs.list({ job, limit: 1 });
      if (run !== undefined && run.id !== last?.id && run.outcome !== null) return run;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    }
    return null;
  } finally {
    store.close();
  }
}

function noSuchJob(job: string, jobs: readonly string[]): InputError {
  const known = Object.entries(JOBS).find(([name]) => name === job);
  const why =
    known === undefined
      ? suggestion(job, jobs)
      : ` (${known[1].does.replace(/\.$/, "")}); it has ${jobs.join(", ")}`;
  return new InputError(`this pool has no job "${job}"${why}`, { code: "USAGE" });
}
