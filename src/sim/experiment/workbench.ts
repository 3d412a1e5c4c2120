/**
 * What an experiment is made with: replications of an input, in their order, each run once
 * however many stages ask for it, and counted for the progress line.
 */
import type { ScenarioData, SimulationInput } from "../input.js";
import { DataCache } from "./data-cache.js";
import type { Executor } from "./executor.js";
import { NameTable, ReplicationRecord } from "./replication-record.js";
import { Samples } from "./samples.js";

/** How far an experiment is. `total` grows as stages find out what they need. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What was finished last, e.g. `peak demand`. */
  readonly label: string;
}

/** What is wanted of an input. */
export interface ReplicationsWanted {
  /** What for. */
  readonly label: string;
  /** How many, from number 0. */
  readonly count: number;
}

/** An input that has been run, or is about to be. */
interface Known {
  readonly input: SimulationInput;
  readonly records: Map<number, Promise<ReplicationRecord>>;
}

/** Runs replications and remembers them. */
export class Workbench {
  readonly #executor: Executor;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #known = new Map<string, Known>();
  readonly #knownInputs = new WeakMap<SimulationInput, Known>();
  readonly #cache = new DataCache();
  readonly #names = new NameTable();
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
  async replicate(wanted: SimulationInput, { label, count }: ReplicationsWanted): Promise<Samples> {
    const { input, records: known } = this.#recall(wanted);
    const records: Promise<ReplicationRecord>[] = [];
    for (let replication = 0; replication < count; replication += 1) {
      const record = known.get(replication) ?? this.#run(input, replication, label);
      known.set(replication, record);
      records.push(record);
    }
    return new Samples(await Promise.all(records));
  }

  async #run(
    input: SimulationInput,
    replication: number,
    label: string,
  ): Promise<ReplicationRecord> {
    this.#total += 1;
    const result = await this.#executor.run(input, replication);
    this.#done += 1;
    this.#onProgress?.({ done: this.#done, total: this.#total, label });
    return new ReplicationRecord(result, this.#names);
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
      records: new Map(),
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
