/**
 * Fits of sites that nobody has to make: a build made those of the packaged network, so that processes
 * and threads begin without them. A fit is a pure function of the regions table and the observations.
 */
import { packagedData } from "../scenario/packaged-data.js";
import { packagedFits } from "./packaged-fits.js";
import type { DataText, RegionTable } from "./regions.js";
import { type SiteFit, type SiteFitter, type SiteObservation, siteFitter } from "./site-fit.js";

/** A fit as it is written down. */
interface WrittenFit {
  readonly roundTripMs: readonly number[];
  readonly rttMs: readonly number[];
  readonly sites: readonly number[];
  readonly constantMs: number;
}

function keyOf(observations: readonly SiteObservation[]): string {
  return observations
    .map(({ region, roundTripMs, weight }) => `${region} ${roundTripMs} ${weight}`)
    .join(",");
}

/**
 * Makes fits and writes them down, by what they were made from.
 *
 * @param table regions and round trips
 * @param observed the observations of each orchestrator; of those without any there is no fit
 * @returns JSON, which gives the same numbers back
 */
export function fitsText(
  table: RegionTable,
  observed: readonly (readonly SiteObservation[])[],
): string {
  const fitter = siteFitter(table);
  const written = new Map<string, WrittenFit>();
  for (const observations of observed) {
    if (observations.length === 0) continue;
    const { roundTripMs, rttMs, sites, constantMs } = fitter(observations);
    const fit = { roundTripMs: [...roundTripMs], rttMs: [...rttMs], sites, constantMs };
    written.set(keyOf(observations), fit);
  }
  return JSON.stringify(Object.fromEntries(written));
}

function readFits(text: string): ReadonlyMap<string, SiteFit> {
  const written: Readonly<Record<string, WrittenFit>> = JSON.parse(text);
  return new Map(
    Object.entries(written).map(([key, { roundTripMs, rttMs, sites, constantMs }]) => [
      key,
      {
        roundTripMs: Float64Array.from(roundTripMs),
        rttMs: Float64Array.from(rttMs),
        sites,
        constantMs,
      },
    ]),
  );
}

/**
 * A fitter that makes only what is not known.
 *
 * @param table what the two texts say
 * @param text what is known, from {@link fitsText} for the packaged regions and round trips
 */
export function knownFitter(
  table: RegionTable,
  { regions, rtt }: { readonly regions: DataText; readonly rtt: DataText },
  text: string | null = packagedFits(),
): SiteFitter {
  const fitter = siteFitter(table);
  if (text === null) return fitter;
  if (regions.text !== packagedData("regions.csv") || rtt.text !== packagedData("rtt.csv")) {
    return fitter;
  }
  const known = readFits(text);
  return (observations) => known.get(keyOf(observations)) ?? fitter(observations);
}
