/** Data files of the same text become one object, so that what is parsed from it can be kept. */
import type { DataFile, ScenarioData } from "../input.js";

/** Remembers data files. */
export class DataCache {
  readonly #files: DataFile[] = [];
  readonly #data: ScenarioData[] = [];

  /** How many different data it remembers. */
  get size(): number {
    return this.#data.length;
  }

  #file(file: DataFile): DataFile {
    const known = this.#files.find(({ name, text }) => name === file.name && text === file.text);
    if (known === undefined) this.#files.push(file);
    return known ?? file;
  }

  /** The first data of the same texts that was ever given. */
  intern(data: ScenarioData): ScenarioData {
    const own: ScenarioData = {
      network: this.#file(data.network),
      regions: this.#file(data.regions),
      rtt: this.#file(data.rtt),
      devices: this.#file(data.devices),
      ...(data.packagedNetwork === undefined
        ? {}
        : { packagedNetwork: this.#file(data.packagedNetwork) }),
      ...(data.trace === undefined ? {} : { trace: this.#file(data.trace) }),
    };
    const known = this.#data.find(
      (other) =>
        other.network === own.network &&
        other.regions === own.regions &&
        other.rtt === own.rtt &&
        other.devices === own.devices &&
        other.packagedNetwork === own.packagedNetwork &&
        other.trace === own.trace,
    );
    if (known === undefined) this.#data.push(own);
    return known ?? own;
  }
}
