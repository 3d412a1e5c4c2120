/**
 * What an experiment is made with: replications of an input, in their order, each run once
 * however many stages ask for it, and counted for the progress line.
 */
import type { ScenarioData, SimulationInput } from "../input.js";
import type { ReplicationResult } from "../results.js";
import { DataCache } from "./data-cache.js";
import type { Executor } from "./executor.js";

/** How far an experiment is. `total` grows as stages find out what they need. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What was finished last, e.g. `peak demand`. */
  readonly label: string;
}

/** Which replications of an input. */
export interface ReplicationsWanted {
  /** What for. */
  readonly label: string;
  /** @default 0 */
  readonly from?: number;
  /** The first that is not wanted any more. */
  readonly to: number;
}

/** An input that has been run, or is about to be. */
interface Known {
  readonly input: SimulationInput;
  readonly results: Map<number, Promise<ReplicationResult>>;
}

/** Runs replications and remembers them. */
export class Workbench {
  readonly #executor: Executor;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #known = new Map<string, Known>();
  readonly #knownInputs = new WeakMap<SimulationInput, Known>();
  readonly #cache = new DataCache();
  readonly #dataNumbers = new Map<ScenarioData, number>();
  #done = 0;
  #total = 0;

  constructor(executor: Executor, onProgress?: ((progress: Progress) => void) | undefined) {
    this.#executor = executor;
    this.#onProgress = onProgress;
  }

  /**
   * Runs replications of an input, those that ran before excepted.
   *
   * @returns in the order of their numbers, whatever order they end in
   */
  replicate(
    wanted: SimulationInput,
    { label, from = 0, to }: ReplicationsWanted,
  ): Promise<ReplicationResult[]> {
    const { input, results: known } = this.#recall(wanted);
    const results: Promise<ReplicationResult>[] = [];
    for (let replication = from; replication < to; replication += 1) {
      const result = known.get(replication) ?? this.#run(input, replication, label);
      known.set(replication, result);
      results.push(result);
    }
    return Promise.all(results);
  }

  async #run(
    input: SimulationInput,
    replication: number,
    label: string,
  ): Promise<ReplicationResult> {
    this.#total += 1;
    const result = await this.#executor.run(input, replication);
    this.#done += 1;
    this.#onProgress?.({ done: this.#done, total: this.#total, label });
    return result;
  }

  #recall(input: SimulationInput): Known {
    const recalled = this.#knownInputs.get(input);
    if (recalled !== undefined) return recalled;
    const data = this.#cache.intern(input.data);
    const number = this.#dataNumbers.get(data) ?? this.#dataNumbers.size;
    this.#dataNumbers.set(data, number);
    const key = `${number} ${keyOf(input)}`;
    const known = this.#known.get(key) ?? {
      input: { scenario: input.scenario, data },
      results: new Map(),
    };
    this.#known.set(key, known);
    this.#knownInputs.set(input, known);
    return known;
  }
}

/** The same text for scenarios that give the same results: what is asked of them does not count. */
function keyOf({ scenario }: SimulationInput): string {
  const { orchestrator, ...rest } = scenario;
  const exclude = [...new Set(orchestrator?.admission.exclude)].sort();
  return JSON.stringify({
    ...rest,
    orchestrator: orchestrator && {
      ...orchestrator,
      admission: { ...orchestrator.admission, exclude },
    },
    seed: undefined,
    name: undefined,
    description: undefined,
    replications: undefined,
    variants: undefined,
    decision: undefined,
    expect: undefined,
  });
}
