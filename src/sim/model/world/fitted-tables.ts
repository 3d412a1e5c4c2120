/**
 * The tables of data files, made once for the same texts: reading them and fitting the response times
 * takes as long as a short run, and scenarios that are loaded anew have the same files mostly.
 */
import type { Steps } from "../../../core/steps.js";
import type { ScenarioData } from "../../input.js";
import { type NetworkTables, networkTablesInSteps } from "../../network/tables.js";

/** So many sets of files are remembered; a process may live for weeks. */
const KNOWN_MAX = 8;

/** What was used last comes first. */
const known: { readonly data: ScenarioData; readonly tables: NetworkTables }[] = [];

/** Traces apart, which tables say nothing of. */
function isSame(one: ScenarioData, other: ScenarioData): boolean {
  return (
    one.network.text === other.network.text &&
    one.packagedNetwork?.text === other.packagedNetwork?.text &&
    one.regions.text === other.regions.text &&
    one.rtt.text === other.rtt.text &&
    one.devices.text === other.devices.text
  );
}

/**
 * The tables of a scenario's data files: a pure function of their texts.
 *
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function* fittedTables(data: ScenarioData): Steps<NetworkTables> {
  const place = () => known.findIndex((one) => isSame(one.data, data));
  let found = known[place()];
  if (found === undefined) found = { data, tables: yield* networkTablesInSteps(data) };
  // Others may have had their turn between the steps.
  const at = place();
  if (at !== 0) {
    if (at > 0) known.splice(at, 1);
    known.unshift(found);
    known.length = Math.min(known.length, KNOWN_MAX);
  }
  return found.tables;
}
