/** Which of a past's streams its workers lost, and what they lose for reasons that their times do not show. */

import { excessEndings, SHOWN } from "../calibrate/fits/excess-endings.js";
import type { SimulationInput } from "../input.js";
import { simulate } from "../simulate.js";
import type { WorkerSession } from "./handed-on.js";
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
  readonly streams: ReadonlySet<WorkerSession>;
  /** The part with what its workers lose for reasons that their times do not show. */
  readonly part: Part;
}

/**
 * Which streams were lost, and would have gone on: events do not say it. Of each worker's as many are taken
 * as would have gone on for as long as what the replay itself loses of it; those first of which the last
 * segments were the slowest. A worker whose sessions are shorter than the others', for reasons that its times
 * do not show, loses streams by chance, so often that they come out as short. What is lost more makes longer
 * streams, of which more is lost: so it is done a few times.
 */
export function lostOf(given: Part, fromMs: number, seed: number): Lost {
  const sessions = byWorker(given.sessions);
  /** By the worker that had their ends. */
  const streams = byWorker(given.streams);
  for (const own of streams.values())
    own.sort((a, b) => (a.lateness === b.lateness ? 0 : b.lateness - a.lateness));
  const isCut = ({ leftMs }: WorkerSession) => leftMs !== null;
  const cutOf = (worker: string) => (streams.get(worker) ?? []).filter(isCut).length;
  const excess = excessEndings(
    new Map(
      [...sessions].map(([worker, own]) => [
        worker,
        own.map((session) => ({ lengthMs: session.lengthMs, isCut: isCut(session) })),
      ]),
    ),
    taken,
  );
  const chances = new Map<string, number>();
  let part = given;
  // To begin with: those that ended late, and as many as are too many.
  let lost: ReadonlySet<WorkerSession> = new Set(
    [...streams].flatMap(([worker, own]) => {
      const late = own.filter(({ lateness }) => lateness > 0).length;
      return own.slice(0, Math.max(late, Math.round((excess.get(worker) ?? 0) + cutOf(worker))));
    }),
  );
  for (let round = 0; round < LOSS_ROUNDS; round++) {
    const rests = remainingLengths(part, lost);
    const runs = playedLosses(part, lost, { fromMs, seed, round });
    lost = new Set(
      [...streams].flatMap(([worker, own]) => enoughFor(own, runs.get(worker)?.lostMs ?? 0, rests)),
    );
    // What it loses beyond what everybody does, and beyond what it loses by going.
    const usual = [...runs].filter(([worker]) => !excess.has(worker));
    const usualLosses = usual.reduce((sum, [worker, one]) => sum + one.losses - cutOf(worker), 0);
    const usualSegments = usual.reduce((sum, [, { segments }]) => sum + segments, 0);
    const usualRate = Math.max(0, usualLosses) / Math.max(1, usualSegments);
    for (const [worker, endings] of excess) {
      const { losses = 0, segments = 0 } = runs.get(worker) ?? {};
      const own = sessions.get(worker) ?? [];
      const actual = own.reduce((sum, one) => sum + one.segments, 0);
      const missing =
        (endings + cutOf(worker)) / Math.max(1, actual) +
        usualRate -
        losses / Math.max(1, segments);
      chances.set(worker, Math.min(1, Math.max(0, (chances.get(worker) ?? 0) + missing)));
    }
    part = withChances(given, chances);
  }
  return { streams: lost, part };
}

/** What a worker loses in a replay, on average. */
interface PlayedLosses {
  /** Streams that left while it had them. */
  readonly losses: number;
  /** What was left of them, ms. */
  readonly lostMs: number;
  readonly segments: number;
}

function playedLosses(
  part: Part,
  lost: ReadonlySet<WorkerSession>,
  { fromMs, seed, round }: { fromMs: number; seed: number; round: number },
): ReadonlyMap<string, PlayedLosses> {
  const sums = new Map<string, PlayedLosses>();
  for (let run = 0; run < LOSS_RUNS; run++) {
    // Other draws than those of the replications that count.
    const replication = LOSS_REPLICATION + round * LOSS_RUNS + run;
    const arrivals = arrivalsOf(part, lost, fromMs, seed, replication);
    const { metrics, workers } = simulate(withArrivals(part.own, arrivals), { seed, replication });
    for (const worker of workers) {
      const of = (name: string) => (metrics[`worker.${worker}.${name}`] ?? 0) / LOSS_RUNS;
      const before = sums.get(worker) ?? { losses: 0, lostMs: 0, segments: 0 };
      const kept = metrics[`worker.${worker}.retention`] ?? 1;
      sums.set(worker, {
        losses: before.losses + of("sessions") * (1 - kept),
        lostMs: before.lostMs + MINUTE_MS * of("streamMinutesLost"),
        segments: before.segments + of("segments"),
      });
    }
  }
  return sums;
}

function byWorker(all: readonly WorkerSession[]): Map<string, WorkerSession[]> {
  const found = new Map<string, WorkerSession[]>();
  for (const one of all) {
    const own = found.get(one.worker) ?? [];
    found.set(one.worker, own);
    own.push(one);
  }
  return found;
}

/** The first of a worker's streams that would have gone on for so long together as the replay loses of it, ms. */
function enoughFor(
  own: readonly WorkerSession[],
  lostMs: number,
  rests: RemainingLengths,
): readonly WorkerSession[] {
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
