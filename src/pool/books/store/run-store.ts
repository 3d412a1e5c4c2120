/** The record of what a pool's process did by itself: one row for each run of a job. */

/** Why a run began. */
export type RunTrigger = (typeof RUN_TRIGGERS)[number];
export const RUN_TRIGGERS = ["schedule", "missed", "asked", "arrival", "retry"] as const;

/** How a run ended; `interrupted`: the process died, `skipped`: it did not begin at all. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number];
export const RUN_OUTCOMES = [
  "done",
  "failed",
  "timed out",
  "stopped",
  "interrupted",
  "skipped",
] as const;

/** A run of a job. */
export interface RunRow {
  /** Its number, in the order in which runs began. */
  readonly id: number;
  /** The job, such as `close-round`. */
  readonly job: string;
  /** Why it began. */
  readonly trigger: RunTrigger;
  /** When it was due, ms since 1970. */
  readonly dueMs: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** When it began, ms since 1970. */
  readonly startedMs: number;
  /** When it ended, ms since 1970; null: it goes on. */
  readonly endedMs: number | null;
  /** How it ended; null: it goes on. */
  readonly outcome: RunOutcome | null;
  /** What it did, in numbers, such as `{ recorded: 12 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What went wrong, in words; null: nothing. */
  readonly error: string | null;
  /** What it said, a line each. */
  readonly log: string;
}

/** A run that begins. */
export type BegunRun = Pick<RunRow, "job" | "trigger" | "dueMs" | "attempt" | "startedMs">;
/** How one ended. */
export type EndedRun = Pick<RunRow, "counts" | "error" | "log"> & {
  /** When it ended, ms since 1970. */
  readonly endedMs: number;
  /** How it ended. */
  readonly outcome: RunOutcome;
};

/** Runs, newest first. */
export interface RunQuery {
  /** Of this job only. @default all */
  readonly job?: string | undefined;
  /** At most so many. @default 50 */
  readonly limit?: number | undefined;
}

/** Runs of jobs. They are no part of what the books say: `verify` does not look at them. */
export interface RunStore {
  /**
   * Records that a run begins.
   *
   * @returns its number
   */
  begin(run: BegunRun): number;
  /** A run that goes on has ended; nothing happens to one that has. */
  end(id: number, end: EndedRun): void;
  /** Records a run that did not begin, and why. */
  skip(run: BegunRun, error: string): void;
  /**
   * Ends what a process that died left open.
   *
   * @returns how many there were
   */
  interrupt(atMs: number): number;
  /** The newest run of each job, of those that began. */
  last(): readonly RunRow[];
  /** Runs, newest first. */
  list(query?: RunQuery): readonly RunRow[];
  /** Wants a run of a job, of whatever process does the jobs; wanted twice is wanted once. */
  request(job: string, atMs: number): void;
  /** The jobs that are wanted, each told once. */
  takeRequests(): readonly string[];
  /**
   * Forgets runs that ended before an instant, but never a job's newest.
   *
   * @returns how many
   */
  prune(beforeMs: number): number;
}
