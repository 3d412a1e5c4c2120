/**
 * Where an orchestrator's sites are, inferred from its round trips. Many orchestrators answer from
 * several sites, so one location does not explain them: every set of one to three cities is tried
 * with a grid of constants, and each gets the weight that the data leave it. Predictions are
 * medians over all of them; no set is picked, and no region has a constant of its own.
 *
 *     round trip(region) = constant + TRANSFER_RTTS × RTT(region, nearest site)
 */
import { invariant } from "../../core/errors.js";
import type { WeightedPoint } from "./quantiles.js";
import { weightedQuantile } from "./quantiles.js";
import type { RegionTable } from "./regions.js";

/** Round trips a segment's way up and down takes, least error in leave-one-region-out tests. */
export const TRANSFER_RTTS = 9.5;

/** Spread of log residuals, and degrees of freedom of their Student distribution. */
const SIGMA = 0.15;
const NU = 4;
/** Log prior odds against each further site. */
const SITE_PENALTY = 2;
/**
 * Constants tried, ms, and how strongly those far from the usual one are held against: weakly.
 * Published 5th percentiles of regions with many orchestrators nearby reach down to 190 ms; the
 * smallest constants lie well below what that leaves (2 ms × TRANSFER_RTTS less), so that none is
 * picked because the grid ends there.
 */
const CONSTANTS_MS = [120, 150, 180, 210, 240, 270, 310, 350, 420, 500, 650, 850, 1100, 1500, 2200];
const USUAL_CONSTANT_MS = 350;
const CONSTANT_PENALTY = 0.5;
/** Log weight below the best at which a hypothesis is dropped. */
const NEGLIGIBLE = 7;
/** What was measured of one orchestrator from one region. */
export interface SiteObservation {
  /** Index into the regions table. */
  readonly region: number;
  readonly roundTripMs: number;
  /** 1 for a reliable one, less for others, above 0. */
  readonly weight: number;
}

/** What the observations say about one orchestrator. */
export interface SiteFit {
  /** Likeliest round trip from each region (posterior median), ms. */
  readonly roundTripMs: Float64Array;
  /** RTT from each region to the nearest site (posterior mean), ms. */
  readonly rttMs: Float64Array;
  /** The single likeliest set of sites, indices into the regions table. */
  readonly sites: readonly number[];
  /** Its constant, ms. */
  readonly constantMs: number;
}

/** Fits orchestrators, one after another; made once per regions table. */
export type SiteFitter = (observations: readonly SiteObservation[]) => SiteFit;

/** A set of sites and a constant, and the log of the weight that the data leave them. */
interface Hypothesis {
  /** Index into the sets of sites. */
  readonly set: number;
  /** Index into {@link CONSTANTS_MS}. */
  readonly constant: number;
  readonly logWeight: number;
}

/** All sets of one to three of `size` cities, the smaller sets first. */
function siteSets(size: number): { sets: number[][]; tripleStart: number } {
  const singles: number[][] = [];
  const pairs: number[][] = [];
  const triples: number[][] = [];
  for (let a = 0; a < size; a += 1) {
    singles.push([a]);
    for (let b = a + 1; b < size; b += 1) {
      pairs.push([a, b]);
      for (let c = b + 1; c < size; c += 1) triples.push([a, b, c]);
    }
  }
  return { sets: [...singles, ...pairs, ...triples], tripleStart: singles.length + pairs.length };
}

/** What does not depend on observations: made once per regions table. */
interface FitTables {
  readonly regionCount: number;
  /** The first so many regions are candidates for sites. */
  readonly siteCount: number;
  /** All sets of sites, and where those of three begin. */
  readonly sets: readonly (readonly number[])[];
  readonly tripleStart: number;
  /** `nearest[set * regionCount + region]`: the site of the set that is nearest to the region. */
  readonly nearest: Uint8Array;
  /** Log prior of each set, and of each constant. */
  readonly setPrior: Float64Array;
  readonly constantPrior: readonly number[];
  /** `logPrediction[(constant * regionCount + region) * siteCount + site]`: log of the round trip. */
  readonly logPrediction: Float64Array;
  /** RTT from each region (rows) to each region, ms. */
  readonly rttMs: RegionTable["rttMs"];
}

function nearestSites(
  { regions: { length: regionCount }, rttMs }: RegionTable,
  sets: readonly (readonly number[])[],
): Uint8Array {
  const nearest = new Uint8Array(regionCount * sets.length);
  for (const [set, sites] of sets.entries()) {
    for (let region = 0; region < regionCount; region += 1) {
      let best = 0;
      let bestRtt = Number.POSITIVE_INFINITY;
      for (const site of sites) {
        const rtt = rttMs[region * regionCount + site] ?? bestRtt;
        if (rtt < bestRtt) {
          best = site;
          bestRtt = rtt;
        }
      }
      nearest[set * regionCount + region] = best;
    }
  }
  return nearest;
}

function logPredictions(
  { regions: { length: regionCount }, rttMs }: RegionTable,
  siteCount: number,
): Float64Array {
  const logPrediction = new Float64Array(CONSTANTS_MS.length * regionCount * siteCount);
  for (const [at, constant] of CONSTANTS_MS.entries()) {
    for (let region = 0; region < regionCount; region += 1) {
      for (let site = 0; site < siteCount; site += 1) {
        const rtt = rttMs[region * regionCount + site] ?? 0;
        logPrediction[(at * regionCount + region) * siteCount + site] = Math.log(
          constant + TRANSFER_RTTS * rtt,
        );
      }
    }
  }
  return logPrediction;
}

function fitTables(table: RegionTable): FitTables {
  const regionCount = table.regions.length;
  const siteCount = Math.min(regionCount, 60);
  const { sets, tripleStart } = siteSets(siteCount);
  return {
    regionCount,
    siteCount,
    sets,
    tripleStart,
    nearest: nearestSites(table, sets),
    setPrior: Float64Array.from(sets, (set) => -SITE_PENALTY * (set.length - 1)),
    constantPrior: CONSTANTS_MS.map(
      (constant) => -CONSTANT_PENALTY * Math.log(constant / USUAL_CONSTANT_MS) ** 2,
    ),
    logPrediction: logPredictions(table, siteCount),
    rttMs: table.rttMs,
  };
}

/** `losses[(constant * count + at) * siteCount + site]`: what an observation costs if a site served it. */
function lossesOf(
  { regionCount, siteCount, logPrediction }: FitTables,
  observations: readonly SiteObservation[],
): Float64Array {
  const count = observations.length;
  const losses = new Float64Array(CONSTANTS_MS.length * count * siteCount);
  for (let constant = 0; constant < CONSTANTS_MS.length; constant += 1) {
    for (const [at, { region, roundTripMs, weight }] of observations.entries()) {
      const from = (constant * regionCount + region) * siteCount;
      const to = (constant * count + at) * siteCount;
      const observed = Math.log(roundTripMs);
      for (let site = 0; site < siteCount; site += 1) {
        const deviation = ((logPrediction[from + site] ?? 0) - observed) / SIGMA;
        losses[to + site] = weight * ((NU + 1) / 2) * Math.log1p((deviation * deviation) / NU);
      }
    }
  }
  return losses;
}

/**
 * `atLeast[constant * (count + 1) + at]`: what the observations from `at` on cost at least, whichever
 * sites there are.
 */
function leastLosses(losses: Float64Array, count: number, siteCount: number): Float64Array {
  const atLeast = new Float64Array(CONSTANTS_MS.length * (count + 1));
  for (let constant = 0; constant < CONSTANTS_MS.length; constant += 1) {
    for (let at = count - 1; at >= 0; at -= 1) {
      const from = (constant * count + at) * siteCount;
      const least = losses.subarray(from, from + siteCount).reduce((x, y) => Math.min(x, y));
      const cell = constant * (count + 1) + at;
      atLeast[cell] = (atLeast[cell + 1] ?? 0) + least;
    }
  }
  return atLeast;
}

/** Hypotheses that are not negligible when they are met, and the best of all. */
interface Weighed {
  readonly kept: readonly Hypothesis[];
  readonly best: Hypothesis;
}

/** Weighs every hypothesis; gives up on one as soon as it falls behind the best by too much. */
function weighHypotheses(tables: FitTables, unordered: readonly SiteObservation[]): Weighed {
  const { regionCount, siteCount, sets, tripleStart, nearest, setPrior, constantPrior } = tables;
  // Short round trips say most about sites: with them first, hopeless sets are left early.
  const observations = [...unordered].sort((x, y) => x.roundTripMs - y.roundTripMs);
  const count = observations.length;
  const losses = lossesOf(tables, observations);
  const atLeast = leastLosses(losses, count, siteCount);
  const regionOf = Uint8Array.from(observations, ({ region }) => region);
  let best: Hypothesis = { set: 0, constant: 0, logWeight: Number.NEGATIVE_INFINITY };
  const kept: Hypothesis[] = [];
  const weighSets = (first: number, last: number) => {
    for (let constant = 0; constant < CONSTANTS_MS.length; constant += 1) {
      const prior = constantPrior[constant] ?? 0;
      const bound = constant * (count + 1);
      if (prior - (atLeast[bound] ?? 0) < best.logWeight - NEGLIGIBLE) continue;
      for (let set = first; set < last; set += 1) {
        const enough = best.logWeight - NEGLIGIBLE;
        let logWeight = prior + (setPrior[set] ?? 0);
        let at = 0;
        while (at < count && logWeight - (atLeast[bound + at] ?? 0) >= enough) {
          const site = nearest[set * regionCount + (regionOf[at] ?? 0)] ?? 0;
          logWeight -= losses[(constant * count + at) * siteCount + site] ?? 0;
          at += 1;
        }
        if (at < count || logWeight < enough) continue;
        const hypothesis = { set, constant, logWeight };
        kept.push(hypothesis);
        if (logWeight > best.logWeight) best = hypothesis;
      }
    }
  };
  weighSets(0, tripleStart);
  weighSets(tripleStart, sets.length);
  return { kept, best };
}

/** The weight of each (constant, region, serving site) over all hypotheses, as predictions are indexed. */
function servingWeights(
  { regionCount, siteCount, nearest }: FitTables,
  { kept, best }: Weighed,
): Float64Array {
  const weights = new Float64Array(regionCount * CONSTANTS_MS.length * siteCount);
  for (const { set, constant, logWeight } of kept) {
    if (logWeight < best.logWeight - NEGLIGIBLE) continue;
    const weight = Math.exp(logWeight - best.logWeight);
    for (let region = 0; region < regionCount; region += 1) {
      const site = nearest[set * regionCount + region] ?? 0;
      const cell = (constant * regionCount + region) * siteCount + site;
      weights[cell] = (weights[cell] ?? 0) + weight;
    }
  }
  return weights;
}

/** What the weights say of each region. */
function predictions(
  { regionCount, siteCount, logPrediction, rttMs: rtts }: FitTables,
  weights: Float64Array,
): Pick<SiteFit, "roundTripMs" | "rttMs"> {
  const rttMs = new Float64Array(regionCount);
  const roundTripMs = new Float64Array(regionCount);
  for (let region = 0; region < regionCount; region += 1) {
    const points: WeightedPoint[] = [];
    let total = 0;
    for (let constant = 0; constant < CONSTANTS_MS.length; constant += 1) {
      for (let site = 0; site < siteCount; site += 1) {
        const cell = (constant * regionCount + region) * siteCount + site;
        const weight = weights[cell] ?? 0;
        if (weight === 0) continue;
        total += weight;
        points.push({ value: logPrediction[cell] ?? 0, weight });
        const rtt = rtts[region * regionCount + site] ?? 0;
        rttMs[region] = (rttMs[region] ?? 0) + weight * rtt;
      }
    }
    rttMs[region] = (rttMs[region] ?? 0) / total;
    roundTripMs[region] = Math.exp(weightedQuantile(points, 0.5));
  }
  return { roundTripMs, rttMs };
}

/**
 * Prepares the fit for a regions table.
 *
 * @param table regions and round trips; at most 60 regions are candidates for sites
 */
export function siteFitter(table: RegionTable): SiteFitter {
  // Made for the first fit: where all are known there is none.
  let made: FitTables | undefined;
  return (observations) => {
    invariant(observations.length > 0, "a fit needs an observation");
    made ??= fitTables(table);
    const tables = made;
    const weighed = weighHypotheses(tables, observations);
    const { best } = weighed;
    return {
      ...predictions(tables, servingWeights(tables, weighed)),
      sites: tables.sets[best.set] ?? [],
      constantMs: CONSTANTS_MS[best.constant] ?? USUAL_CONSTANT_MS,
    };
  };
}
