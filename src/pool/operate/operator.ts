/**
 * Runs a pool's jobs when they are due, and keeps the record of it: the shell around
 * {@link Schedule}. A job that fails, whatever it throws, is that job's matter: the others go on.
 */
import { isPoolsimError } from "../../core/errors.js";
import type { RunOutcome, RunStore } from "../books/store/store.js";
import type { Clock } from "./clock.js";
import type { Job, JobCounts } from "./job.js";
import { lastRuns, type RunOrder, Schedule } from "./schedule.js";

/** What happened to a run. */
export type OperatorEvent =
  | { readonly kind: "begun"; readonly id: number; readonly order: RunOrder }
  | {
      readonly kind: "ended";
      readonly id: number;
      readonly order: RunOrder;
      readonly outcome: RunOutcome;
      readonly counts: JobCounts;
      readonly error: string | null;
    }
  | { readonly kind: "skipped"; readonly job: string; readonly dueMs: number };

/** What an operator needs. */
export interface OperatorOptions {
  /** The jobs; each name once. */
  readonly jobs: readonly Job[];
  /** Where runs are recorded. */
  readonly runs: RunStore;
  /** The time. */
  readonly clock: Clock;
  /** Is told of each run. */
  readonly onEvent?: ((event: OperatorEvent) => void) | undefined;
  /** How long runs have for their end when the process is to end, ms. @default 30000 */
  readonly graceMs?: number | undefined;
}

/** Characters kept of what a run said. */
const LOG_MAX = 20_000;
const ERROR_MAX = 2_000;
const RECORD_TRIES = 3;
const OVERLAP = "the run before was still going on";

interface Going {
  readonly id: number;
  readonly order: RunOrder;
  readonly stop: AbortController;
  readonly over: Promise<void>;
  isExpired: boolean;
}

/** What does the jobs of a pool; {@link run} it once. */
export class Operator {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #runs: RunStore;
  readonly #clock: Clock;
  readonly #onEvent: (event: OperatorEvent) => void;
  readonly #graceMs: number;
  readonly #schedule: Schedule;
  readonly #going = new Map<string, Going>();
  /** What ended the process, if that was no signal. */
  #fatal: unknown;
  #wake = new AbortController();

  /**
   * Ends the record of runs that a process before left open.
   *
   * @throws InputError (`JOB_TIMING`) for a timing that is none
   */
  constructor({ jobs, runs, clock, onEvent = () => {}, graceMs = 30_000 }: OperatorOptions) {
    const nowMs = clock.now();
    runs.interrupt(nowMs);
    this.#jobs = new Map(jobs.map((job) => [job.name, job]));
    this.#runs = runs;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#graceMs = graceMs;
    this.#schedule = new Schedule(jobs, lastRuns(runs.last()), nowMs);
  }

  /** When each job begins next, ms since 1970; null: only when it is asked for. */
  get next(): ReadonlyMap<string, number | null> {
    return this.#schedule.next;
  }

  /** Jobs that run now. */
  get running(): readonly string[] {
    return [...this.#going.keys()];
  }

  /**
   * Wants a run of a job now.
   *
   * @returns false where there is no such job
   */
  ask(job: string, trigger: "asked" | "arrival" = "asked"): boolean {
    const isThere = this.#schedule.ask(job, trigger, this.#clock.now());
    this.#wake.abort();
    return isThere;
  }

  /**
   * Does jobs until the signal aborts; then those that go on are stopped, and waited for.
   *
   * @throws what makes going on senseless: the books are not in their place any more
   *   (RemoteError `DATABASE_REPLACED`), or can't be written at all
   */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const all = AbortSignal.any([signal, ended.signal]);
    const watches = [...this.#jobs.values()].map(async ({ name, watch }) => {
      await watch?.(() => this.ask(name, "arrival"), all);
    });
    const watching = Promise.all(watches).catch((error: unknown) => this.#give(error));
    try {
      while (!signal.aborted && this.#fatal === undefined) {
        this.#wake = new AbortController();
        this.#look();
        const wakeMs = this.#schedule.wakeMs ?? Number.MAX_SAFE_INTEGER;
        await this.#clock.wait(wakeMs, AbortSignal.any([signal, this.#wake.signal]));
      }
    } finally {
      ended.abort();
      await this.#stopAll();
      await watching;
    }
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  #look(): void {
    const nowMs = this.#clock.now();
    for (const { job } of this.#schedule.expired(nowMs)) {
      const going = this.#going.get(job);
      if (going === undefined || going.isExpired) continue;
      going.isExpired = true;
      going.stop.abort();
    }
    const { begin, skipped } = this.#schedule.due(nowMs);
    for (const { job, dueMs } of skipped) {
      const run = { job, trigger: "schedule", dueMs, attempt: 1, startedMs: nowMs } as const;
      this.#recording(() => this.#runs.skip(run, OVERLAP));
      this.#onEvent({ kind: "skipped", job, dueMs });
    }
    for (const order of begin) this.#begin(order, nowMs);
  }

  #begin(order: RunOrder, startedMs: number): void {
    const job = this.#jobs.get(order.job);
    if (job === undefined) return;
    const { trigger, dueMs, attempt } = order;
    let id = 0;
    const isRecorded = this.#recording(() => {
      id = this.#runs.begin({ job: job.name, trigger, dueMs, attempt, startedMs });
    });
    if (!isRecorded) return;
    const stop = new AbortController();
    this.#onEvent({ kind: "begun", id, order });
    const over = this.#do(job, { id, order, stop });
    this.#going.set(job.name, { id, order, stop, over, isExpired: false });
  }

  async #do(
    job: Job,
    {
      id,
      order,
      stop,
    }: { readonly id: number; readonly order: RunOrder; readonly stop: AbortController },
  ): Promise<void> {
    const { signal } = stop;
    let log = "";
    const say = (line: string): void => {
      if (log.length < LOG_MAX) log += `${line.slice(0, ERROR_MAX)}\n`;
    };
    let counts: JobCounts = {};
    let error: string | null = null;
    let outcome: RunOutcome = "done";
    // A run begins after the loop has noted it, however soon it ends.
    await Promise.resolve();
    try {
      counts = await job.run({ signal, now: this.#clock.now, say });
    } catch (thrown) {
      const isStopped = signal.aborted;
      const isExpired = this.#going.get(job.name)?.isExpired === true;
      outcome = !isStopped ? "failed" : isExpired ? "timed out" : "stopped";
      error = isExpired ? "it took too long" : messageOf(thrown);
      if (isFatal(thrown)) this.#give(thrown);
    }
    const endedMs = this.#clock.now();
    this.#recording(() => this.#runs.end(id, { endedMs, outcome, counts, error, log }));
    this.#going.delete(job.name);
    this.#schedule.ended(job.name, outcome, endedMs);
    this.#onEvent({ kind: "ended", id, order, outcome, counts, error });
    this.#wake.abort();
  }

  async #stopAll(): Promise<void> {
    const going = [...this.#going.values()];
    for (const { stop } of going) stop.abort();
    const grace = new AbortController();
    // What does not heed its signal is left to the end of the process, and told by the next one.
    await Promise.race([
      Promise.all(going.map(({ over }) => over)),
      this.#clock.wait(this.#clock.now() + this.#graceMs, grace.signal),
    ]);
    grace.abort();
  }

  /** @returns whether it could be recorded; each try waits for who writes at the moment */
  #recording(work: () => void): boolean {
    for (let tries = 1; ; tries++) {
      try {
        work();
        return true;
      } catch (error) {
        const isBusy = isPoolsimError(error) && error.code.startsWith("SQLITE_BUSY");
        if (isBusy && tries < RECORD_TRIES) continue;
        this.#give(error);
        return false;
      }
    }
  }

  #give(error: unknown): void {
    this.#fatal ??= error;
    this.#wake.abort();
  }
}

function isFatal(error: unknown): boolean {
  return isPoolsimError(error) && error.code === "DATABASE_REPLACED";
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, ERROR_MAX);
}
