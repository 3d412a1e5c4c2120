/** A store of results that counts what is read from it: who times a run wants to know what was computed. */
import type { ResultStore } from "../../sim/kept/result-store.js";

/** The store, and how many results were found in it so far. */
export interface CountingStore {
  readonly store: ResultStore | undefined;
  readonly found: () => number;
}

/** @param kept undefined: nothing is kept */
export function countingStore(kept: ResultStore | undefined): CountingStore {
  let count = 0;
  const store = kept && {
    ...kept,
    read: async (key: string) => {
      const result = await kept.read(key);
      if (result !== undefined) count += 1;
      return result;
    },
  };
  return { store, found: () => count };
}
