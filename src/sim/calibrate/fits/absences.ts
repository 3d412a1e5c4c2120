/** When a worker was away, from its comings and goings. */

import type { Absence } from "../../engine/recorded-presence.js";
import type { Coming, DeliveredJob } from "../readers/pool-events.js";

/** A segment that began so soon after its worker left was under way, and told late or in whole seconds, ms. */
const UNDER_WAY_MS = 1000;

/**
 * When a worker was away. Nobody is away who delivers: where events are missing, or a node began anew, it is taken to
 * be there from the first segment on that it delivered, to the last one.
 *
 * @param comings in order of time; a worker of which nothing is told was always there
 * @param fromMs beginning of what was recorded, ms since 1970
 * @param jobs that it delivered, in order of time
 * @returns in order, ms since 1970; the last one may have no end
 */
export function absencesOf(
  comings: readonly Coming[],
  fromMs: number,
  jobs: readonly DeliveredJob[],
): readonly Absence[] {
  const told = toldAbsences(comings, fromMs);
  const ended = toldAbsences(withEnds(comings), fromMs);
  // Who is there delivers: where nobody does while only connections without an end can be there, they are gone.
  const areGone = deliveredIn(ended, jobs) === deliveredIn(told, jobs);
  let at = 0;
  return (areGone ? ended : told).flatMap((absence) => {
    while ((jobs[at]?.atMs ?? Number.POSITIVE_INFINITY) <= absence.fromMs) at++;
    const isFirst = absence.fromMs === fromMs;
    let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let job = jobs[at]; job !== undefined && job.atMs < absence.toMs; job = jobs[++at]) {
      const beganMs = job.atMs - job.responseMs;
      if (!isFirst && beganMs < absence.fromMs + UNDER_WAY_MS) continue;
      firstMs = Math.min(firstMs, beganMs);
      lastMs = job.atMs;
    }
    if (firstMs === Number.POSITIVE_INFINITY) return [absence];
    const parts: Absence[] = [];
    // One that delivers before it is told to come was there when the record began.
    if (!isFirst) parts.push({ fromMs: absence.fromMs, toMs: firstMs });
    if (absence.toMs !== Number.POSITIVE_INFINITY) {
      parts.push({ fromMs: lastMs, toMs: absence.toMs });
    }
    return parts;
  });
}

/** Connections of which no end is told end when the next one comes. */
function withEnds(comings: readonly Coming[]): readonly Coming[] {
  const ends = new Set(comings.flatMap(({ connection, isUp }) => (isUp ? [] : [connection])));
  let endless: readonly Coming[] = [];
  return comings.flatMap((coming) => {
    if (!coming.isUp) return [coming];
    const before = endless.map((one) => ({ ...one, isUp: false, atMs: coming.atMs }));
    endless = ends.has(coming.connection) ? [] : [coming];
    return [...before, coming];
  });
}

/** How many segments began while the worker was away, so long after it had left that they were not under way. */
function deliveredIn(absences: readonly Absence[], jobs: readonly DeliveredJob[]): number {
  let count = 0;
  let at = 0;
  for (const { atMs, responseMs } of jobs) {
    const beganMs = atMs - responseMs;
    while ((absences[at]?.toMs ?? Number.POSITIVE_INFINITY) <= beganMs) at++;
    const absence = absences[at];
    if (absence === undefined) break;
    if (beganMs >= absence.fromMs + UNDER_WAY_MS) count++;
  }
  return count;
}

function toldAbsences(comings: readonly Coming[], fromMs: number): readonly Absence[] {
  const [first] = comings;
  if (first === undefined) return [];
  const absences: Absence[] = [];
  const open = new Set<string>();
  let awayMs: number | null = first.isUp ? fromMs : null;
  if (!first.isUp) open.add(first.connection);
  for (const { atMs, isUp, connection } of comings) {
    if (isUp) {
      open.add(connection);
      if (awayMs !== null && atMs > awayMs) absences.push({ fromMs: awayMs, toMs: atMs });
      awayMs = null;
    } else {
      open.delete(connection);
      if (open.size === 0) awayMs ??= atMs;
    }
  }
  if (awayMs !== null) absences.push({ fromMs: awayMs, toMs: Number.POSITIVE_INFINITY });
  return absences;
}
