/** The cities that gateways, orchestrators and workers can be in, and how far apart they are. */
import { invariant } from "../../core/errors.js";
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";

/** A city of the regions table. */
export interface Region {
  /** Code in scenarios, e.g. `FRA`; `x-…` for cities that are no leaderboard region. */
  readonly code: string;
  readonly city: string;
  readonly country: string;
  /** Degrees, north positive. */
  readonly latitude: number;
  /** Degrees, east positive. */
  readonly longitude: number;
  /** Whether the public leaderboard tests from there. */
  readonly isLeaderboardRegion: boolean;
}

/** Regions by index. */
export interface RegionList {
  readonly regions: readonly Region[];
  /** Index of a code, or undefined. */
  readonly indexOf: (code: string) => number | undefined;
}

/** Regions by index and the round trips between them. */
export interface RegionTable extends RegionList {
  /** Base round trip from index `a` to index `b`, ms: `rttMs[a * regions.length + b]`. */
  readonly rttMs: Float64Array;
  /** 1 where the round trip was measured, 0 where it was predicted from the distance. */
  readonly isMeasured: Uint8Array;
}

/** A file's name for messages, and its text. */
export interface DataText {
  /** What messages call the file. */
  readonly name: string;
  /** Its content. */
  readonly text: string;
}

/** Round trip between two hosts of one region, ms. */
export const SAME_REGION_RTT_MS = 2;

/**
 * Round trip by distance, for pairs without a measurement: least median of |log error| over the
 * 378 pairs of the 2018 pings (median |log error| 0.13).
 */
const RTT_MS_PER_KM = 0.0155;
const RTT_MS_OFFSET = 6;
const EARTH_RADIUS_KM = 6371;

function distanceKm(a: Region, b: Region): number {
  const radians = Math.PI / 180;
  const sinLat = Math.sin(((a.latitude - b.latitude) * radians) / 2);
  const sinLon = Math.sin(((a.longitude - b.longitude) * radians) / 2);
  const cosines = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians);
  const chord = Math.min(1, sinLat * sinLat + cosines * sinLon * sinLon);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(chord));
}

/**
 * Parses the regions table.
 *
 * @param file columns code, city, country, latitude, longitude, is_leaderboard_region
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseRegionList(file: DataText): RegionList {
  const table = parseCsv(file.text, file.name, { maxRecords: 250 });
  const regions = table.records.map((record): Region => {
    const code = record.cell("code");
    if (!/^[A-Za-z0-9-]{1,40}$/.test(code.text)) {
      throw dataError(file.name, code, `${quoted(code.text)}, expected a region code such as FRA`);
    }
    const degrees = (column: string, max: number) =>
      numberIn(file.name, record.cell(column), { min: -max, max });
    return {
      code: code.text,
      city: record.cell("city").text,
      country: record.cell("country").text,
      latitude: degrees("latitude", 90),
      longitude: degrees("longitude", 180),
      isLeaderboardRegion:
        numberIn(file.name, record.cell("is_leaderboard_region"), { min: 0, max: 1 }) === 1,
    };
  });
  if (regions.length === 0) {
    throw dataError(file.name, { line: 1, column: 1 }, "no regions, expected at least one");
  }
  const indices = new Map(regions.map((region, index) => [region.code, index]));
  if (indices.size !== regions.length) {
    const line = regions.findIndex((region, at) => indices.get(region.code) !== at) + 2;
    throw dataError(file.name, { line, column: 1 }, "a region code stands twice");
  }
  return { regions, indexOf: (code) => indices.get(code) };
}

/**
 * Parses the regions table and the round trips between regions.
 *
 * Both directions of a pair are averaged; a direction that is missing takes the other; a pair
 * that is missing is predicted from the distance; within a region the round trip is 2 ms.
 *
 * @param regionsFile columns code, city, country, latitude, longitude, is_leaderboard_region
 * @param rttFile columns from, to, rtt_avg_ms; rows with codes that are no regions are an error
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseRegions(regionsFile: DataText, rttFile: DataText): RegionTable {
  const { regions, indexOf } = parseRegionList(regionsFile);
  const size = regions.length;
  const sums = new Float64Array(size * size);
  const counts = new Uint8Array(size * size);
  for (const record of parseCsv(rttFile.text, rttFile.name).records) {
    const end = (column: string): number => {
      const cell = record.cell(column);
      const index = indexOf(cell.text);
      if (index === undefined) {
        const message = `${quoted(cell.text)}, expected a code of ${regionsFile.name}`;
        throw dataError(rttFile.name, cell, message);
      }
      return index;
    };
    const from = end("from");
    const to = end("to");
    const rtt = numberIn(rttFile.name, record.cell("rtt_avg_ms"), { min: 0.01, max: 10_000 });
    if (from === to) continue;
    for (const pair of [from * size + to, to * size + from]) {
      sums[pair] = (sums[pair] ?? 0) + rtt;
      counts[pair] = (counts[pair] ?? 0) + 1;
    }
  }
  const rttMs = new Float64Array(size * size);
  for (const [a, from] of regions.entries()) {
    for (const [b, to] of regions.entries()) {
      const pair = a * size + b;
      const count = counts[pair] ?? 0;
      if (a === b) rttMs[pair] = SAME_REGION_RTT_MS;
      else if (count > 0) rttMs[pair] = (sums[pair] ?? 0) / count;
      else rttMs[pair] = RTT_MS_OFFSET + RTT_MS_PER_KM * distanceKm(from, to);
    }
  }
  invariant(
    rttMs.every((rtt) => rtt > 0),
    "every round trip is positive",
  );
  return {
    regions,
    indexOf,
    rttMs,
    isMeasured: counts.map((count, pair) =>
      count > 0 || pair % size === Math.floor(pair / size) ? 1 : 0,
    ),
  };
}
