/** Which of a past's sessions its workers lost, and what they lose for reasons that their times do not show. */

import { excessEndings, SHOWN } from "../calibrate/fits/excess-endings.js";
import type { RecordedSession } from "../calibrate/fits/sessions.js";
import type { SimulationInput } from "../input.js";
import { simulate } from "../simulate.js";
import { arrivalsOf, type Part, remainingLengths } from "./part.js";
import type { RemainingLengths } from "./remaining-lengths.js";
import { withArrivals } from "./replay-scenario.js";

const MINUTE_MS = 60_000;
/** So many standard deviations are likely not to be chance. */
const LIKELY = 1;
/** Where so many endings of a worker are expected, their number is known to a tenth. */
const MANY = 100;
/**
 * Standard deviations above which a worker is taken to lose more than the others do. Where there are many endings what
 * is likely is taken, not only what is shown: or else it would depend on chance whether it loses much in the
 * replay, or nothing. Where there are few, most of what is likely is chance.
 */
const taken = (expected: number): number => (expected >= MANY ? LIKELY : SHOWN);
const LOSS_ROUNDS = 4;
const LOSS_RUNS = 2;
/** Above the numbers of all replications that count. */
const LOSS_REPLICATION = 100_000;

/** What was lost of a part. */
export interface Lost {
  readonly sessions: ReadonlySet<RecordedSession>;
  /** The part with what its workers lose for reasons that their times do not show. */
  readonly part: Part;
}

/**
 * Which sessions were lost, and would have gone on: events do not say it. Of each worker's as many are taken
 * as would have gone on for as long as what the replay itself loses of it; those first of which the last
 * segments were the slowest. A worker whose sessions are shorter than the others', for reasons that its times
 * do not show, loses streams by chance, so often that they come out as short. What is lost more makes longer
 * streams, of which more is lost: so it is done a few times.
 */
export function lostOf(given: Part, fromMs: number, seed: number): Lost {
  const byWorker = new Map<string, RecordedSession[]>();
  for (const session of given.sessions) {
    const own = byWorker.get(session.worker) ?? [];
    byWorker.set(session.worker, own);
    own.push(session);
  }
  for (const own of byWorker.values())
    own.sort((a, b) => (a.lateness === b.lateness ? 0 : b.lateness - a.lateness));
  const isCut = ({ lateness }: RecordedSession) => lateness === Number.POSITIVE_INFINITY;
  const excess = excessEndings(
    new Map(
      [...byWorker].map(([worker, own]) => [
        worker,
        own.map((session) => ({ lengthMs: session.lengthMs, isCut: isCut(session) })),
      ]),
    ),
    taken,
  );
  const chances = new Map<string, number>();
  let part = given;
  // To begin with: those that ended late, and as many as are too many.
  let lost: ReadonlySet<RecordedSession> = new Set(
    [...byWorker].flatMap(([worker, own]) => {
      const late = own.filter(({ lateness }) => lateness > 0).length;
      const cut = own.filter(isCut).length;
      return own.slice(0, Math.max(late, Math.round((excess.get(worker) ?? 0) + cut)));
    }),
  );
  for (let round = 0; round < LOSS_ROUNDS; round++) {
    const rests = remainingLengths(part, lost);
    const sums = new Map<string, { sessions: number; lostMs: number; segments: number }>();
    for (let run = 0; run < LOSS_RUNS; run++) {
      // Other draws than those of the replications that count.
      const replication = LOSS_REPLICATION + round * LOSS_RUNS + run;
      const arrivals = arrivalsOf(part, lost, fromMs, seed, replication);
      const { metrics } = simulate(withArrivals(part.own, arrivals), { seed, replication });
      for (const worker of byWorker.keys()) {
        const own = sums.get(worker) ?? { sessions: 0, lostMs: 0, segments: 0 };
        sums.set(worker, own);
        own.sessions += metrics[`worker.${worker}.sessions`] ?? 0;
        own.lostMs += MINUTE_MS * (metrics[`worker.${worker}.streamMinutesLost`] ?? 0);
        own.segments += metrics[`worker.${worker}.segments`] ?? 0;
      }
    }
    lost = new Set(
      [...byWorker].flatMap(([worker, own]) => {
        const { sessions = 0, lostMs = 0, segments = 0 } = sums.get(worker) ?? {};
        if (excess.has(worker)) {
          const actual = own.reduce((sum, one) => sum + one.segments, 0) / own.length;
          const missing = 1 / Math.max(1, actual) - sessions / Math.max(1, segments);
          chances.set(worker, Math.min(1, Math.max(0, (chances.get(worker) ?? 0) + missing)));
        }
        return enoughFor(own, lostMs / LOSS_RUNS, rests);
      }),
    );
    part = withChances(given, chances);
  }
  return { sessions: lost, part };
}

/** The first of a worker's sessions that would have gone on for so long together as the replay loses of it, ms. */
function enoughFor(
  own: readonly RecordedSession[],
  lostMs: number,
  rests: RemainingLengths,
): readonly RecordedSession[] {
  let sumMs = 0;
  const end = own.findIndex(({ lengthMs }) => {
    if (sumMs >= lostMs) return true;
    sumMs += rests.meanRest(lengthMs);
    return false;
  });
  return own.slice(0, end < 0 ? own.length : end);
}

/** A part whose workers lose so many of their segments, and the sessions with them, by chance. */
function withChances(part: Part, chances: ReadonlyMap<string, number>): Part {
  const losing = (input: SimulationInput): SimulationInput => {
    const recorded = Object.entries(input.recorded ?? {}).map(([worker, own]) => {
      const errorProbability = chances.get(worker) ?? 0;
      return [worker, { ...own, settings: { ...own.settings, errorProbability } }] as const;
    });
    return { ...input, recorded: Object.fromEntries(recorded) };
  };
  return { ...part, own: losing(part.own), other: part.other === null ? null : losing(part.other) };
}
