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
  let at = 0;
  return told.flatMap((absence) => {
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
