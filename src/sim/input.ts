/** What a simulation is made from: validated scenarios and the texts of their data files. */
import type { ExtensionFile, ExtensionRecord } from "./extensions/extension.js";
import type { Scenario } from "./scenario/schema.js";

/** A data file: its name for error messages, and its text. */
export interface DataFile {
  /** The file's name in messages. */
  readonly name: string;
  /** All of its text. */
  readonly text: string;
}

/** The data that a scenario refers to, as text: parsed once per thread. */
export interface ScenarioData {
  /** The network file (scenarios/data/network.csv unless the scenario names another). */
  readonly network: DataFile;
  /** The regions table. */
  readonly regions: DataFile;
  /** Round trips between regions. */
  readonly rtt: DataFile;
  /** The packaged network, when `network` is a discovery: whose leaderboard results it takes. */
  readonly packagedNetwork?: DataFile | undefined;
  /** Device models. */
  readonly devices: DataFile;
  /** `demand.trace`, when the scenario has one. */
  readonly trace?: DataFile | undefined;
}

/** One variant of a scenario, ready to run. Plain data: it travels to other threads. */
export interface SimulationInput {
  /** The validated scenario of one variant. */
  readonly scenario: Scenario;
  /** The texts of its data files. */
  readonly data: ScenarioData;
  /** What its scenario may name of, for threads to load. @default none */
  readonly extensions?: readonly ExtensionFile[] | undefined;
  /** What is recorded of single workers, by name: it counts instead of what the scenario says. @default none */
  readonly recorded?: Readonly<Record<string, RecordedWorker>> | undefined;
}

/** What is recorded of a worker. */
export interface RecordedWorker {
  /** Its times, instead of the scenario's. */
  readonly settings: Partial<Scenario["workers"][number]>;
  /** When it is away, in order; ms from the start of the warm-up. */
  readonly absences: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A scenario file with all its variants. */
export interface LoadedScenario {
  /** Base name of the file. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
  /** What was set from outside the file. */
  readonly settings: readonly { readonly path: string; readonly value: unknown }[];
  /** Extensions that it was loaded with. @default none */
  readonly extensions?: readonly ExtensionRecord[] | undefined;
  /**
   * Whether the length of a replication is left to the program: `replications: auto` without `duration`.
   * @default false
   */
  readonly isLengthOpen?: boolean | undefined;
  /** Remarks on what the scenario leaves out and a node would have by default. */
  readonly assumed: readonly string[];
  /** The scenario without any variant's overrides. */
  readonly base: SimulationInput;
  /** In the file's order; one called `base` without overrides when the file has none. */
  readonly variants: readonly { readonly name: string; readonly input: SimulationInput }[];
  /**
   * The scenario of a variant with further settings, validated again.
   *
   * @param variant name of a variant
   * @param settings path and value of each setting
   * @throws InputError when a path does not exist or a value does not fit
   */
  readonly withSettings: (
    variant: string,
    settings: readonly (readonly [path: string, value: unknown])[],
  ) => SimulationInput;
}
