/** Units that were computed before are read, the others computed and kept. */
import pLimit from "p-limit";
import { closedError, type Executor } from "../experiment/executor.js";
import { isKeepable, type UnitKeys } from "./key.js";
import type { ResultStore } from "./result-store.js";

/** How many results are read at a time. */
const READ_AT_A_TIME = 8;

/**
 * @param options.executor computes what is not kept; closed with this one
 * @param options.store closed with this one
 * @param options.seed of the executor
 */
export function keptExecutor(options: {
  readonly executor: Executor;
  readonly store: ResultStore;
  readonly keys: UnitKeys;
  readonly seed: number;
}): Executor {
  const { executor, store, keys, seed } = options;
  const limit = pLimit(READ_AT_A_TIME);
  let isClosed = false;
  return {
    run: async (input, replication, wanted) => {
      if (isClosed) throw closedError();
      if (!isKeepable(input)) return executor.run(input, replication, wanted);
      const key = keys.of({ input, seed, replication });
      const kept = await limit(async () => (isClosed ? undefined : store.read(key)));
      if (isClosed) throw closedError();
      if (kept !== undefined) return kept;
      const result = await executor.run(input, replication, wanted);
      await store.write(key, result);
      return result;
    },
    drop: () => executor.drop?.(),
    close: async () => {
      isClosed = true;
      await executor.close();
      await store.close();
    },
  };
}
