/**
 * What an experiment is made with: replications of an input, in their order, each run once
 * however many stages ask for it, and counted for the progress line.
 */
import type { ScenarioData, SimulationInput } from "../input.js";
import { DataCache } from "./data-cache.js";
import { droppedError, type Executor } from "./executor.js";
import { NameTable, ReplicationRecord } from "./replication-record.js";
import { Samples } from "./samples.js";
import { inputText } from "./unit.js";
import { Waiting } from "./waiting.js";

/** How far an experiment is. `total` grows as stages find out what they need. */
export interface Progress {
  /** Replications that are finished. */
  readonly done: number;
  /** Replications that are planned so far; it may grow. */
  readonly total: number;
  /** What was finished last, e.g. `peak demand`. */
  readonly label: string;
}

/** What is wanted of an input. */
export interface ReplicationsWanted {
  /** What for. */
  readonly label: string;
  /** How many. */
  readonly count: number;
  /** Number of the first: others are independent of those before. @default 0 */
  readonly from?: number | undefined;
  /** What else there is to run depends on them: each shard runs them. @default false */
  readonly isForAll?: boolean | undefined;
}

/** An input that has been run, or is about to be. */
interface Known {
  readonly input: SimulationInput;
  readonly records: Map<number, Promise<ReplicationRecord>>;
  /** Those of them that are over. */
  readonly finished: Map<number, ReplicationRecord>;
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
  readonly #waiting = new Waiting();
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
  async replicate(wanted: SimulationInput, options: ReplicationsWanted): Promise<Samples> {
    const [samples] = await this.replicateAll([wanted], options);
    return samples ?? new Samples([]);
  }

  /**
   * The same of several inputs, replication by replication, so that all have about as many at any
   * time.
   *
   * @returns in the order of the inputs
   */
  async replicateAll(
    wanted: readonly SimulationInput[],
    replications: ReplicationsWanted,
  ): Promise<readonly Samples[]> {
    const { count, from = 0 } = replications;
    const all = wanted.map((input) => this.#recall(input));
    const records: Promise<ReplicationRecord>[][] = all.map(() => []);
    for (let replication = from; replication < from + count; replication += 1) {
      for (const [index, known] of all.entries()) {
        const record =
          known.records.get(replication) ?? this.#run(known, replication, replications);
        known.records.set(replication, record);
        records[index]?.push(record);
      }
    }
    const found = await Promise.all(records.map((own) => Promise.all(own)));
    return found.map((own) => new Samples(own));
  }

  /**
   * Gives up all replications that are waited for: who waits for one is told so, and what has not begun
   * is not run. Those that are finished stay known.
   */
  abandon(): void {
    for (const { records, finished } of this.#known.values()) {
      for (const replication of [...records.keys()]) {
        if (!finished.has(replication)) records.delete(replication);
      }
    }
    this.#total = this.#done;
    this.#waiting.giveUp(droppedError());
    this.#executor.drop?.();
  }

  /** Replications of an input that are over, from number 0 to the first that is not. */
  finished(wanted: SimulationInput): readonly ReplicationRecord[] {
    const { finished } = this.#recall(wanted);
    const found: ReplicationRecord[] = [];
    for (;;) {
      const record = finished.get(found.length);
      if (record === undefined) return found;
      found.push(record);
    }
  }

  async #run(
    known: Known,
    replication: number,
    { label, isForAll }: ReplicationsWanted,
  ): Promise<ReplicationRecord> {
    this.#total += 1;
    const run = this.#executor.run(known.input, replication, { isForAll });
    const result = await this.#waiting.until(run);
    this.#done += 1;
    this.#onProgress?.({ done: this.#done, total: this.#total, label });
    const record = new ReplicationRecord(result, this.#names);
    known.finished.set(replication, record);
    return record;
  }

  #recall(input: SimulationInput): Known {
    const recalled = this.#knownInputs.get(input);
    if (recalled !== undefined) return recalled;
    const data = this.#cache.intern(input.data);
    const number = this.#dataNumbers.get(data) ?? this.#dataNumbers.size;
    this.#dataNumbers.set(data, number);
    const key = `${number} ${inputText(input)}`;
    const known = this.#known.get(key) ?? {
      input: { ...input, data },
      records: new Map(),
      finished: new Map(),
    };
    this.#known.set(key, known);
    this.#knownInputs.set(input, known);
    return known;
  }
}
