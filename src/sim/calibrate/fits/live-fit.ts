/** From a worker's past to its figures. */
import { counted } from "../../../core/wording.js";
import type { DeliveredJob, PoolPast, WorkerPast } from "../readers/pool-events.js";
import type { CurvePoint, Figure, HeldOut, WorkerFit } from "../worker-fit.js";
import {
  AT_A_TIME_MAX,
  type Chances,
  chancesOf,
  isWholeSeconds,
  sessionsSeen,
} from "./at-a-time.js";
import { addProducts, betweenFigure, partsOfSessions } from "./between-sessions.js";
import { BlockSums, jackknifed } from "./blocks.js";
import { cvOf, eitherOf, isNormal, sumOf, toldQuantiles } from "./estimates.js";
import { areSlowTogether, EvenlyCurve } from "./evenly.js";
import { isSlowedByLater } from "./later-company.js";
import { LoadCurve, type TimesByLoad } from "./load-curve.js";
import { areSame, oddTimes } from "./odd-times.js";
import { PairCurve } from "./pair-curve.js";
import { sessionsOf } from "./sessions.js";
import { changesWithoutBlocks, sharpened, spreadWithMethod, withMethod } from "./sharpened.js";
import { type FoundSpells, findSpells } from "./spells-fit.js";
import { apart, type Pairs, successors } from "./successors.js";
import { fitUptime } from "./uptime-fit.js";

/** Jobs below which nothing is said of a worker. */
const JOBS_MIN = 50;
/** Blocks of time that figures are computed without: as long as most sessions, as far as there are enough. */
const BLOCK_MS = 3_600_000;
const BLOCKS = { min: 4, max: 36 };
/** Segments from one to another of a session of which the number at a time is compared. */
const LAG = 12;
/** Sessions at a time from which slow spells are looked for. */
const SESSIONS_MIN = 3;
/** A worker of more jobs is fitted by its latest ones. */
const JOBS_MAX = 400_000;

/** Places of sums over a block. */
const At = { count: 0, sum: 1, squares: 2, pairs: 3, steps: 4, joined: 5, products: 6 } as const;

function quantileOf(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Mean times by chances. */
function expectedOf(chances: Chances, means: readonly number[]): number[] {
  return chances.map((own) =>
    own.reduce((sum, chance, k) => sum + chance * (means[Math.min(k, means.length - 1)] ?? 0), 0),
  );
}

/** How many there were at a time, and what they took. */
interface Load {
  readonly chances: Chances;
  /** Of times as they would be if slow spells were spread over all. */
  readonly load: TimesByLoad;
  /** Another way to find it, where neither is surely right; null: there is none. */
  readonly other: TimesByLoad | null;
  /** By how much longer all take for the spells, where the load does not know it. */
  readonly spread: Figure;
  /** Slow spells that were seen. */
  readonly found: FoundSpells | null;
}

/** The product of two figures that know nothing of each other. */
function product(a: Figure, b: Figure): Figure {
  const value = a.value * b.value;
  const reach = (end: "low" | "high") =>
    Math.exp(Math.hypot(Math.log(a[end] / a.value), Math.log(b[end] / b.value)));
  return { value, low: value / reach("low"), high: value * reach("high") };
}

/** Whether there are sessions enough at a time that a slow one alone does not look like a spell. */
function tellsSpells(jobs: readonly DeliveredJob[]): boolean {
  return sessionsSeen(jobs) >= SESSIONS_MIN;
}

/** What is known of a worker's jobs before anything is fitted. */
interface Known {
  readonly jobs: readonly DeliveredJob[];
  readonly times: readonly number[];
  readonly lostAtMs: readonly number[];
  readonly blocks: readonly number[];
  readonly blockCount: number;
  /** Of which one follows the other; none where times are of whole seconds. */
  readonly pairs: Pairs;
}

const SURE: Figure = { value: 1, low: 1, high: 1 };

/** Slow spells in times for which their number at a time does not account. */
function spellsIn({ jobs, times }: Known, expected: readonly number[]): FoundSpells | null {
  if (!tellsSpells(jobs)) return null;
  return findSpells(
    jobs.map(({ atMs, responseMs }, index) => {
      const log = Math.log((times[index] ?? 1) / (expected[index] ?? 1));
      // A segment is as slow as the worker was when it began.
      return { atMs: atMs - responseMs, log };
    }),
  );
}

/** By segments of one session, which are slow together. */
function loadOfPairs(known: Known): Load {
  const { jobs, times, pairs, lostAtMs } = known;
  const chances = chancesOf(jobs, lostAtMs);
  const near = new PairCurve({ ...known, chances });
  const found = spellsIn(known, expectedOf(chances, near.solve()));
  const levelOf = (index: number) => {
    const { atMs = 0, responseMs = 0 } = jobs[index] ?? {};
    return found?.levelAt(atMs - responseMs);
  };
  const far = apart(pairs, jobs.length, LAG).filter(
    ([before, after]) => levelOf(before) === levelOf(after),
  );
  const load = far.length < JOBS_MIN ? near : new PairCurve({ ...known, chances, pairs: far });
  if (load.size === 1 || !isSlowedByLater(jobs, { ...known, chances })) {
    return { chances, load, other: null, spread: SURE, found };
  }
  // Segments of a session that are compared are those whose company changes, which had some all along.
  const quiet = times.map((time, index) => time / Math.exp(levelOf(index) ?? 0));
  const all = new LoadCurve(chances, found === null ? times : quiet, known);
  return { chances, load: all, other: load, spread: SURE, found };
}

/** Rounds of slow spells and means at most, and by how much of their depth the last one may change it. */
const ROUNDS = 6;
const STEP = 0.003;

/**
 * By all segments. In a slow spell there are more at a time because each takes longer: spells without the load,
 * and the load without the spells, are found in turn until both stay.
 */
function loadOfAll(known: Known): Load {
  const { jobs, times, blocks, blockCount, lostAtMs } = known;
  const chances = chancesOf(jobs, lostAtMs);
  const options = { blocks, blockCount };
  const load = new LoadCurve(chances, times, options);
  let found = spellsIn(known, expectedOf(chances, load.solve()));
  if (load.size === 1) return { chances, load, other: null, spread: SURE, found };
  const quietIn = (spells: FoundSpells | null) =>
    jobs.map(({ atMs, responseMs }, index) => {
      return (times[index] ?? 1) / Math.exp(spells?.levelAt(atMs - responseMs) ?? 0);
    });
  for (let round = 0; round < ROUNDS && found !== null; round++) {
    const quiet = new LoadCurve(chances, quietIn(found), options);
    const next = spellsIn(known, expectedOf(chances, quiet.solve()));
    const change = (next?.fit.extra.value ?? 0) / found.fit.extra.value - 1;
    found = next;
    if (Math.abs(change) < STEP) break;
  }
  const quiet = quietIn(found);
  const sums = new BlockSums(blockCount, 2);
  for (const [index, block] of blocks.entries()) {
    sums.add(block, 0, times[index] ?? 0);
    sums.add(block, 1, quiet[index] ?? 0);
  }
  const spread = sums.figure(([whole = 1, without = 1]) => whole / without);
  const steady = quiet.map((time) => spread.value * time);
  const start = new LoadCurve(chances, steady, options);
  if (!isWholeSeconds(jobs)) return { chances, load: start, other: null, spread, found };
  const sharp = sharpened(chances, steady, start.solve());
  const changes = changesWithoutBlocks(sharp, steady, options);
  const curve = new LoadCurve(sharp.chances, steady, { ...options, changes });
  const expected = expectedOf(sharp.chances, curve.solve());
  const last = spellsIn(known, expected);
  const rest = steady.map((time, index) => Math.log(time / (expected[index] ?? 1)));
  const all = { chances: sharp.chances, spread, found: last };
  return areSlowTogether(jobs, rest, options)
    ? { ...all, load: new EvenlyCurve(curve), other: curve }
    : { ...all, load: curve, other: null };
}

/** The mean time alone, and by how much longer it takes at each number at a time. */
function figuresOf(load: TimesByLoad): { alone: Figure; factors: readonly Figure[] } {
  const means = load.solve();
  const without = load.without();
  const [alone = Number.NaN] = means;
  const free = load.free();
  const ratio = (all: readonly number[], index: number) =>
    (all[index] ?? Number.NaN) / (all[0] ?? Number.NaN);
  const factors = means.map((mean, index): Figure => {
    if (index === 0) return SURE;
    const value = mean / alone;
    // Means that are kept from falling stay where they are without any block, however little is known of them.
    const { low, high } = jackknifed(
      ratio(free.whole, index),
      free.without.map((one) => ratio(one, index)),
    );
    return { value, low: Math.min(value, Math.max(1, low)), high: Math.max(value, high) };
  });
  const alones = without.map(([mean = Number.NaN]) => mean);
  return { alone: jackknifed(alone, alones), factors };
}

/** Every other block is held back, and predicted by the rest. */
function heldOutOf(
  curve: TimesByLoad,
  times: readonly number[],
  blocks: readonly number[],
): HeldOut | null {
  const kept = curve.half((block) => block % 2 === 0);
  const held = curve.half((block) => block % 2 === 1);
  const segments = sumOf(held.counts);
  if (segments < 1 || sumOf(kept.counts) < 1) return null;
  const errors = held.means.map((mean, index) => {
    const predicted = kept.means[index] ?? Number.NaN;
    const count = held.counts[index] ?? 0;
    return count < 1 || Number.isNaN(mean) || Number.isNaN(predicted)
      ? 0
      : count * Math.abs(predicted / mean - 1);
  });
  const p99 = (rest: number) =>
    quantileOf(
      times.filter((_, index) => (blocks[index] ?? 0) % 2 === rest),
      0.99,
    );
  return { segments, meanError: sumOf(errors) / segments, p99Error: p99(0) / p99(1) - 1 };
}

/**
 * Fits one worker of a pool's past.
 *
 * @returns null where it delivered too little to say anything
 */
export function fitLive(past: WorkerPast, { toMs }: PoolPast): WorkerFit | null {
  const jobs = past.jobs.slice(-JOBS_MAX);
  const [first] = jobs;
  const last = jobs.at(-1);
  if (first === undefined || last === undefined || jobs.length < JOBS_MIN) return null;
  const notes: string[] = [];
  const unused: string[] = [];
  const lost = past.lostAtMs.length;
  if (lost > 0) {
    unused.push(`${counted(lost, "response time")} that were lost in a race and told as 0 (E-14)`);
  }
  if (jobs.length < past.jobs.length) {
    unused.push(`all but the latest ${counted(jobs.length, "segment")}`);
  }
  const times = jobs.map(({ responseMs }) => responseMs);
  const spanMs = Math.max(1, last.atMs - first.atMs);
  const blockCount = Math.max(BLOCKS.min, Math.min(BLOCKS.max, Math.floor(spanMs / BLOCK_MS)));
  const blocks = jobs.map(({ atMs }) =>
    Math.min(blockCount - 1, Math.floor((blockCount * (atMs - first.atMs)) / spanMs)),
  );
  const isCoarse = isWholeSeconds(jobs);
  const pairs: Pairs = isCoarse ? [] : successors(jobs);
  const known = { jobs, times, lostAtMs: past.lostAtMs, blocks, blockCount, pairs };
  const { chances, load, other, spread, found } =
    pairs.length >= JOBS_MIN ? loadOfPairs(known) : loadOfAll(known);
  const means = load.solve();
  const ofAll = figuresOf(load);
  const ofOther = other === null ? ofAll : figuresOf(other);
  const ofBlocks = eitherOf(ofAll.alone, ofOther.alone);
  const isSame = areSame([times]);
  const aloneMs = isSame
    ? { value: ofBlocks.value, low: 0, high: Number.POSITIVE_INFINITY }
    : product(ofBlocks, {
        value: 1,
        low: spread.low / spread.value,
        high: spread.high / spread.value,
      });
  const { counts } = load;
  const fewest = 1 + counts.findIndex((count) => count >= 1);
  if (fewest > 1) {
    notes.push(
      `never fewer than ${fewest} at a time: its time alone is taken for that at ${fewest} (extrapolated)`,
    );
  }
  if (other !== null) {
    notes.push(
      "what begins later slows a segment too, as on a shared link: by how many there were when it began, times are means only, with what two ways to find them allow",
    );
  }
  const curve = ofAll.factors.map((factor, index): CurvePoint => {
    const segments = Math.round(counts[index] ?? 0);
    const second = ofOther.factors[index] ?? factor;
    const either = eitherOf(factor, second);
    return { atATime: index + 1, segments, factor: isCoarse ? withMethod(either) : either };
  });
  const expected = expectedOf(chances, means);
  const logs = times.map((time, index) => Math.log(time / (expected[index] ?? 1)));
  const begins = jobs.map(({ atMs, responseMs }) => atMs - responseMs);
  if (!tellsSpells(jobs)) {
    notes.push(
      `with fewer than ${SESSIONS_MIN} sessions at a time slow spells cannot be told from slow sessions: none are assumed`,
    );
  }
  const rest = logs.map((log, index) => log - (found?.levelAt(begins[index] ?? 0) ?? 0));
  const isSteady = begins.map((atMs) => found?.isSteady(atMs) ?? true);
  const sums = new BlockSums(blockCount, 7);
  for (const [index, log] of rest.entries()) {
    if (isSteady[index] === false) continue;
    const block = blocks[index] ?? 0;
    sums.add(block, At.count, 1);
    for (const [k, chance] of (chances[index] ?? []).entries()) {
      const mean = means[Math.min(k, means.length - 1)] ?? 1;
      const off = log + Math.log((expected[index] ?? 1) / mean);
      sums.add(block, At.sum, chance * off);
      sums.add(block, At.squares, chance * off * off);
    }
  }
  const steps: number[] = [];
  for (const [before, after] of pairs) {
    // At the edge of a spell one of them is not where it is taken to be.
    if (isSteady[before] === false || isSteady[after] === false) continue;
    const step = (rest[after] ?? 0) - (rest[before] ?? 0);
    steps.push(step);
    sums.add(blocks[after] ?? 0, At.pairs, 1);
    sums.add(blocks[after] ?? 0, At.steps, step * step);
  }
  for (const part of partsOfSessions(pairs, jobs.length)) {
    const steady = part.filter((index) => isSteady[index] === true);
    const places = { count: At.joined, products: At.products };
    const values = steady.map((index) => rest[index] ?? 0);
    addProducts(sums, blocks[steady[0] ?? 0] ?? 0, places, values);
  }
  const meanSquared = (all: Float64Array) => ((all[At.sum] ?? 0) / (all[At.count] ?? 0)) ** 2;
  const total = (all: Float64Array) =>
    (all[At.squares] ?? 0) / (all[At.count] ?? 0) - meanSquared(all);
  const between = (all: Float64Array) =>
    (all[At.products] ?? 0) / (all[At.joined] ?? 0) - meanSquared(all);
  const within = (all: Float64Array) => (all[At.steps] ?? 0) / (2 * (all[At.pairs] ?? 0));
  const knowsSessions = steps.length >= JOBS_MIN;
  if (isCoarse) {
    notes.push(
      "times are of whole seconds, as nodes have them: sessions are not told apart, and roundTripCv holds what lies between them",
    );
  } else if (!knowsSessions)
    notes.push("too few segments that follow each other to tell sessions apart");
  const noiseCv = sums.figure((all) => cvOf(knowsSessions ? within(all) : total(all)));
  const absences = fitUptime(past.comings, toMs, jobs);
  if (absences !== null && absences.hangs === null && absences.explained > 0) {
    notes.push(
      `${counted(absences.explained, "absence")} below 90 s are no more than failures explain: no segments are taken as never answered`,
    );
  }
  if (means.length === AT_A_TIME_MAX)
    notes.push(`more than ${AT_A_TIME_MAX} at a time are taken for that many`);
  notes.push(...oddTimes([times], aloneMs.value));
  return {
    worker: past.address,
    source: "a pool's past",
    isDevice: false,
    span: { fromMs: first.atMs, toMs: last.atMs },
    segments: jobs.length,
    aloneMs,
    curve,
    parts: [],
    noiseCv: isSame ? null : isCoarse && means.length > 1 ? spreadWithMethod(noiseCv) : noiseCv,
    sessionCv:
      knowsSessions && !isSame
        ? betweenFigure(
            sums.figure((all) => cvOf(between(all))),
            sums.used,
            sessionsOf(jobs, []).map(({ segments }) => segments),
          )
        : null,
    isLognormal: isNormal(knowsSessions ? steps : rest),
    quantiles: toldQuantiles(times.map((time, index) => time / (expected[index] ?? 1))),
    warmupMs: null,
    spells: found?.fit ?? null,
    errors: absences?.hangs ?? null,
    losses: null,
    uptime: absences?.uptime ?? null,
    sessionsMax: sessionsSeen(jobs),
    sessions: sessionsSeen(jobs),
    pixelsPerSecond: null,
    heldOut: heldOutOf(load, times, blocks),
    unused,
    notes,
  };
}
