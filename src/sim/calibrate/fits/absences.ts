/** When a worker was away, from its comings and goings. */

import type { Absence } from "../../engine/recorded-presence.js";
import type { Coming } from "../readers/pool-events.js";

/**
 * @param comings in order of time; a worker of which nothing is told was always there
 * @param fromMs beginning of what was recorded, ms since 1970
 * @returns in order, ms since 1970; the last one may have no end
 */
export function absencesOf(comings: readonly Coming[], fromMs: number): readonly Absence[] {
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
