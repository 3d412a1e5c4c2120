/**
 * How much sessions differ, from parts of sessions: segments of which it is known that they follow each other.
 * Two of one session have its factor in common and their noise not, so that their product tells how sessions differ.
 */
import { studentTCritical } from "../../experiment/statistics/student-t.js";
import type { Figure } from "../worker-fit.js";
import { type BlockSums, freedomOf } from "./blocks.js";
import { logFigure, sumOf } from "./estimates.js";
import type { Pairs } from "./successors.js";

/** Parts of sessions: indexes of segments, in order, as far as pairs join them; none of one segment alone. */
export function partsOfSessions(pairs: Pairs, segments: number): readonly (readonly number[])[] {
  const next = new Int32Array(segments).fill(-1);
  const isJoined = new Uint8Array(segments);
  for (const [before, after] of pairs) {
    // Of two that follow the same one, at most one is right.
    if (next[before] !== -1) continue;
    next[before] = after;
    isJoined[after] = 1;
  }
  const parts: number[][] = [];
  for (let first = 0; first < segments; first++) {
    if (isJoined[first] === 1 || next[first] === -1) continue;
    const part: number[] = [];
    for (let at = first; at >= 0; at = next[at] ?? -1) part.push(at);
    parts.push(part);
  }
  return parts;
}

/**
 * Adds the products of all pairs of values of a part of a session, as many times as it has values.
 *
 * @param places of their number, and of their mean product times that
 */
export function addProducts(
  sums: BlockSums,
  block: number,
  places: { readonly count: number; readonly products: number },
  values: readonly number[],
): void {
  const { length } = values;
  if (length < 2) return;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  sums.add(block, places.count, length);
  sums.add(block, places.products, (sum * sum - squares) / (length - 1));
}

/** Above so many times the variance that so many sessions would have, blocks know of more than sessions. */
const MORE = 2;

/**
 * The interval of what lies between sessions. Some twenty blocks tell its error to a sixth; so many sessions,
 * each with the weight of its length, would have another one: where blocks do not say much more, both count.
 *
 * @param byBlocks its interval by blocks
 * @param blocks how many there are
 * @param lengths of sessions, in segments
 */
export function betweenFigure(
  byBlocks: Figure,
  blocks: number,
  lengths: readonly number[],
): Figure {
  const { value, high } = byBlocks;
  const degreesOfFreedom = freedomOf(blocks);
  const error = Math.log(high / value) / studentTCritical({ degreesOfFreedom });
  const squares = sumOf(lengths.map((length) => length ** 2));
  const bySessions = squares / (2 * sumOf(lengths) ** 2);
  if (!(value > 0) || !(error ** 2 <= MORE * bySessions)) return byBlocks;
  return logFigure(value, Math.sqrt((error ** 2 + bySessions) / 2), 2 * degreesOfFreedom);
}
