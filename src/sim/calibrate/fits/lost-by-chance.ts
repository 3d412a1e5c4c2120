/**
 * Sessions that a worker loses for reasons that its times do not show. No event tells of a segment that
 * failed: the stream is gone from the worker with it (M-14), and that is all. But streams know nothing of
 * the worker that they come to, so where sessions of one end sooner than those of the others, it loses them.
 */
import type { WorkerPast } from "../readers/pool-events.js";
import { absencesOf } from "./absences.js";
import { type EndedSession, excessEndings, SHOWN } from "./excess-endings.js";
import { sessionsOf } from "./sessions.js";

/** Beyond it a segment may be too late for its gateway, whose own way to the node comes on top. */
const LATE = -0.2;
/** Of whom more segments are late than this, the times say enough. */
const LATE_SHARE_MAX = 0.1;

/** A worker's sessions, and what is late among its segments. */
interface Ended {
  readonly sessions: readonly EndedSession[];
  /** Sessions of which one of the last two segments was late. */
  readonly endedLate: number;
  /** As many would have been by chance. */
  readonly lateByChance: number;
  readonly segments: number;
  readonly isLate: boolean;
}

function endedOf({ jobs, comings }: WorkerPast, fromMs: number): Ended {
  const leftMs = absencesOf(comings, fromMs, jobs).map((absence) => absence.fromMs);
  const sessions = sessionsOf(jobs, leftMs).map(({ lengthMs, lateness }) => {
    return { lengthMs, lateness, isCut: lateness === Number.POSITIVE_INFINITY };
  });
  const late = jobs.filter(({ responseMs, durationMs }) => responseMs > (1 + LATE) * durationMs);
  const lateShare = late.length / jobs.length;
  const ended = sessions.filter(({ isCut }) => !isCut);
  return {
    sessions,
    endedLate: ended.filter(({ lateness }) => lateness > LATE).length,
    lateByChance: ended.length * (1 - (1 - lateShare) ** 2),
    segments: jobs.length,
    isLate: lateShare > LATE_SHARE_MAX,
  };
}

/**
 * The share of each worker's segments with which it lost a session for reasons that its times and its
 * absences do not show. It may be more, where a session that was lost looks like one with the next: with times
 * of whole seconds up to twice as much.
 *
 * @param pasts workers of one region, which have the same gateways
 * @param fromMs beginning of what was recorded, ms since 1970
 * @returns only of workers that are shown to lose more than the others
 */
export function lostByChance(
  pasts: readonly WorkerPast[],
  fromMs: number,
): ReadonlyMap<string, number> {
  const ended = new Map(pasts.map((past) => [past.address, endedOf(past, fromMs)]));
  const excess = excessEndings(
    new Map([...ended].map(([address, { sessions }]) => [address, sessions])),
  );
  const found = new Map<string, number>();
  for (const [address, endings] of excess) {
    const own = ended.get(address);
    if (own === undefined || own.isLate) continue;
    const usual = own.sessions.filter(({ isCut }) => !isCut).length - endings;
    const lost = endings - Math.max(0, own.endedLate - own.lateByChance);
    if (lost <= SHOWN * Math.sqrt(Math.max(1, usual))) continue;
    found.set(address, lost / (own.segments + lost));
  }
  return found;
}
