/**
 * What runs of every kind begin with: a scenario that is loaded or a file, threads, what is kept, who else
 * computes, and who wants to know how far it is.
 */
import { checkObject } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import type { Executor } from "../experiment/executor.js";
import { type TimedProgress, withTimeLeft } from "../experiment/pace.js";
import { threadEntry } from "../experiment/threads/thread-entry.js";
import { threadExecutor } from "../experiment/threads/thread-pool.js";
import type { Progress } from "../experiment/workbench.js";
import { loadExtensions } from "../extensions/load-extensions.js";
import type { LoadedScenario } from "../input.js";
import { thisBuild } from "../kept/build.js";
import { keptExecutor } from "../kept/kept-executor.js";
import { UnitKeys } from "../kept/key.js";
import type { ResultStore } from "../kept/result-store.js";
import { loadScenario } from "../scenario/load.js";
import { callingThreadExecutor } from "./calling-thread.js";
import { checkThreads, type SharedThreads } from "./open-threads.js";
import type { UnitQueue } from "./queue/unit-queue.js";

/** Where replications are run. */
export interface ThreadOptions {
  /**
   * Threads to run replications in, 1 … 256. Without a `signal` 1 runs them in the calling thread, in
   * steps of some milliseconds with turns for others in between. The result does not depend on it.
   * @default 1
   */
  readonly threads?: number | undefined;
  /**
   * With one thread: another one than the caller's, which stays free for whatever else it does.
   * @default whether there is a `signal`
   */
  readonly ownThread?: boolean | undefined;
  /**
   * The module that threads run, `poolsim/sim/thread`: for bundles, which have it as an entry of
   * their own. @default the one beside this module; where none is, as in a bundle, the calling
   * thread runs everything
   */
  readonly threadEntry?: URL | undefined;
  /**
   * Threads that several runs share, from `openThreads`, instead of `threads` of this run's own, which
   * end with it. They stay open. @default none are shared
   */
  readonly sharedThreads?: SharedThreads | undefined;
}

/** How one stops it. */
export interface StopOptions {
  /**
   * Stops it, also in the middle of a replication: the promise rejects with the signal's reason at
   * once, threads end, and nothing more begins.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Who else computes. */
export interface QueueOptions {
  /**
   * Replications are computed by the workers at a queue, from `openUnitQueue`. The result does not
   * depend on it. It stays open. @default the threads compute all of them
   */
  readonly queue?: UnitQueue | undefined;
}

/** What is kept for later. */
export interface KeepOptions {
  /**
   * Where results of replications are kept, from `openResultStore`: what any run has computed before
   * is read, the rest computed and kept. The result does not depend on it. Closed with the
   * experiment. In a bundle nothing is kept. @default nothing is kept
   */
  readonly results?: ResultStore | undefined;
}

/** What every run may be told, whatever it is about. */
export interface RunOptions extends ThreadOptions, StopOptions, KeepOptions, QueueOptions {
  /** Seed of all randomness. @default the scenario's */
  readonly seed?: number | undefined;
  /**
   * Files of extensions, relative to the working directory: their code runs here and in threads.
   * Only where the scenario is given as a file; a loaded one has those of `loadScenario`.
   */
  readonly extensions?: readonly string[] | undefined;
  /** Is told of each replication that is finished, and how long the rest takes. */
  readonly onProgress?: ((progress: TimedProgress) => void) | undefined;
}

/** An executor of so many threads. */
export function executorFor(
  threads: number,
  seed: number,
  options: ThreadOptions & StopOptions,
): Executor {
  const { signal, ownThread = signal !== undefined, threadEntry: given, sharedThreads } = options;
  if (sharedThreads !== undefined) return sharedThreads.executor(seed);
  const entry = threads === 1 && !ownThread ? undefined : (given ?? threadEntry());
  return entry === undefined
    ? callingThreadExecutor(seed)
    : threadExecutor({ entry, threads, seed });
}

/** Asks a queue, or runs threads; reads what is kept, and keeps the rest. */
export function keepingExecutorFor(
  threads: number,
  seed: number,
  options: ThreadOptions & StopOptions & KeepOptions & QueueOptions,
): Executor {
  const { queue } = options;
  const local = executorFor(threads, seed, options);
  const executor = queue === undefined ? local : queue.executor(seed, local);
  const { results: store } = options;
  if (store === undefined) return executor;
  const build = thisBuild();
  return build === null
    ? executor
    : keptExecutor({ executor, store, keys: new UnitKeys(build), seed });
}

/**
 * A scenario as it is given: loaded, or as its file.
 *
 * @throws InputError (`OPTION_INVALID`, and what `loadScenario` throws)
 */
async function loadedOf(
  scenario: LoadedScenario | string,
  extensions: readonly string[] | undefined,
): Promise<LoadedScenario> {
  if (typeof scenario === "string") {
    return loadScenario(scenario, { extensions: await loadExtensions(extensions ?? []) });
  }
  checkObject({ scenario });
  checkObject({ "scenario.base": scenario.base });
  if (extensions === undefined || extensions.length === 0) return scenario;
  const text = "extensions: expected a scenario's file; a loaded one has those of loadScenario";
  throw new InputError(text, { code: "OPTION_INVALID" });
}

/** What is told of progress, as whoever does the work tells it. */
type Listening<O> = Omit<O, "onProgress"> & {
  readonly onProgress: ((progress: Progress) => void) | undefined;
};

/**
 * Sets a run up, and does it.
 *
 * @param scenario from `loadScenario`, or a scenario's file
 * @param work closes the executor when it ends, however it does
 * @throws InputError (`OPTION_INVALID`, `EXTENSION`; of a file also what `loadScenario` throws); what
 *   the work throws
 */
export async function setUp<O extends RunOptions, T>(
  scenario: LoadedScenario | string,
  options: O,
  work: (loaded: LoadedScenario, executor: Executor, options: Listening<O>) => Promise<T>,
): Promise<T> {
  checkObject({ options });
  const loaded = await loadedOf(scenario, options.extensions);
  const { threads = 1, seed = loaded.base.scenario.seed } = options;
  checkThreads(threads);
  const onProgress = withTimeLeft(options.onProgress, () => performance.now());
  return work(loaded, keepingExecutorFor(threads, seed, options), { ...options, onProgress });
}
