/**
 * From a model's past to its figures: a job takes (a fixed time + a time for each unit) × a factor for
 * company × noise, as the simulator has it, and longer by a load where its model was not there.
 */
import { counted } from "../../../core/wording.js";
import { studentTCritical } from "../../experiment/statistics/student-t.js";
import { BlockSums, jackknifed, jackknifedSum } from "../fits/blocks.js";
import { cvFigure, meanOf, shareFigure, squaresOf, sumOf } from "../fits/estimates.js";
import type { CurvePoint, Figure } from "../worker-fit.js";
import { type AIJobDone, type AIModelPast, LIVE_PIPELINE } from "./ai-events.js";
import type { AIModelFit } from "./ai-fit.js";
import { mostAtATime, type Service, services, turnsOf } from "./service.js";

/** Jobs below which no time is told. */
const JOBS_MIN = 30;
const BLOCKS = 20;
const ROUNDS = 8;
/** Units whose sizes differ less do not tell a fixed time from one for each unit. */
const UNITS_CV_MIN = 0.05;
/** A job that is done in less of its time than this had its turn earlier: more are done at a time. */
const IMPOSSIBLE = 0.3;
const IMPOSSIBLE_SHARE = 0.01;
const CAPACITY_MAX = 256;
const SECOND_MS = 1000;
const CLEARLY_LONGER_MS = 2500;
/** Median distance from the median in standard deviations, and what it is worth beside squares. */
const MEDIAN_DISTANCE = 0.6745;
const MEDIAN_EFFICIENCY = 0.37;
const NO_TURN: Service = { workMs: 0, waitedMs: 0, atATime: 1 };
/** A load is longer than the noise by this many deviations, and than the job by this factor. */
const COLD_DEVIATIONS = 4;
const COLD_FACTOR = 1.5;
/** Numbers at a time that fewer jobs saw are told together with the one before. */
const COMPANY_MIN = 10;

/** Places of sums over a block. */
const At = { weight: 0, units: 1, squares: 2, time: 3, timeUnits: 4 } as const;

/** A job in the fit. */
interface Row {
  readonly units: number;
  readonly workMs: number;
  readonly atATime: number;
  readonly block: number;
  readonly mayBeCold: boolean;
}

interface Line {
  readonly fixedMs: number;
  readonly msPerUnit: number;
}

type Shape = "both" | "unit" | "fixed";

interface Found {
  readonly line: Line;
  readonly shape: Shape;
  readonly isCold: readonly boolean[];
  /** By number at a time less 1; not falling. */
  readonly factors: readonly number[];
  readonly sums: BlockSums;
}

/** Fits one model of one worker. */
export function fitAIModel(past: AIModelPast): AIModelFit {
  const { pipeline, model, jobs, results, failedAtMs } = past;
  const units = jobs.map((job) => job.units);
  const unitsMean = jobs.length === 0 ? 0 : meanOf(units);
  const base = {
    pipeline,
    model,
    jobs: jobs.length,
    results,
    units: { mean: unitsMean, cv: unitsMean > 0 ? deviationOf(units) / unitsMean : 0 },
    priceWei: jobs.at(-1)?.priceWei ?? 0n,
  };
  if (pipeline === LIVE_PIPELINE || jobs.length < JOBS_MIN) {
    return { ...base, ...untimed(past), failures: failuresOf(past) };
  }
  const { rows, capacity, most, isCoarse } = rowsOf(past);
  const found = lineOf(rows, base.units.cv);
  const { isCold, factors } = found;
  const warm = rows.filter((_, index) => isCold[index] !== true);
  const logs = warm.map((row) => Math.log(row.workMs / expected(row, found.line, factors)));
  const cold = rows.filter((_, index) => isCold[index] === true);
  return {
    ...base,
    ...figuresOf(found),
    curve: curveOf(warm, found),
    noiseCv: noiseOf(logs, failedAtMs.length > 0 && capacity > 1),
    coldStarts: cold.length,
    loadMs: loadOf(cold.map((row) => row.workMs - expected(row, found.line, factors))),
    failures: failuresOf(past),
    capacity,
    notes: notesOf(found, { failures: failedAtMs.length, capacity, most, isCoarse }),
  };
}

function untimed({ pipeline, jobs, failedAtMs }: AIModelPast) {
  const notes =
    pipeline === LIVE_PIPELINE
      ? ["of live streams only beginnings are told: no times, no fees, no ends (E-16)"]
      : [`${counted(jobs.length, "answered job")}, too few to say how long they take`];
  const none = { fixedMs: null, msPerUnit: null, curve: [], noiseCv: null, loadMs: null };
  return {
    ...none,
    coldStarts: 0,
    capacity: Math.max(1, mostAtATime(turnsOf(jobs, failedAtMs))),
    notes,
  };
}

function failuresOf({ pipeline, results, failedAtMs }: AIModelPast): Figure | null {
  return pipeline === LIVE_PIPELINE || results === 0
    ? null
    : shareFigure(failedAtMs.length, results);
}

function deviationOf(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.sqrt(squaresOf(values) / (values.length - 1));
}

/** Jobs with their turns, at the fewest at a time that their times allow. */
function rowsOf({ jobs, failedAtMs }: AIModelPast): {
  isCoarse: boolean;
  rows: Row[];
  capacity: number;
  most: number;
} {
  const sorted = [...jobs].sort((a, b) => a.atMs - a.responseMs - (b.atMs - b.responseMs));
  const turns = turnsOf(sorted, failedAtMs);
  const most = Math.min(CAPACITY_MAX, mostAtATime(turns));
  const answered = (all: readonly Service[]) => all.filter((_, at) => !turns[at]?.isFailure);
  const isCoarse = jobs.every(({ atMs }) => atMs % SECOND_MS === 0);
  const usual = usualOf(sorted, answered(services(turns, 1)));
  // Ends that are told in seconds may be nearer to each other by up to one.
  const slackMs = isCoarse ? SECOND_MS / (usual.ms < CLEARLY_LONGER_MS ? 1 : 2) : 0;
  let capacity = 1;
  let found = answered(services(turns, capacity));
  while (capacity < most && !isPossible(found, sorted, { usual, slackMs })) {
    capacity += 1;
    found = answered(services(turns, capacity));
  }
  const all = sorted.map((job, index): Row & { readonly waitedMs: number } => {
    const { workMs, waitedMs, atATime } = found[index] ?? NO_TURN;
    return {
      units: job.units,
      workMs: Math.max(1, workMs),
      waitedMs,
      atATime,
      block: Math.floor((BLOCKS * index) / sorted.length),
      mayBeCold: job.mayBeCold,
    };
  });
  // Where only seconds are told, a turn that began with another's end is not known well enough.
  const sure = all.filter(({ waitedMs }) => waitedMs < -SECOND_MS);
  return { rows: isCoarse && sure.length >= JOBS_MIN ? sure : all, capacity, most, isCoarse };
}

/** What a job takes, and a unit, by those that found nobody there: medians, ms. */
interface Usual {
  readonly ms: number;
  readonly msPerUnit: number;
}

function usualOf(jobs: readonly AIJobDone[], alone: readonly Service[]): Usual {
  const free = jobs.filter((_, index) => (alone[index]?.waitedMs ?? 0) < -SECOND_MS);
  const some = free.length >= JOBS_MIN ? free : jobs;
  return {
    ms: middleOf(some.map(({ responseMs }) => responseMs)),
    msPerUnit: middleOf(some.map(({ responseMs, units }) => responseMs / Math.max(1, units))),
  };
}

/** Hardly any job is done sooner than its size allows, as far as its times are known. */
function isPossible(
  found: readonly Service[],
  jobs: readonly AIJobDone[],
  { usual, slackMs }: { readonly usual: Usual; readonly slackMs: number },
): boolean {
  const impossible = found.filter(({ workMs }, index) => {
    const most = workMs + slackMs;
    const byUnits = most / Math.max(1, jobs[index]?.units ?? 1);
    return byUnits < IMPOSSIBLE * usual.msPerUnit && most < IMPOSSIBLE * usual.ms;
  });
  return impossible.length <= IMPOSSIBLE_SHARE * found.length;
}

function middleOf(values: readonly number[]): number {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? 0;
}

/** The standard deviation of a normal distribution by the median of distances from its median. */
function robustDeviation(logs: readonly number[]): number {
  const middle = middleOf(logs);
  return middleOf(logs.map((log) => Math.abs(log - middle))) / MEDIAN_DISTANCE;
}

/**
 * The noise. Where jobs failed beside others nobody knows when they had their turn: some of the others
 * then seem longer than they were, which a median does not mind.
 */
function noiseOf(logs: readonly number[], isDisturbed: boolean): Figure {
  if (!isDisturbed) return cvFigure(squaresOf(logs), Math.max(1, logs.length - 2));
  const freedom = Math.max(1, MEDIAN_EFFICIENCY * logs.length);
  return cvFigure(robustDeviation(logs) ** 2 * freedom, freedom);
}

function expected({ units, atATime }: Row, line: Line, factors: readonly number[]): number {
  return (line.fixedMs + line.msPerUnit * units) * (factors[atATime - 1] ?? 1);
}

/** Weighted least squares, company and loads taken out, until nothing changes. */
function lineOf(rows: readonly Row[], unitsCv: number): Found {
  let shape: Shape = unitsCv < UNITS_CV_MIN ? "unit" : "both";
  let line: Line = { fixedMs: 0, msPerUnit: sumOf(rows.map(work)) / sumOf(rows.map(size)) };
  let factors: readonly number[] = [1];
  let isCold: readonly boolean[] = rows.map(() => false);
  let sums = new BlockSums(BLOCKS, 5);
  for (let round = 0; round < ROUNDS; round++) {
    isCold = coldOf(rows, line, factors);
    sums = new BlockSums(BLOCKS, 5);
    for (const [index, row] of rows.entries()) {
      if (isCold[index] !== true) addTo(sums, row, line, factors);
    }
    let next = solve(sums.total, shape);
    if (shape === "both" && !(next.fixedMs > 0)) shape = "unit";
    else if (shape === "both" && !(next.msPerUnit > 0)) shape = "fixed";
    next = solve(sums.total, shape);
    line = next;
    factors = factorsOf(
      rows.filter((_, index) => isCold[index] !== true),
      line,
    );
  }
  return { line, shape, isCold, factors, sums };
}

const work = ({ workMs }: Row) => workMs;
const size = ({ units }: Row) => Math.max(1, units);

function addTo(sums: BlockSums, row: Row, line: Line, factors: readonly number[]): void {
  const alone = line.fixedMs + line.msPerUnit * row.units;
  const weight = 1 / (alone * alone);
  const time = row.workMs / (factors[row.atATime - 1] ?? 1);
  sums.add(row.block, At.weight, weight);
  sums.add(row.block, At.units, weight * row.units);
  sums.add(row.block, At.squares, weight * row.units * row.units);
  sums.add(row.block, At.time, weight * time);
  sums.add(row.block, At.timeUnits, weight * time * row.units);
}

function solve(
  [w = 0, u = 0, uu = 0, t = 0, tu = 0]: ArrayLike<number> & Iterable<number>,
  shape: Shape,
): Line {
  if (shape === "unit") return { fixedMs: 0, msPerUnit: tu / uu };
  if (shape === "fixed") return { fixedMs: t / w, msPerUnit: 0 };
  const determinant = w * uu - u * u;
  return { fixedMs: (uu * t - u * tu) / determinant, msPerUnit: (w * tu - u * t) / determinant };
}

/** Jobs that took longer than noise explains, after something that may have unloaded the model. */
function coldOf(rows: readonly Row[], line: Line, factors: readonly number[]): boolean[] {
  const logs = rows.map((row) => Math.log(row.workMs / expected(row, line, factors)));
  const limit =
    middleOf(logs) + Math.max(COLD_DEVIATIONS * robustDeviation(logs), Math.log(COLD_FACTOR));
  return rows.map(({ mayBeCold }, index) => mayBeCold && (logs[index] ?? 0) > limit);
}

function factorsOf(rows: readonly Row[], line: Line): number[] {
  const most = rows.reduce((top, { atATime }) => Math.max(top, atATime), 1);
  const sums = Array.from({ length: most }, () => ({ ratio: 0, count: 0 }));
  for (const row of rows) {
    const own = sums[row.atATime - 1];
    if (own === undefined) continue;
    own.ratio += row.workMs / (line.fixedMs + line.msPerUnit * row.units);
    own.count += 1;
  }
  const alone = sums.find(({ count }) => count >= COMPANY_MIN);
  const aloneMean = alone === undefined ? 1 : alone.ratio / alone.count;
  let last = 1;
  return sums.map(({ ratio, count }) => {
    if (count >= COMPANY_MIN) last = Math.max(last, ratio / count / aloneMean);
    return last;
  });
}

function figuresOf({ line, shape, sums }: Found): Pick<AIModelFit, "fixedMs" | "msPerUnit"> {
  const without = sums.without().map((one) => solve(one, shape));
  const msPerUnit = jackknifed(
    line.msPerUnit,
    without.map((one) => one.msPerUnit),
  );
  if (shape === "unit") return { fixedMs: null, msPerUnit };
  const fixedMs = jackknifedSum(
    line.fixedMs,
    without.map((one) => one.fixedMs),
  );
  return { fixedMs, msPerUnit: shape === "fixed" ? { value: 0, low: 0, high: 0 } : msPerUnit };
}

function curveOf(rows: readonly Row[], { line, factors }: Found): CurvePoint[] {
  return factors.map((value, index): CurvePoint => {
    const own = rows.filter(({ atATime }) => atATime === index + 1);
    const only = (one: readonly Row[]) => factorsOf(one, line)[index] ?? Number.NaN;
    const without = Array.from({ length: BLOCKS }, (_, block) =>
      only(rows.filter((row) => row.block !== block)),
    );
    const factor = index === 0 ? { value: 1, low: 1, high: 1 } : jackknifed(value, without);
    return { atATime: index + 1, segments: own.length, factor };
  });
}

function loadOf(times: readonly number[]): Figure | null {
  if (times.length === 0) return null;
  const value = meanOf(times);
  if (times.length < 2) return { value, low: 0, high: Number.POSITIVE_INFINITY };
  const error = deviationOf(times) / Math.sqrt(times.length);
  const half = studentTCritical({ degreesOfFreedom: times.length - 1 }) * error;
  return { value, low: Math.max(0, value - half), high: value + half };
}

function notesOf(
  { shape }: Found,
  told: {
    readonly failures: number;
    readonly capacity: number;
    readonly most: number;
    readonly isCoarse: boolean;
  },
): string[] {
  const { failures, capacity, most, isCoarse } = told;
  return [
    ...(isCoarse && capacity > 1
      ? [
          "told in whole seconds, it is not sure how many were at a time: times alone, and by how much company slows, may be a tenth off",
        ]
      : []),
    ...(shape === "unit"
      ? ["its jobs do not tell a fixed time from one for each unit: all of it is taken for units"]
      : []),
    ...(most > capacity + (isCoarse ? 1 : 0)
      ? [`up to ${most} were at it at a time: what waited had its turn after others (A-53)`]
      : []),
    ...(failures > 0
      ? ["a job without an answer may have failed at the node or for payment as well (E-15)"]
      : []),
  ];
}
