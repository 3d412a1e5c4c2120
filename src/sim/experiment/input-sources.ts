/** Where a scenario's input comes from, and from when it is: as scenarios/data/PROVENANCE.md says. */
import type { SimulationInput } from "../input.js";
import { isDiscoveryFile, parseDiscoveryFile } from "../network/discovery-file.js";
import type { InputSource } from "../results.js";
import { type PackagedData, packagedData } from "../scenario/packaged-data.js";

/** Of the packaged files. */
const STAKE = "2026-01-19";
const PRICES = "2026-04";
const RESPONSE_TIMES = "2024-10";
const ROUND_TRIPS = "2018-11";
const DEVICES = "2021-03";
const AI_MODELS = "2026-04";

/**
 * The sources of the input that scenarios do not write themselves.
 *
 * @param imputed shares by kind, as replications have them
 */
export function inputSources(
  { scenario, data }: SimulationInput,
  imputed: Readonly<Record<string, number>>,
): InputSource[] {
  const { network, rtt, devices } = data;
  const isPackaged = (file: { readonly text: string }, name: PackagedData) =>
    file.text === packagedData(name);
  const isOurs = isPackaged(network, "network.csv");
  const discovered = isDiscoveryFile(network.text) ? parseDiscoveryFile(network) : null;
  const day = discovered?.discoveredAt.slice(0, 10) ?? null;
  const of = (what: string, asOf: string | null, key: string): InputSource => ({
    what,
    file: network.name,
    asOf,
    imputed: imputed[key] ?? null,
  });
  const usesDevices = scenario.workers.some(({ device }) => device !== undefined);
  return [
    of("stake", isOurs ? STAKE : day, "stake"),
    of("prices", isOurs ? PRICES : day, "prices"),
    of("response times", isOurs || discovered !== null ? RESPONSE_TIMES : null, "responseTimes"),
    {
      what: "round trips between regions",
      file: rtt.name,
      asOf: isPackaged(rtt, "rtt.csv") ? ROUND_TRIPS : null,
      imputed: null,
    },
    ...((imputed["aiTimes"] ?? 0) > 0
      ? [
          {
            what: "times of AI jobs",
            file: "ai-models.csv",
            asOf: AI_MODELS,
            imputed: imputed["aiTimes"] ?? null,
          },
        ]
      : []),
    ...(usesDevices
      ? [
          {
            what: "devices",
            file: devices.name,
            asOf: isPackaged(devices, "devices.csv") ? DEVICES : null,
            imputed: imputed["devices"] ?? null,
          },
        ]
      : []),
  ];
}
