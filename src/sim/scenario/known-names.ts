/** The names that data files know: regions, devices, orchestrators of the network. */
import type { DataFile, ScenarioData } from "../input.js";
import { parseTrace } from "../model/streams/demand.js";
import { parseDevices } from "../network/devices.js";
import { readNetwork } from "../network/read-network.js";
import { parseRegionList, type RegionList } from "../network/regions.js";
import { packagedData } from "./packaged-data.js";

/** Names that the data files know. */
export interface KnownNames {
  readonly regions: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  /** Gateways that `demand.trace` names. */
  readonly traceGateways: readonly string[];
  /** The network's orchestrators, by their names as results have them. */
  readonly members: readonly {
    readonly name: string;
    readonly address: string;
    readonly stakeLpt: number;
  }[];
  /** Lower-case names and addresses of the network's orchestrators. */
  readonly orchestrators: ReadonlySet<string>;
}

/** Names of one set of data files. Each file is read when a name of it is asked for first. */
class DataNames implements KnownNames {
  readonly data: ScenarioData;
  readonly traceGateways: readonly string[];
  readonly regions: ReadonlySet<string>;
  readonly #regionList: RegionList;
  #devices: ReadonlySet<string> | undefined;
  #members: KnownNames["members"] | undefined;
  #orchestrators: ReadonlySet<string> | undefined;

  /** @throws InputError (`DATA_FILE_INVALID`) when a file that is none of the packaged ones is wrong */
  constructor(data: ScenarioData) {
    this.data = data;
    this.#regionList = parseRegionList(data.regions);
    this.regions = new Set(this.#regionList.regions.map(({ code }) => code));
    this.traceGateways =
      data.trace === undefined ? [] : parseTrace(data.trace).map(({ gateway }) => gateway);
    // What somebody else wrote is checked, whoever asks for its names; the packaged files are right.
    if (!isPackaged(data.network, "network.csv")) void this.members;
    if (!isPackaged(data.devices, "devices.csv")) void this.devices;
  }

  get devices(): ReadonlySet<string> {
    this.#devices ??= new Set(parseDevices(this.data.devices).keys());
    return this.#devices;
  }

  get members(): KnownNames["members"] {
    this.#members ??= readNetwork(this.data, this.#regionList).orchestrators.map(
      ({ name, address, stakeLpt }) => ({
        name: name ?? address,
        address,
        stakeLpt: stakeLpt.toNumber(),
      }),
    );
    return this.#members;
  }

  get orchestrators(): ReadonlySet<string> {
    this.#orchestrators ??= new Set(
      this.members.flatMap(({ name, address }) => [name.toLowerCase(), address.toLowerCase()]),
    );
    return this.#orchestrators;
  }
}

function isPackaged({ text }: DataFile, name: "network.csv" | "devices.csv"): boolean {
  return text === packagedData(name);
}

/** The last data that was read: the variants of a scenario mostly share it. */
let last: DataNames | undefined;

/**
 * The names of a scenario's data files. Files that are none of the packaged ones are checked too.
 *
 * @throws InputError (`DATA_FILE_INVALID`) with a position when a file is no such table
 */
export function knownNames(data: ScenarioData): KnownNames {
  const isSame =
    last?.data.network === data.network &&
    last.data.regions === data.regions &&
    last.data.devices === data.devices &&
    last.data.packagedNetwork === data.packagedNetwork &&
    last.data.trace === data.trace;
  if (last !== undefined && isSame) return last;
  last = new DataNames(data);
  return last;
}
