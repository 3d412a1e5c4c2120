/**
 * What is said between the experiment and its threads, and the thread's side of it. An input
 * (its data files are about 100 KB of text) is sent once to each thread: a thread that is asked
 * for one it does not know says so, and is sent it with the next task.
 */
import { LRUCache } from "lru-cache";
import type { SimulationInput } from "../../input.js";
import type { ReplicationResult } from "../../results.js";
import { DataCache } from "../data-cache.js";
import type { Simulate } from "../executor.js";
import { type PlainError, toPlainError } from "./plain-error.js";

/** One replication to run. */
export interface ThreadTask {
  /** Names the input: the same number always means the same input. */
  readonly inputId: number;
  /** `null`: the thread is thought to know it. */
  readonly input: SimulationInput | null;
  readonly seed: number;
  readonly replication: number;
}

/** A thread remembers so many inputs, and so many sets of data files: it may live for weeks. */
const INPUTS_MAX = 2000;
const DATA_MAX = 30;

/** How it went. */
export type ThreadAnswer =
  | { readonly type: "result"; readonly result: ReplicationResult }
  | { readonly type: "inputMissing" }
  | { readonly type: "failure"; readonly error: PlainError };

/**
 * The thread's side.
 *
 * @returns runs a task; never throws
 */
export function taskHandler(simulate: Simulate): (task: ThreadTask) => ThreadAnswer {
  const inputs = new LRUCache<number, SimulationInput>({ max: INPUTS_MAX });
  let cache = new DataCache();
  return ({ inputId, input: sent, seed, replication }) => {
    try {
      let input = inputs.get(inputId);
      if (input === undefined) {
        if (sent === null) return { type: "inputMissing" };
        if (cache.size >= DATA_MAX) cache = new DataCache();
        input = { scenario: sent.scenario, data: cache.intern(sent.data) };
        inputs.set(inputId, input);
      }
      return { type: "result", result: simulate(input, { seed, replication }) };
    } catch (error) {
      return { type: "failure", error: toPlainError(error) };
    }
  };
}
