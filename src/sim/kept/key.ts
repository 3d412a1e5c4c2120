/** The name under which a unit's result is kept: a hash of all that the result depends on. */
import { createHash } from "node:crypto";
import { inputText, type UnitOfWork } from "../experiment/unit.js";
import type { DataFile, SimulationInput } from "../input.js";
import type { Build } from "./build.js";

/** Changes when the same unit would be kept in another form. */
const FORM = 1;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Makes the keys of units that one build computes. */
export class UnitKeys {
  readonly #build: Build;
  readonly #files = new WeakMap<DataFile, string>();
  readonly #inputs = new WeakMap<SimulationInput, string>();

  constructor(build: Build) {
    this.#build = build;
  }

  /**
   * SHA-256, hex, of an input: the effective scenario, the contents of data files and extensions.
   * Names, seeds, and what is asked of the results do not count.
   */
  ofInput(input: SimulationInput): string {
    const known = this.#inputs.get(input);
    if (known !== undefined) return known;
    const { data, extensions = [] } = input;
    const made = sha256(
      JSON.stringify({
        scenario: inputText(input),
        network: this.#ofFile(data.network),
        regions: this.#ofFile(data.regions),
        rtt: this.#ofFile(data.rtt),
        devices: this.#ofFile(data.devices),
        packagedNetwork: this.#ofFile(data.packagedNetwork),
        trace: this.#ofFile(data.trace),
        extensions: extensions.map((one) => one.sha256),
      }),
    );
    this.#inputs.set(input, made);
    return made;
  }

  /** SHA-256, hex, of a unit: of its input, seed and replication, and of the build. */
  of({ input, seed, replication }: UnitOfWork): string {
    const { code, node } = this.#build;
    return sha256(JSON.stringify([FORM, code, node, this.ofInput(input), seed, replication]));
  }

  #ofFile(file: DataFile | undefined): string | null {
    if (file === undefined) return null;
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const made = sha256(file.text);
    this.#files.set(file, made);
    return made;
  }
}

/**
 * Whether a result may be kept: of an extension that imports others' code or reads files, its own
 * hash does not say what it will compute tomorrow.
 */
export function isKeepable({ extensions = [] }: SimulationInput): boolean {
  return extensions.every(({ isAlone }) => isAlone === true);
}
