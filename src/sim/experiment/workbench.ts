/**
 * What an experiment is made with: replications of an input, in their order, each run once
 * however many stages ask for it, and counted for the progress line.
 */
import type { DataFile, SimulationInput } from "../input.js";
import type { ReplicationResult } from "../results.js";
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

/** Runs replications and remembers them. */
export class Workbench {
  readonly #executor: Executor;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #known = new Map<string, Map<number, Promise<ReplicationResult>>>();
  readonly #keys = new WeakMap<SimulationInput, string>();
  readonly #files = new Map<DataFile, number>();
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
    input: SimulationInput,
    { label, from = 0, to }: ReplicationsWanted,
  ): Promise<ReplicationResult[]> {
    const key = this.#key(input);
    const known = this.#known.get(key) ?? new Map<number, Promise<ReplicationResult>>();
    this.#known.set(key, known);
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

  /** The same for inputs that give the same results: what is asked of them does not count. */
  #key(input: SimulationInput): string {
    const cached = this.#keys.get(input);
    if (cached !== undefined) return cached;
    const { orchestrator, ...scenario } = input.scenario;
    const { network, regions, rtt, devices, trace } = input.data;
    const key = JSON.stringify({
      ...scenario,
      orchestrator: orchestrator && {
        ...orchestrator,
        admission: {
          ...orchestrator.admission,
          exclude: [...new Set(orchestrator.admission.exclude)].sort(),
        },
      },
      seed: undefined,
      name: undefined,
      description: undefined,
      replications: undefined,
      variants: undefined,
      decision: undefined,
      expect: undefined,
      data: [network, regions, rtt, devices, trace].map((file) => this.#fileNumber(file)),
    });
    this.#keys.set(input, key);
    return key;
  }

  #fileNumber(file: DataFile | undefined): number {
    if (file === undefined) return -1;
    const number = this.#files.get(file) ?? this.#files.size;
    this.#files.set(file, number);
    return number;
  }
}
