/**
 * What is said between the experiment and its threads, and the thread's side of it. An input
 * (its data files are about 100 KB of text) is sent once to each thread: a thread that is asked
 * for one it does not know says so, and is sent it with the next task.
 */
import type { DataFile, ScenarioData, SimulationInput } from "../input.js";
import type { ReplicationResult } from "../results.js";
import type { Simulate } from "./executor.js";
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

/** How it went. */
export type ThreadAnswer =
  | { readonly type: "result"; readonly result: ReplicationResult }
  | { readonly type: "inputMissing" }
  | { readonly type: "failure"; readonly error: PlainError };

/** Data files of the same text become one object, so that what is parsed from it can be kept. */
class DataCache {
  readonly #files: DataFile[] = [];
  readonly #data: ScenarioData[] = [];

  #file(file: DataFile): DataFile {
    const known = this.#files.find(({ name, text }) => name === file.name && text === file.text);
    if (known === undefined) this.#files.push(file);
    return known ?? file;
  }

  intern(data: ScenarioData): ScenarioData {
    const own: ScenarioData = {
      network: this.#file(data.network),
      regions: this.#file(data.regions),
      rtt: this.#file(data.rtt),
      devices: this.#file(data.devices),
      ...(data.trace === undefined ? {} : { trace: this.#file(data.trace) }),
    };
    const known = this.#data.find(
      (other) =>
        other.network === own.network &&
        other.regions === own.regions &&
        other.rtt === own.rtt &&
        other.devices === own.devices &&
        other.trace === own.trace,
    );
    if (known === undefined) this.#data.push(own);
    return known ?? own;
  }
}

/**
 * The thread's side.
 *
 * @returns runs a task; never throws
 */
export function taskHandler(simulate: Simulate): (task: ThreadTask) => ThreadAnswer {
  const inputs = new Map<number, SimulationInput>();
  const cache = new DataCache();
  return ({ inputId, input: sent, seed, replication }) => {
    try {
      let input = inputs.get(inputId);
      if (input === undefined) {
        if (sent === null) return { type: "inputMissing" };
        input = { scenario: sent.scenario, data: cache.intern(sent.data) };
        inputs.set(inputId, input);
      }
      return { type: "result", result: simulate(input, { seed, replication }) };
    } catch (error) {
      return { type: "failure", error: toPlainError(error) };
    }
  };
}
