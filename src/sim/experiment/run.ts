/** The experiment as users run it: the simulator, in as many threads as they allow. */
import { InputError } from "../../core/errors.js";
import { loadExtensions } from "../extensions/load-extensions.js";
import type { LoadedScenario } from "../input.js";
import { thisBuild } from "../kept/build.js";
import { keptExecutor } from "../kept/kept-executor.js";
import { UnitKeys } from "../kept/key.js";
import type { ResultStore } from "../kept/result-store.js";
import type { UnitQueue } from "../queue/unit-queue.js";
import type { ScenarioResult } from "../results.js";
import { loadScenario } from "../scenario/load.js";
import { simulate } from "../simulate.js";
import { type Executor, inlineExecutor } from "./executor.js";
import { type ExperimentOptions, experimentWith } from "./experiment.js";
import { threadEntry } from "./thread-entry.js";
import { threadExecutor } from "./thread-pool.js";

const THREADS_MAX = 256;

/** Where replications are run. */
export interface ThreadOptions {
  /**
   * Threads to run replications in, 1 … 256. Without a `signal` 1 runs them in the calling thread,
   * which has its turn between two of them. The result does not depend on it. @default 1
   */
  readonly threads?: number | undefined;
  /**
   * With one thread: another one than the caller's, which stays free for whatever else it does.
   * @default whether there is a `signal`, which a thread that simulates would not hear
   */
  readonly ownThread?: boolean | undefined;
  /**
   * The module that threads run, `poolsim/sim/thread`: for bundles, which have it as an entry of
   * their own. @default the one beside this module; where none is, as in a bundle, the calling
   * thread runs everything
   */
  readonly threadEntry?: URL | undefined;
}

/** How one stops it. */
export interface StopOptions {
  /**
   * Stops it, also in the middle of a replication: threads end, and the promise rejects with the
   * signal's reason.
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

/** How an experiment is run: threads, progress, and whatever an experiment is told. */
export interface RunExperimentOptions
  extends ExperimentOptions,
    ThreadOptions,
    KeepOptions,
    QueueOptions {
  /**
   * Stops the experiment: threads end, the promise rejects with the signal's reason, or gives what
   * there is (`partial`).
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Files of extensions, relative to the working directory: their code runs here and in threads.
   * Only where the scenario is given as a file; a loaded one has those of `loadScenario`.
   */
  readonly extensions?: readonly string[] | undefined;
}

/** An executor of so many threads. */
export function executorFor(
  threads: number,
  seed: number,
  { signal, ownThread = signal !== undefined, threadEntry: given }: ThreadOptions & StopOptions,
): Executor {
  const entry = threads === 1 && !ownThread ? undefined : (given ?? threadEntry());
  return entry === undefined
    ? inlineExecutor({ simulate, seed })
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
export async function loadedOf(
  scenario: LoadedScenario | string,
  extensions: readonly string[] | undefined,
): Promise<LoadedScenario> {
  if (typeof scenario === "string") {
    return loadScenario(scenario, { extensions: await loadExtensions(extensions ?? []) });
  }
  if (extensions === undefined || extensions.length === 0) return scenario;
  const text = "extensions: expected a scenario's file; a loaded one has those of loadScenario";
  throw new InputError(text, { code: "OPTION_INVALID" });
}

/**
 * Runs a scenario: all variants, the verdict, the sensitivity block, the expectations.
 *
 * @param scenario from `loadScenario`, or a scenario's file
 * @param options what the scenario does not say
 * @returns the result, ready for JSON: the same for the same scenario, seed and version
 * @throws InputError (`OPTION_INVALID`, `EXTENSION`, or the model's own; of a
 *   file also what `loadScenario` throws)
 * @throws the signal's reason when it aborts
 */
export async function runExperiment(
  scenario: LoadedScenario | string,
  options: RunExperimentOptions = {},
): Promise<ScenarioResult> {
  const loaded = await loadedOf(scenario, options.extensions);
  const { threads = 1, seed = loaded.base.scenario.seed } = options;
  checkThreads(threads);
  return experimentWith(loaded, keepingExecutorFor(threads, seed, options), options);
}

/** @throws InputError (`OPTION_INVALID`) */
export function checkThreads(threads: number): void {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > THREADS_MAX) {
    const found = `threads: found ${threads}, expected a whole number from 1 to ${THREADS_MAX}`;
    throw new InputError(found, { code: "OPTION_INVALID" });
  }
}
