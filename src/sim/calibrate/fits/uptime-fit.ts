/**
 * When a worker was there. One that keeps the orchestrator waiting is thrown out and back within a
 * minute and a half (O-14, O-18); one that fails may stay away for any time. Short absences are
 * therefore counted as segments that were never answered, less those that are failures as well.
 */
import type { Coming } from "../readers/pool-events.js";
import type { Figure, UptimeFit } from "../worker-fit.js";
import { exponentialFigure, rateFigure, sumOf } from "./estimates.js";

/** O-14: the longest time between two tries, 60 s, half as long again by jitter. */
const BACK_SOON_MS = 90_000;
const DAY_MS = 86_400_000;

/** Comings and goings, and how many of the absences were short. */
export interface Absences {
  readonly uptime: UptimeFit;
  /** Segments that were never answered; 0 where no absence was short. */
  readonly hangs: number;
}

/**
 * @param comings in order of time
 * @param untilMs end of what was recorded
 */
export function fitUptime(comings: readonly Coming[], untilMs: number): Absences | null {
  if (comings.length === 0) return null;
  let open = 0;
  let sinceMs = 0;
  let upMs = 0;
  let goneMs: number | null = null;
  let firstMs = Number.POSITIVE_INFINITY;
  const absences: number[] = [];
  let disconnects = 0;
  for (const { atMs, isUp } of comings) {
    firstMs = Math.min(firstMs, atMs);
    if (isUp) {
      if (open === 0) {
        sinceMs = atMs;
        if (goneMs !== null) absences.push(atMs - goneMs);
        goneMs = null;
      }
      open++;
    } else {
      open--;
      if (open === 0) {
        disconnects++;
        upMs += atMs - sinceMs;
        goneMs = atMs;
      }
    }
  }
  if (open > 0) upMs += Math.max(0, untilMs - sinceMs);
  const stillGoneMs = goneMs === null ? 0 : Math.max(0, untilMs - goneMs);
  const long = absences.filter((ms) => ms >= BACK_SOON_MS);
  const short = absences.length - long.length;
  // Of an exponential time, what is beyond a limit is exponential with the same mean.
  const beyond =
    sumOf(long.map((ms) => ms - BACK_SOON_MS)) + Math.max(0, stillGoneMs - BACK_SOON_MS);
  const downMs: Figure | null = long.length === 0 ? null : exponentialFigure(beyond, long.length);
  const hidden = downMs === null ? 0 : long.length * Math.expm1(BACK_SOON_MS / downMs.value);
  const hangs = Math.max(0, Math.round(short - hidden));
  const failures = disconnects - Math.min(short, hangs);
  return {
    uptime: {
      disconnects,
      perDay: rateFigure(disconnects, Math.max(1, untilMs - firstMs) / DAY_MS),
      upMs: failures < 1 || downMs === null ? null : exponentialFigure(upMs, failures),
      downMs,
    },
    hangs: downMs === null ? short : hangs,
  };
}
