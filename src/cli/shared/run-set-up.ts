/** What `run`, `advise` and `sweep` set up alike before they compute: threads, what is kept, a queue, progress. */
import type { RunOptions } from "../../sim/live/set-up.js";
import type { CacheFlags } from "./cache-options.js";
import { countingStore } from "./counting-store.js";
import { type ProgressLine, progressLine } from "./progress.js";
import type { QueueFlags } from "./queue-flags.js";
import { openQueueOf, workersText } from "./queue-options.js";
import { resultStoreOf } from "./result-store.js";
import type { Terminal } from "./terminal.js";
import { threadsOf } from "./threads.js";

/** The flags that it depends on. */
export interface SetUpFlags extends CacheFlags, QueueFlags {
  readonly threads?: number;
  readonly quiet: boolean;
}

/** What there is then. */
export interface RunSetUp {
  /** What the library is told of it. */
  readonly options: Pick<RunOptions, "sharedThreads" | "results" | "queue">;
  /** A line of progress, which begins with a prefix. */
  readonly progress: (prefix: string) => ProgressLine;
  /** How many results were found in what is kept, so far. */
  readonly found: () => number;
  /** Ends the threads and leaves the queue. */
  readonly close: () => Promise<void>;
}

/**
 * Sets it up: last of all, as nothing may fail that would leave the queue open.
 *
 * @throws InputError; RemoteError (`QUEUE_UNREACHABLE`)
 */
export async function setUpOf(flags: SetUpFlags, { stderr }: Terminal): Promise<RunSetUp> {
  const { quiet } = flags;
  const threads = threadsOf(flags, process.env);
  const { store, found } = countingStore(resultStoreOf(flags, { stderr, isQuiet: quiet }));
  // Late: it comes with the simulator.
  const { openThreads } = await import("../../sim/live/open-threads.js");
  const { queue, close } = await openQueueOf(flags, { stderr, env: process.env });
  const sharedThreads = openThreads(threads);
  const about = queue && (() => workersText(queue));
  return {
    options: { sharedThreads, results: store, queue },
    progress: (prefix) => progressLine(stderr, { isShown: !quiet, prefix, about }),
    found,
    close: async () => {
      await Promise.all([sharedThreads.close(), close()]);
    },
  };
}
