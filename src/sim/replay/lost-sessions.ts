/** Which of a past's streams its workers lost, and what they lose for reasons that their times do not show. */

import { excessEndings, SHOWN } from "../calibrate/fits/excess-endings.js";
import type { SimulationInput } from "../input.js";
import { simulate } from "../simulate.js";
import type { WorkerSession } from "./handed-on.js";
import { arrivalsOf, type Part, remainingLengths, workersKey } from "./part.js";
import { withArrivals, withDrawnWorkers } from "./replay-scenario.js";

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
const likely = (expected: number): number => (expected >= MANY ? LIKELY : SHOWN);
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
    likely,
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
  const segmentsOf = (worker: string) =>
    (sessions.get(worker) ?? []).reduce((sum, one) => sum + one.segments, 0);
  const recorded = given.sessions.reduce((sum, { segments }) => sum + segments, 0);
  let played: ReadonlyMap<string, PlayedLosses> = new Map();
  for (let round = 0; round < LOSS_ROUNDS; round++) {
    const rests = remainingLengths(part, lost);
    const runs = playedLosses(part, lost, { fromMs, seed, round, chances });
    // The first round began with a guess; all after it count together, as chance makes much of a few runs.
    played = round <= 1 ? runs : bothOf(played, runs);
    // What it loses beyond what everybody does, and beyond what it loses by going.
    const usual = [...played].filter(([worker]) => !excess.has(worker));
    const usualLosses = usual.reduce(
      (sum, [worker, { losses, runs }]) => sum + losses - runs * cutOf(worker),
      0,
    );
    const usualSegments = usual.reduce((sum, [, { segments }]) => sum + segments, 0);
    const usualRate = Math.max(0, usualLosses) / Math.max(1, usualSegments);
    for (const [worker, endings] of excess) {
      const wanted = (endings + cutOf(worker)) / Math.max(1, segmentsOf(worker)) + usualRate;
      const missing = wanted - shownRate(played.get(worker) ?? NONE);
      chances.set(worker, Math.min(1, Math.max(0, missing)));
    }
    // Where it delivers less than there was, more is to be lost: shares of what is delivered stay about the same.
    const all = [...played.values()];
    const sum = all.reduce((total, { segments, runs }) => total + segments / Math.max(1, runs), 0);
    const scale = recorded / Math.max(1, sum);
    const taken = new Set<WorkerSession>();
    // Whole streams are taken: what is too much of one worker's is left out of the next one's.
    let wantedMs = 0;
    for (const [worker, own] of streams) {
      const one = played.get(worker) ?? NONE;
      const losses = (shownRate(one) + (chances.get(worker) ?? 0)) * one.segments;
      const lostMs = (one.lostMs * losses) / Math.max(1, one.losses) / Math.max(1, one.runs);
      wantedMs += scale * lostMs;
      for (const stream of own) {
        const restMs = rests.meanRest(stream.lengthMs);
        if (wantedMs <= restMs / 2) break;
        wantedMs -= restMs;
        taken.add(stream);
      }
    }
    lost = taken;
    part = withChances(given, chances);
  }
  return { streams: lost, part };
}

/** What a worker loses in runs of a replay, all together. */
interface PlayedLosses {
  readonly runs: number;
  /** Streams that left while it had them. */
  readonly losses: number;
  /** Of them, those that it was made to lose by chance. */
  readonly byChance: number;
  /** What was left of them, ms. */
  readonly lostMs: number;
  readonly segments: number;
}

const NONE: PlayedLosses = { runs: 0, losses: 0, byChance: 0, lostMs: 0, segments: 0 };

/** Streams that a worker loses with a segment, for reasons that its times and absences show. */
function shownRate({ losses, byChance, segments }: PlayedLosses): number {
  return Math.max(0, losses - byChance) / Math.max(1, segments);
}

function bothOf(
  first: ReadonlyMap<string, PlayedLosses>,
  second: ReadonlyMap<string, PlayedLosses>,
): ReadonlyMap<string, PlayedLosses> {
  const names = new Set([...first.keys(), ...second.keys()]);
  return new Map(
    [...names].map((worker) => {
      const [a, b] = [first.get(worker) ?? NONE, second.get(worker) ?? NONE];
      return [
        worker,
        {
          runs: a.runs + b.runs,
          losses: a.losses + b.losses,
          byChance: a.byChance + b.byChance,
          lostMs: a.lostMs + b.lostMs,
          segments: a.segments + b.segments,
        },
      ];
    }),
  );
}

function playedLosses(
  part: Part,
  lost: ReadonlySet<WorkerSession>,
  options: {
    readonly fromMs: number;
    readonly seed: number;
    readonly round: number;
    readonly chances: ReadonlyMap<string, number>;
  },
): ReadonlyMap<string, PlayedLosses> {
  const { fromMs, seed, round, chances } = options;
  let sums: ReadonlyMap<string, PlayedLosses> = new Map();
  for (let run = 0; run < LOSS_RUNS; run++) {
    // Other draws than those of the replications that count.
    const replication = LOSS_REPLICATION + round * LOSS_RUNS + run;
    const arrivals = arrivalsOf(part, lost, fromMs, seed, replication);
    const own = withDrawnWorkers(part.own, part.fits, workersKey(part, seed, replication));
    const { metrics, workers } = simulate(withArrivals(own, arrivals), { seed, replication });
    const found = workers.map((worker): readonly [string, PlayedLosses] => {
      const of = (name: string) => metrics[`worker.${worker}.${name}`] ?? 0;
      const kept = metrics[`worker.${worker}.retention`] ?? 1;
      const segments = of("segments");
      return [
        worker,
        {
          runs: 1,
          losses: of("sessions") * (1 - kept),
          byChance: segments * (chances.get(worker) ?? 0),
          lostMs: MINUTE_MS * of("streamMinutesLost"),
          segments,
        },
      ];
    });
    sums = bothOf(sums, new Map(found));
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
