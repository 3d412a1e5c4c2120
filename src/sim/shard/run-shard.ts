/** Computing a part of what a command needs, and the whole from its parts. */
import { InputError } from "../../core/errors.js";
import type { Executor } from "../experiment/executor.js";
import type { LoadedScenario } from "../input.js";
import { keptExecutor } from "../kept/kept-executor.js";
import { isKeepable, type UnitKeys } from "../kept/key.js";
import type { ResultStore } from "../kept/result-store.js";
import { type Shard, shardExecutor } from "./shard-executor.js";

/**
 * Computes a shard's part of some work, and keeps it.
 *
 * @param work asks for replications, such as `experimentWith`
 * @param options.executor computes; closed at the end
 * @param options.seed of the executor
 * @returns how many units the store has of it
 * @throws InputError (`SHARD_INVALID`) with an extension that imports others' code, of which nothing
 *   is kept; whatever a unit throws; the signal's reason
 */
export async function runShard(
  loaded: LoadedScenario,
  work: (executor: Executor) => Promise<unknown>,
  options: {
    readonly shard: Shard;
    readonly executor: Executor;
    readonly store: ResultStore;
    readonly keys: UnitKeys;
    readonly seed: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number> {
  const { shard, executor: computing, store, keys, seed, signal } = options;
  if (!isKeepable(loaded.base)) {
    await computing.close();
    const text = "an extension imports others' code, so that its results are not kept";
    throw new InputError(`${text}; expected extensions that import nothing, or no --shard`, {
      code: "SHARD_INVALID",
    });
  }
  const kept = keptExecutor({ executor: computing, store, keys, seed });
  const executor = shardExecutor({ executor: kept, shard, keys });
  try {
    await work(executor);
  } catch (error) {
    const failure = executor.failure();
    if (failure !== null && signal?.aborted !== true) throw failure.error;
    if (signal?.aborted === true || !executor.hasGuessed()) throw error;
  }
  return executor.finished();
}

/** A store that reads others' folders too. */
export interface MergedStore extends ResultStore {
  /** Results that lay in none of them. */
  readonly computed: () => number;
}

/**
 * @param folders read, one after the other
 * @param own read first, and written to. @default nothing is kept
 */
export function mergedStore(
  folders: readonly ResultStore[],
  own?: ResultStore | undefined,
): MergedStore {
  let computed = 0;
  return {
    read: async (key) => {
      for (const store of own === undefined ? folders : [own, ...folders]) {
        const result = await store.read(key);
        if (result !== undefined) return result;
      }
      return undefined;
    },
    write: async (key, result) => {
      computed += 1;
      await own?.write(key, result);
    },
    close: async () => {
      for (const store of own === undefined ? folders : [own, ...folders]) await store.close();
    },
    computed: () => computed,
  };
}
