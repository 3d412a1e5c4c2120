/** `poolsim pool up`: one process that keeps a pool: its jobs, its server, until it is told to stop. */
import type { Logger } from "pino";
import { isPoolsimError } from "../../../core/errors.js";
import type { PageAdvice, PoolOperation } from "../../../pool/api/index.js";
import { formatRates } from "../../../pool/books/commission.js";
import type { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";
import { MACHINE_CLOCK } from "../../../pool/operate/clock.js";
import { Operator, type OperatorEvent } from "../../../pool/operate/operator.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertLocked, checkPool, lockPool, openPool, ownProgram } from "../shared/keeper.js";
import { named } from "../shared/open-books.js";
import { adviceIn } from "../shared/page-advice.js";
import { type PoolFile, readPoolFile } from "../shared/pool-file.js";
import { JOBS, type JobName } from "../shared/pool-file-schema.js";
import { poolJobs } from "../shared/pool-jobs.js";
import { jsonLog, whileServing } from "../shared/serving.js";

/** How often other processes' wishes are looked for, ms. */
const REQUESTS_MS = 500;
/** What a running process can't take over from its file, as text to compare. */
const FIXED: Readonly<Record<string, (file: PoolFile) => string>> = {
  books: ({ books }) => books,
  commission: ({ commission }) => formatRates(commission),
  scheme: ({ scheme = "" }) => scheme,
  api: ({ api }) => JSON.stringify(api ?? null),
  admission: ({ admission }) => admission.policy,
  logLevel: ({ logLevel }) => logLevel,
};

/**
 * Runs the command.
 *
 * @returns the exit code: 0 when it was told to stop
 * @throws InputError for bad input; RemoteError (`POOL_LOCKED`) when another process keeps the books
 */
export async function poolUp(path: string, terminal: Terminal): Promise<number> {
  const file = readPoolFile(path, process.env);
  const log = jsonLog(terminal.stdout, file.logLevel);
  checkPool(file);
  const lock = assertLocked(lockPool(file), file);
  try {
    const store = openPool(file);
    try {
      const keeping = new Keeping(path, file, { store, log });
      await stoppable((signal) => keeping.run(signal));
    } catch (error) {
      throw named(file.books, error);
    } finally {
      store.close();
    }
  } finally {
    lock.release();
  }
  log.info("stopped");
  return EXIT.ok;
}

interface Means {
  readonly store: SqlitePoolStore;
  readonly log: Logger;
}

/** The process while it goes on; SIGHUP reads its file again. */
class Keeping {
  readonly #path: string;
  readonly #first: PoolFile;
  readonly #store: SqlitePoolStore;
  readonly #log: Logger;
  #file: PoolFile;
  #again = new AbortController();
  #operator: Operator | null = null;
  #adviceOf: { readonly to: string; readonly look: () => PageAdvice | null } | null = null;

  constructor(path: string, file: PoolFile, { store, log }: Means) {
    this.#path = path;
    this.#first = file;
    this.#file = file;
    this.#store = store;
    this.#log = log;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { api, admission, books, rule } = this.#first;
    if (api === undefined) {
      await this.#keep(signal, () => {});
      return;
    }
    await whileServing(
      { ...api, db: books },
      {
        rules: () => ({ policy: admission, rule }),
        log: this.#log,
        shown: { operation: () => this.#shown(), advice: () => this.#advice() },
      },
      ({ about, rereadKeys }) => this.#keep(signal, rereadKeys, about),
    );
  }

  /** What the page tells of this process. */
  #shown(): PoolOperation {
    const { sources, payouts } = this.#file;
    const { next } = this.#operator ?? { next: new Map<string, number | null>() };
    return {
      jobs: [...next].map(([name, nextAtMs]) => ({
        name,
        does: JOBS[name as JobName].does,
        nextAtMs,
      })),
      sources: sources.map(({ name }) => name),
      payouts: payouts?.send === true ? { threshold: payouts.threshold ?? null } : null,
    };
  }

  #advice(): PageAdvice | null {
    const to = this.#file.advise?.to ?? null;
    if (to === null) return null;
    if (this.#adviceOf?.to !== to) this.#adviceOf = { to, look: adviceIn(to) };
    return this.#adviceOf.look();
  }

  async #keep(signal: AbortSignal, rereadKeys: () => void, about?: object): Promise<void> {
    const reread = (): void => {
      rereadKeys();
      this.#reread();
    };
    process.on("SIGHUP", reread);
    try {
      if (about !== undefined) this.#log.info(about, "serving");
      while (!signal.aborted) {
        this.#again = new AbortController();
        await this.#operate(AbortSignal.any([signal, this.#again.signal]));
      }
      this.#log.info("stopping");
    } finally {
      process.removeListener("SIGHUP", reread);
    }
  }

  /** What is wrong with the file leaves everything as it is. */
  #reread(): void {
    try {
      const file = readPoolFile(this.#path, process.env);
      const first = this.#first;
      const kept = Object.keys(FIXED).filter((key) => FIXED[key]?.(file) !== FIXED[key]?.(first));
      if (kept.length > 0) {
        this.#log.warn({ keys: kept }, "changed in the file, but only a new start takes it over");
      }
      this.#file = { ...file, books: first.books };
      this.#log.info("the file is read again");
      this.#again.abort();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log.error({ error: why }, "the file is wrong: all stays as it is");
    }
  }

  /** Does jobs by the file as it is now. */
  async #operate(signal: AbortSignal): Promise<void> {
    const jobs = poolJobs(this.#file, { store: this.#store, program: ownProgram() });
    const operator = new Operator({
      jobs,
      runs: this.#store.runs,
      clock: MACHINE_CLOCK,
      onEvent: (event) => this.#tell(event),
    });
    this.#operator = operator;
    const next = Object.fromEntries(
      [...operator.next].map(([name, ms]) => [
        name,
        ms === null ? null : new Date(ms).toISOString(),
      ]),
    );
    this.#log.info({ next }, "keeping the pool");
    const requests = setInterval(() => this.#takeRequests(operator), REQUESTS_MS);
    try {
      await operator.run(signal);
    } finally {
      clearInterval(requests);
    }
  }

  #takeRequests(operator: Operator): void {
    try {
      for (const job of this.#store.runs.takeRequests()) {
        if (!operator.ask(job)) this.#log.warn({ job }, "asked for, but this pool has no such job");
      }
    } catch (error) {
      // Somebody writes for long: asked again soon. Anything else ends the process by the next run.
      const code = isPoolsimError(error) ? error.code : String(error);
      this.#log.debug({ code }, "could not look for what is asked for");
    }
  }

  #tell(event: OperatorEvent): void {
    if (event.kind === "skipped") {
      this.#log.warn({ job: event.job, due: event.dueMs }, "left out: the run before goes on");
      return;
    }
    const { id, order } = event;
    const { job, trigger, attempt } = order;
    if (event.kind === "begun") {
      this.#log.debug({ run: id, job, trigger, attempt }, "job begins");
      return;
    }
    const { outcome, counts, error } = event;
    const level = outcome === "done" ? "info" : outcome === "stopped" ? "warn" : "error";
    this.#log[level](
      { run: id, job, trigger, attempt, outcome, ...counts, error: error ?? undefined },
      "job ended",
    );
  }
}
