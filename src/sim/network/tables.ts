/** The data files of a scenario as tables by region code, the form in which the model uses them. */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import { inOneGo, type Steps } from "../../core/steps.js";
import type { Device } from "./devices.js";
import { parseDevices } from "./devices.js";
import { knownFitter } from "./known-fits.js";
import type { ImputedField } from "./network-file.js";
import type { WeightedPoint } from "./quantiles.js";
import { weightedQuantile } from "./quantiles.js";
import { readNetwork } from "./read-network.js";
import type { DataText, RegionTable } from "./regions.js";
import { parseRegions } from "./regions.js";
import type { ResponseSource, ResponseTimes } from "./response-times.js";
import { RELIABLE_SUCCESS, responseTimesInSteps } from "./response-times.js";
import { TRANSFER_RTTS } from "./site-fit.js";

/** Texts of the data files. */
export interface NetworkData {
  readonly network: DataText;
  /** The packaged network, where the network file is a discovery. */
  readonly packagedNetwork?: DataText | undefined;
  readonly regions: DataText;
  readonly rtt: DataText;
  readonly devices: DataText;
}

/** An orchestrator of the network with its times by region code. */
export interface NetworkMember {
  /** ENS name, or the address. */
  readonly name: string;
  readonly address: string;
  readonly serviceUri: string;
  readonly stakeLpt: number;
  /** Wei per pixel. */
  readonly price: Rational;
  /** Empty when not known. */
  readonly version: string;
  /** The region of the likeliest site; of several, the one that serves most regions. */
  readonly region: string;
  readonly imputed: ReadonlySet<ImputedField>;
  /** Whether the leaderboard tested it and nothing ever came back. */
  readonly isSilent: boolean;
  /** Mean round trip of a 2 s segment, ms. */
  readonly roundTripMs: (region: string) => number;
  readonly source: (region: string) => ResponseSource;
  /** Base RTT to the site that serves the region, ms. */
  readonly rttMs: (region: string) => number;
  /** The part of {@link roundTripMs} that grows with RTTs, ms. */
  readonly distanceMs: (region: string) => number;
  /** Share of tests answered at all: what sets up and down times. Lateness is not in it. */
  readonly availability: (region: string) => number;
  /** Share of test segments that came back, or are predicted to, lateness included. */
  readonly successRate: (region: string) => number;
}

/** What {@link NetworkTables.gatewaySideMs} needs. */
export interface GatewaySideQuery {
  /** Where the gateway is. */
  readonly region: string;
  /** Where the pool's node is. */
  readonly nodeRegion: string;
  /** Name or address of the orchestrator that it resembles. @default the network's median */
  readonly lookAlike?: string | undefined;
  /** What of the round trip good workers need, ms. @default 0 */
  readonly workersRoundTripMs?: number | undefined;
  /** Multiplies RTTs and what grows with them. @default 1 */
  readonly rttScale?: number | undefined;
}

/** The network, regions and devices. */
export interface NetworkTables {
  readonly network: readonly NetworkMember[];
  readonly regions: RegionTable;
  readonly times: ResponseTimes;
  readonly devices: ReadonlyMap<string, Device>;
  /**
   * Base RTT between two regions, ms.
   * @throws InputError (`REGION_UNKNOWN`)
   */
  readonly rttMs: (from: string, to: string) => number;
  /**
   * The part of a pool's round trip that its workers do not cause, measured with the same
   * yardstick as its rivals: the round trip of the look-alike from the gateway's region, or else
   * the median of the network (its constant, and the RTT to where the node is), less what good
   * workers need. Never below 0.
   * @throws InputError (`REGION_UNKNOWN`, `LOOK_ALIKE_UNKNOWN`)
   */
  readonly gatewaySideMs: (query: GatewaySideQuery) => number;
}

function mainSite(sites: readonly number[], regions: RegionTable): number {
  const size = regions.regions.length;
  const served = sites.map(() => 0);
  for (let region = 0; region < size; region += 1) {
    const rtts = sites.map((site) => regions.rttMs[region * size + site] ?? 0);
    const nearest = rtts.indexOf(Math.min(...rtts));
    served[nearest] = (served[nearest] ?? 0) + 1;
  }
  return sites[served.indexOf(Math.max(...served))] ?? 0;
}

/** Median over orchestrators of the round trip from a region, less what its RTT accounts for. */
function medianConstantMs(times: ResponseTimes, region: number): number {
  const points: WeightedPoint[] = [];
  for (let orchestrator = 0; orchestrator < times.orchestratorCount; orchestrator += 1) {
    if (times.source(orchestrator, region) === "imputed") continue;
    if (times.availability(orchestrator, region) < RELIABLE_SUCCESS) continue;
    const distanceMs = TRANSFER_RTTS * times.rttMs(orchestrator, region);
    points.push({ value: times.roundTripMs(orchestrator, region) - distanceMs, weight: 1 });
  }
  return points.length === 0 ? 0 : weightedQuantile(points, 0.5);
}

/**
 * Parses a scenario's data files and fits the response times: about 0.3 s for 100 orchestrators
 * other than the packaged ones, whose fits are known.
 *
 * @param data texts of the files
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function networkTables(data: NetworkData): NetworkTables {
  return inOneGo(networkTablesInSteps(data));
}

/** The same in steps, one for each orchestrator. */
export function* networkTablesInSteps(data: NetworkData): Steps<NetworkTables> {
  const regions = parseRegions(data.regions, data.rtt);
  const size = regions.regions.length;
  yield;
  const { orchestrators, references } = readNetwork(data, regions);
  yield;
  const options = { fitter: knownFitter(regions, data) };
  const times = yield* responseTimesInSteps([...orchestrators, ...references], regions, options);
  const index = (code: string): number => {
    const found = regions.indexOf(code);
    if (found === undefined) {
      const known = regions.regions.map((region) => region.code).join(", ");
      throw new InputError(`unknown region "${code}", expected one of ${known}`, {
        code: "REGION_UNKNOWN",
      });
    }
    return found;
  };
  const rttMs = (from: string, to: string) => regions.rttMs[index(from) * size + index(to)] ?? 0;
  const network = orchestrators.map((row, orchestrator): NetworkMember => {
    const memberRttMs = (region: string) => times.rttMs(orchestrator, index(region));
    return {
      name: row.name ?? row.address,
      address: row.address,
      serviceUri: row.serviceUri,
      stakeLpt: row.stakeLpt.toNumber(),
      price: Rational.of(row.pricePerUnit, row.pixelsPerUnit),
      version: row.version ?? "",
      region: regions.regions[mainSite(times.sites(orchestrator), regions)]?.code ?? "",
      imputed: row.imputed,
      isSilent: times.isSilent(orchestrator),
      roundTripMs: (region) => times.roundTripMs(orchestrator, index(region)),
      source: (region) => times.source(orchestrator, index(region)),
      rttMs: memberRttMs,
      distanceMs: (region) => TRANSFER_RTTS * memberRttMs(region),
      availability: (region) => times.availability(orchestrator, index(region)),
      successRate: (region) => times.successRate(orchestrator, index(region)),
    };
  });
  const lookAlikeMs = (lookAlike: string, region: string, rttScale: number): number => {
    const wanted = lookAlike.toLowerCase();
    const found = network.find(
      ({ name, address }) => name.toLowerCase() === wanted || address === wanted,
    );
    if (found === undefined) {
      throw new InputError(`lookAlike "${lookAlike}" is no orchestrator of the network file`, {
        code: "LOOK_ALIKE_UNKNOWN",
      });
    }
    return found.roundTripMs(region) + (rttScale - 1) * found.distanceMs(region);
  };
  return {
    network,
    regions,
    times,
    devices: parseDevices(data.devices),
    rttMs,
    gatewaySideMs: ({ region, nodeRegion, lookAlike, workersRoundTripMs = 0, rttScale = 1 }) => {
      const roundTripMs =
        lookAlike === undefined
          ? medianConstantMs(times, index(region)) +
            rttScale * TRANSFER_RTTS * rttMs(region, nodeRegion)
          : lookAlikeMs(lookAlike, region, rttScale);
      return Math.max(0, roundTripMs - workersRoundTripMs);
    },
  };
}
