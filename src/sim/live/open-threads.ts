/** Threads that several runs share. */
import { checkWhole } from "../../core/checks.js";
import type { Executor } from "../experiment/executor.js";
import { threadEntry } from "../experiment/threads/thread-entry.js";
import { sharingExecutor, ThreadPool } from "../experiment/threads/thread-pool.js";
import { callingThreadExecutor } from "./calling-thread.js";

const THREADS_MAX = 256;

/** Threads that are open, from {@link openThreads}. */
export interface SharedThreads {
  /** How many. */
  readonly count: number;
  /** Runs replications in them, for one run. Closing it leaves them open. */
  readonly executor: (seed: number) => Executor;
  /** Ends them, whatever they do. */
  readonly close: () => Promise<void>;
}

/** @throws InputError (`OPTION_INVALID`) */
export function checkThreads(threads: number): void {
  checkWhole({ threads }, [1, THREADS_MAX]);
}

/**
 * Opens threads for several runs, one after the other or at the same time. Each thread makes its code
 * quick once, which takes it about a second; threads of a run's own do that again in each run. They start
 * with the first replication.
 *
 * @param count 1 … 256
 * @param options.threadEntry as runs take it; where there is none, as in a bundle, the calling thread
 *   runs everything
 * @throws InputError (`OPTION_INVALID`)
 */
export function openThreads(
  count: number,
  { threadEntry: given }: { readonly threadEntry?: URL | undefined } = {},
): SharedThreads {
  checkThreads(count);
  const entry = given ?? threadEntry();
  if (entry === undefined) {
    return { count, executor: callingThreadExecutor, close: async () => {} };
  }
  const pool = new ThreadPool({ entry, threads: count });
  return {
    count,
    executor: (seed) => sharingExecutor(pool, { threads: count, seed }),
    close: () => pool.close(),
  };
}
