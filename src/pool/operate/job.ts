/** What a pool's process does by itself: a job, and what it is given when it runs. */
import type { JobSpec } from "./schedule.js";

/** What a run did, in numbers, such as `{ recorded: 12 }`. */
export type JobCounts = Readonly<Record<string, number>>;

/** What a run is given. */
export interface JobRun {
  /** Aborts when the run is to stop: it took too long, or the process ends. */
  readonly signal: AbortSignal;
  /** The time, ms since 1970. */
  readonly now: () => number;
  /** Keeps a line in the record of the run. */
  readonly say: (line: string) => void;
}

/** A job: when it is due, and what it does then. */
export interface Job extends JobSpec {
  /** What it does, in a sentence. */
  readonly description: string;
  /**
   * Does it once.
   *
   * @returns what it did
   * @throws whatever made it fail: its message is kept
   */
  readonly run: (run: JobRun) => Promise<JobCounts>;
  /**
   * Watches for something that makes a run worth while, until the signal aborts.
   *
   * @param arrived is called whenever there is
   */
  readonly watch?: ((arrived: () => void, signal: AbortSignal) => Promise<void>) | undefined;
}
