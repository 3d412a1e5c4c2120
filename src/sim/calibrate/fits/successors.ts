/**
 * Which segment of a worker follows which in the same session. Events do not say so; but a segment
 * begins as long after the one before it as it lasts itself, and is transcoded into as many pixels.
 */
import type { DeliveredJob } from "../readers/pool-events.js";

/** A successor begins within so much of where it should, ms, whatever the noise of its way to the pool. */
const NEAR_MS = { min: 8, max: 120 };
/** And within so many times half of the distances: the others are mostly of other sessions. */
const NEAR_DISTANCES = 5;
/** Another within so many times that makes it doubtful: then it is left out. */
const DOUBT = 2;
/** Pixels of a second of video, of the same renditions: whole frames make them differ a little. */
const SAME_PIXELS = 0.04;
/** Pairs below which their distances say nothing. */
const PAIRS_MIN = 50;

/** Indexes of two segments of one session. */
export type Pairs = readonly (readonly [before: number, after: number])[];

/** Two segments, by their indexes, of which there is no doubt, and how far from its place the later is. */
interface Pair {
  readonly before: number;
  readonly after: number;
  readonly offMs: number;
}

/** A segment in the order in which they began. */
interface Begun {
  readonly index: number;
  readonly beginMs: number;
  /** Pixels of a millisecond of video. */
  readonly rate: number;
  readonly durationMs: number;
}

/**
 * Pairs of which there is no doubt.
 *
 * @param jobs with times of milliseconds
 * @returns indexes of the earlier and of the later one
 */
export function successors(jobs: readonly DeliveredJob[]): Pairs {
  const order = jobs
    .map(({ atMs, responseMs, durationMs, pixels }, index): Begun => {
      const rate = pixels / Math.max(1, durationMs);
      return { index, beginMs: atMs - responseMs, rate, durationMs };
    })
    .sort((a, b) => a.beginMs - b.beginMs);
  const wide = pairsWithin(order, NEAR_MS.max);
  if (wide.length < PAIRS_MIN) return wide.map(({ before, after }) => [before, after]);
  // How far segments are from their places differs from pool to pool: nearer than needed is doubt.
  const distances = Float64Array.from(wide, ({ offMs }) => Math.abs(offMs)).sort();
  const half = distances[Math.floor(distances.length / 2)] ?? 0;
  const nearMs = Math.min(NEAR_MS.max, Math.max(NEAR_MS.min, NEAR_DISTANCES * half));
  return pairsWithin(order, nearMs).map(({ before, after }) => [before, after]);
}

/**
 * Pairs of a session that are so many segments apart: two sessions that meet in one segment still do in
 * the next, so that neighbours say little of what company does.
 */
export function apart(pairs: Pairs, segments: number, lag: number): Pairs {
  const next = new Int32Array(segments).fill(-1);
  for (const [before, after] of pairs) next[before] = after;
  const far: (readonly [number, number])[] = [];
  for (let first = 0; first < segments; first++) {
    let at = first;
    for (let step = 0; step < lag && at >= 0; step++) at = next[at] ?? -1;
    if (at >= 0) far.push([first, at]);
  }
  return far;
}

function pairsWithin(order: readonly Begun[], nearMs: number): Pair[] {
  const doubtMs = DOUBT * nearMs;
  const pairs: Pair[] = [];
  let from = 0;
  for (const { index, beginMs, rate, durationMs } of order) {
    const wanted = beginMs - durationMs;
    // Durations differ: the place moves back for a long one.
    while (from > 0 && (order[from - 1]?.beginMs ?? 0) >= wanted - doubtMs) from--;
    while ((order[from]?.beginMs ?? Number.POSITIVE_INFINITY) < wanted - doubtMs) from++;
    let found = -1;
    let offMs = 0;
    let candidates = 0;
    for (let at = from; at < order.length; at++) {
      const other = order[at];
      if (other === undefined || other.beginMs > wanted + doubtMs) break;
      if (other.index === index || Math.abs(other.rate / rate - 1) > SAME_PIXELS) continue;
      candidates++;
      offMs = other.beginMs - wanted;
      if (Math.abs(offMs) <= nearMs) found = other.index;
    }
    if (candidates === 1 && found >= 0) pairs.push({ before: found, after: index, offMs });
  }
  return pairs;
}
