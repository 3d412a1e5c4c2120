/** The names that data files know: regions, devices, orchestrators of the network. */
import type { ScenarioData } from "../input.js";
import { parseTrace } from "../model/streams/demand.js";
import { parseDevices } from "../network/devices.js";
import { readNetwork } from "../network/read-network.js";
import { parseRegionList } from "../network/regions.js";
import type { KnownNames } from "./cross-checks.js";

/** The last data that was read: the variants of a scenario mostly share it. */
let last: { readonly data: ScenarioData; readonly names: KnownNames } | undefined;

/**
 * Reads the names of a scenario's data files, which checks these files too.
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
  if (last !== undefined && isSame) return last.names;
  const regions = parseRegionList(data.regions);
  const { orchestrators } = readNetwork(data, regions);
  const names: KnownNames = {
    regions: new Set(regions.regions.map(({ code }) => code)),
    devices: new Set(parseDevices(data.devices).keys()),
    traceGateways:
      data.trace === undefined ? [] : parseTrace(data.trace).map(({ gateway }) => gateway),
    members: orchestrators.map(({ name, address, stakeLpt }) => ({
      name: name ?? address,
      address,
      stakeLpt: stakeLpt.toNumber(),
    })),
    orchestrators: new Set(
      orchestrators
        .flatMap(({ name, address }) => [name ?? address, address])
        .map((name) => name.toLowerCase()),
    ),
  };
  last = { data, names };
  return names;
}
