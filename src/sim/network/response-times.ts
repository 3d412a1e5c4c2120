/**
 * How long every orchestrator of the network takes from every region, and how often it answers:
 * measured where the public leaderboard measured it reliably, else predicted from its sites.
 */
import { invariant } from "../../core/errors.js";
import { makeKey, uniform } from "../../core/random.js";
import { inOneGo, type Steps } from "../../core/steps.js";
import type { LeaderboardResult, NetworkOrchestrator } from "./network-file.js";
import type { RegionTable } from "./regions.js";
import type { SiteFit, SiteFitter, SiteObservation } from "./site-fit.js";
import { siteFitter, TRANSFER_RTTS } from "./site-fit.js";

/**
 * Where a round trip comes from: a reliable leaderboard row; the fit of this orchestrator's other
 * regions; or another orchestrator that stands in for one without data.
 */
export type ResponseSource = "measured" | "predicted" | "imputed";

/** Response times of a network, by orchestrator index (the network file's order) and region. */
export interface ResponseTimes {
  readonly regions: RegionTable;
  readonly orchestratorCount: number;
  /** Mean round trip of a 2 s test segment, ms: upload, queue, transcode and download. */
  readonly roundTripMs: (orchestrator: number, region: number) => number;
  readonly source: (orchestrator: number, region: number) => ResponseSource;
  /** Base network round trip to the site that serves the region, ms. */
  readonly rttMs: (orchestrator: number, region: number) => number;
  /**
   * Share of tests answered at all, 0 … 1; lateness is not in it. From a region with a row that is
   * not slow: that row's success rate; else the median of the orchestrator's such rows. 0 for a
   * {@link isSilent} one.
   */
  readonly availability: (orchestrator: number, region: number) => number;
  /**
   * Share of test segments that come back as the leaderboard counts it, lateness included: the
   * measured one, else availability × what lateness leaves.
   */
  readonly successRate: (orchestrator: number, region: number) => number;
  /** Whether the leaderboard has a row, reliable or not. */
  readonly isRowKnown: (orchestrator: number, region: number) => boolean;
  /** Whether it answered no test from any region. */
  readonly isSilent: (orchestrator: number) => boolean;
  /** Likeliest sites, indices into the regions table; the stand-in's when imputed. */
  readonly sites: (orchestrator: number) => readonly number[];
}

/** Options of {@link responseTimes}. */
export interface ResponseTimesOptions {
  /** Seed for the choice of stand-ins. @default 0 */
  readonly seed?: number;
  /** Index of a region whose leaderboard rows are not to be seen, for validation. */
  readonly heldOutRegion?: number;
  /** Multiplies RTTs and what grows with them, for sensitivity. @default 1 */
  readonly rttScale?: number;
  /** Fits orchestrators. @default the one of the regions table */
  readonly fitter?: SiteFitter | undefined;
}

/** From this success rate on a row's round trip is reliable. */
export const RELIABLE_SUCCESS = 0.9;
/** Weight in the fit of a row whose round trip had to be corrected or that has late tests in it. */
const DOUBTFUL_WEIGHT = 0.4;
/** A test of which nothing came back enters the published mean as zero; three tests a day. */
const FAILED_TEST_SHARES = [1 / 3, 2 / 3];
const FAILED_TEST_TOLERANCE = 0.006;
const FAILED_TEST_MAX_MS = 1500;
/** Rows that fail by lateness: some of three tests lost most segments, the mean is still telling. */
const LATE_MIN_SUCCESS = 0.4;
const LATE_MIN_MS = 2300;
/** Rows whose round trip is below this say how often an orchestrator answers at all. */
const UNHURRIED_MS = 1800;
/** Lateness: at this round trip half the tests are late; a late test keeps 3 of 15 segments. */
const LATE_HALF_MS = 2700;
const LATE_LOG_WIDTH = 0.15;
const LATE_LOSS = 0.8;
/** How many orchestrators around the median one can be stand-ins. */
const STAND_INS = 5;
const STAND_IN_PURPOSE = 7;

/**
 * Share of test segments that lateness leaves.
 *
 * @param roundTripMs round trip of a 2 s segment
 * @returns from 1 (fast) down to 0.2
 */
export function unlateShare(roundTripMs: number): number {
  return 1 - LATE_LOSS * lateChance(roundTripMs, LATE_HALF_MS);
}

/** Chance that a row is no longer above {@link RELIABLE_SUCCESS} because of lateness. */
export function lateRowChance(roundTripMs: number): number {
  return lateChance(roundTripMs, LATE_HALF_MS * RELIABLE_SUCCESS);
}

function lateChance(roundTripMs: number, halfMs: number): number {
  return 1 / (1 + Math.exp((Math.log(halfMs) - Math.log(roundTripMs)) / LATE_LOG_WIDTH));
}

function observation({ region, successRate, roundTripMs }: LeaderboardResult): SiteObservation[] {
  if (roundTripMs === null) return [];
  if (successRate >= RELIABLE_SUCCESS) return [{ region, roundTripMs, weight: 1 }];
  if (roundTripMs < FAILED_TEST_MAX_MS) {
    for (const share of FAILED_TEST_SHARES) {
      if (Math.abs(successRate - share) < FAILED_TEST_TOLERANCE) {
        return [{ region, roundTripMs: roundTripMs / share, weight: DOUBTFUL_WEIGHT }];
      }
    }
  }
  return successRate >= LATE_MIN_SUCCESS && roundTripMs > LATE_MIN_MS
    ? [{ region, roundTripMs, weight: DOUBTFUL_WEIGHT }]
    : [];
}

/** What an orchestrator's leaderboard rows say about its sites. */
export function observationsOf(rows: readonly LeaderboardResult[]): SiteObservation[] {
  return rows.flatMap(observation);
}

function paceOf(row: LeaderboardResult, fit: SiteFit): number {
  return Math.max(row.roundTripMs ?? 0, fit.roundTripMs[row.region] ?? 0);
}

/** Median success over the rows that are not slow; over the fastest row when all are. */
function availabilityOf(rows: readonly LeaderboardResult[], fit: SiteFit): number {
  const byPace = [...rows].sort((a, b) => paceOf(a, fit) - paceOf(b, fit));
  const unhurried = byPace.filter((row) => paceOf(row, fit) < UNHURRIED_MS);
  const used = (unhurried.length > 0 ? unhurried : byPace.slice(0, 1))
    .map((row) => row.successRate)
    .sort((a, b) => a - b);
  const low = used[Math.floor((used.length - 1) / 2)] ?? 0;
  const high = used[Math.floor(used.length / 2)] ?? 0;
  return (low + high) / 2;
}

interface Known {
  readonly fit: SiteFit;
  readonly rows: readonly LeaderboardResult[];
  readonly availability: number;
}

function knownOf(rows: readonly LeaderboardResult[], fitter: SiteFitter): Known | null {
  const observations = observationsOf(rows);
  if (observations.length === 0) return null;
  const fit = fitter(observations);
  return { fit, rows, availability: availabilityOf(rows, fit) };
}

/** Of the orchestrators with data, those whose mean log round trip is in the middle. */
function standIns(known: readonly Known[]): Known[] {
  const pace = ({ fit }: Known) => fit.roundTripMs.reduce((sum, ms) => sum + Math.log(ms), 0);
  const paces = new Map(known.map((item) => [item, pace(item)]));
  const sorted = known
    .filter((item) => item.availability >= RELIABLE_SUCCESS)
    .sort((a, b) => (paces.get(a) ?? 0) - (paces.get(b) ?? 0));
  const first = Math.max(0, Math.floor((sorted.length - STAND_INS) / 2));
  return sorted.slice(first, first + STAND_INS);
}

/**
 * The response times of a network. Deterministic; about 3 ms for each orchestrator whose fit is not known.
 *
 * @param network orchestrators of the network file; at least one with usable leaderboard rows
 * @param regions the regions table they were parsed with
 */
export function responseTimes(
  network: readonly NetworkOrchestrator[],
  regions: RegionTable,
  options: ResponseTimesOptions = {},
): ResponseTimes {
  return inOneGo(responseTimesInSteps(network, regions, options));
}

/** The same in steps, one for each orchestrator. */
export function* responseTimesInSteps(
  network: readonly NetworkOrchestrator[],
  regions: RegionTable,
  options: ResponseTimesOptions = {},
): Steps<ResponseTimes> {
  const { seed = 0, heldOutRegion = -1, rttScale = 1, fitter = siteFitter(regions) } = options;
  yield;
  const rowsOf = network.map(({ leaderboard }) =>
    leaderboard.filter((row) => row.region !== heldOutRegion),
  );
  const known: (Known | null)[] = [];
  for (const rows of rowsOf) {
    known.push(knownOf(rows, fitter));
    yield;
  }
  const candidates = standIns(known.filter((item) => item !== null));
  invariant(candidates.length > 0, "some orchestrator has reliable leaderboard rows");
  const regionCount = regions.regions.length;
  const roundTrips = new Float64Array(network.length * regionCount);
  const rtts = new Float64Array(network.length * regionCount);
  const successRates = new Float64Array(network.length * regionCount);
  const sources: ResponseSource[] = new Array(roundTrips.length);
  const availabilities = new Float64Array(roundTrips.length);
  const silent = rowsOf.map(
    (rows) => rows.length > 0 && rows.every(({ successRate }) => successRate === 0),
  );
  const models = network.map((_, orchestrator): Known => {
    const { k0, k1 } = makeKey(seed, orchestrator, STAND_IN_PURPOSE);
    const drawn = candidates[Math.floor(uniform(k0, k1, 0) * candidates.length)];
    const model = known[orchestrator] ?? drawn;
    invariant(model !== undefined, "a draw below 1 hits a candidate");
    return model;
  });
  for (const [orchestrator, { fit, rows, availability }] of models.entries()) {
    const isImputed = known[orchestrator] === null;
    const available = silent[orchestrator] === true ? 0 : availability;
    const measured = new Map(rows.map((row) => [row.region, row]));
    const own = new Map(isImputed ? [] : measured);
    for (let region = 0; region < regionCount; region += 1) {
      const at = orchestrator * regionCount + region;
      const rttMs = fit.rttMs[region] ?? 0;
      const row = measured.get(region);
      const isReliable = row !== undefined && row.successRate >= RELIABLE_SUCCESS;
      const base = (isReliable ? row.roundTripMs : null) ?? fit.roundTripMs[region] ?? 0;
      const roundTripMs = Math.max(1, base + (rttScale - 1) * TRANSFER_RTTS * rttMs);
      roundTrips[at] = roundTripMs;
      rtts[at] = rttMs * rttScale;
      sources[at] = isImputed ? "imputed" : isReliable ? "measured" : "predicted";
      const isHurried = row !== undefined && paceOf(row, fit) >= UNHURRIED_MS;
      availabilities[at] = isHurried ? available : (own.get(region)?.successRate ?? available);
      successRates[at] = own.get(region)?.successRate ?? available * unlateShare(roundTripMs);
    }
  }
  const cell = (orchestrator: number, region: number): number => {
    invariant(orchestrator >= 0 && orchestrator < network.length, "an index into the network");
    invariant(region >= 0 && region < regionCount, "an index into the regions table");
    return orchestrator * regionCount + region;
  };
  return {
    regions,
    orchestratorCount: network.length,
    roundTripMs: (orchestrator, region) => roundTrips[cell(orchestrator, region)] ?? 0,
    source: (orchestrator, region) => sources[cell(orchestrator, region)] ?? "imputed",
    rttMs: (orchestrator, region) => rtts[cell(orchestrator, region)] ?? 0,
    availability: (orchestrator, region) => availabilities[cell(orchestrator, region)] ?? 0,
    successRate: (orchestrator, region) => successRates[cell(orchestrator, region)] ?? 0,
    isRowKnown: (orchestrator, region) =>
      rowsOf[orchestrator]?.some((row) => row.region === region) ?? false,
    isSilent: (orchestrator) => silent[orchestrator] ?? false,
    sites: (orchestrator) => models[orchestrator]?.fit.sites ?? [],
  };
}
