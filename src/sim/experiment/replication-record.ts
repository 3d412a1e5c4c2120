/**
 * A replication's result as it is kept: a result has thousands of metrics by name, and an
 * experiment up to 10,000 replications, so numbers are kept in arrays and names once.
 */
import type { Admission, ConservationCheck, EventMark, ReplicationResult } from "../results.js";

/** Numbers the names of metrics. The numbers themselves mean nothing. */
export class NameTable {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  /** The number of a name, a new one if need be. */
  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  nameOf(number: number): string {
    return this.#names[number] ?? "";
  }
}

/** One replication. */
export class ReplicationRecord {
  readonly orchestrators: readonly string[];
  readonly workers: readonly string[];
  readonly regions: readonly string[];
  readonly series: Readonly<Record<string, ArrayLike<number>>>;
  readonly seriesBinMs: number;
  readonly conservation: readonly ConservationCheck[];
  readonly imputed: Readonly<Record<string, number>>;
  readonly withoutStreams: string | null;
  readonly admissions: readonly Admission[];
  readonly events: readonly EventMark[];
  readonly aiJobs: readonly string[];
  readonly #table: NameTable;
  /** Values by the names' numbers; NaN where there is none. */
  readonly #values: Float64Array;
  /** Numbers of names in the result's order. */
  readonly #order: Uint32Array;

  /** @param table shared by the records of an experiment */
  constructor(result: ReplicationResult, table: NameTable) {
    this.orchestrators = result.orchestrators;
    this.workers = result.workers;
    this.regions = result.regions;
    this.seriesBinMs = result.seriesBinMs;
    this.conservation = result.conservation;
    this.imputed = result.imputed;
    this.withoutStreams = result.withoutStreams;
    this.admissions = result.admissions;
    this.events = result.events ?? [];
    this.aiJobs = result.aiJobs ?? [];
    this.series = Object.fromEntries(
      Object.entries(result.series).map(([name, values]) => [name, Float64Array.from(values)]),
    );
    const entries = Object.entries(result.metrics);
    this.#table = table;
    this.#order = Uint32Array.from(entries, ([name]) => table.add(name));
    this.#values = new Float64Array(table.size).fill(Number.NaN);
    for (const [index, [, value]] of entries.entries()) {
      this.#values[this.#order[index] ?? 0] = value;
    }
  }

  /** A metric; undefined when it has no value. */
  metric(name: string): number | undefined {
    const value = this.#values[this.#table.numberOf(name) ?? this.#values.length];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** Names of its metrics, in the result's order. */
  *metricNames(): Generator<string> {
    for (const number of this.#order) yield this.#table.nameOf(number);
  }
}
