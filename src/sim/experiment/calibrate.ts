/**
 * Scales demand so that the baseline gives what the operator sees (`demand.calibrateTo`): a
 * search for the load at which a metric has a value, with a few short replications a step.
 */
import type { LoadedScenario } from "../input.js";
import type { Scenario } from "../scenario/schema.js";
import { STREAMS_AT_A_TIME_MAX, streamsAtATime } from "../scenario/size-checks.js";
import { CaseInputs, hasRandomDemand, LOAD_SCALE, numberAt } from "./case-inputs.js";
import { SEGMENT_SHARE, SEGMENTS } from "./metric-names.js";
import type { Samples } from "./samples.js";
import type { Workbench } from "./workbench.js";

const DAY_MS = 86_400_000;
const REPLICATIONS = 4;
const STEPS_MAX = 12;
const DURATION_MS_MAX = 10_800_000;
/** Relative error at which the search ends: less would fit noise. */
const TOLERANCE = 0.05;
/** The same of what books say of a pool that may have few streams, which is noise itself. */
const TOLERANCE_OF_BOOKS = 0.1;
/** How far one step may go. */
const STEP_FACTOR_MAX = 10;
/** And how far where demand makes no difference, i.e. below this slope. */
const FLAT_FACTOR = 4;
const SLOPE_MIN = 0.05;
/** Limits of `assumptions.loadScale`. */
const LOAD_MIN = 1e-4;
const LOAD_MAX = 100;

/** Beyond it there would be more streams than fit. */
function mostFactor(scenario: Scenario): number {
  const atATime = streamsAtATime(scenario);
  return atATime === 0 ? Number.POSITIVE_INFINITY : STREAMS_AT_A_TIME_MAX / atATime;
}

/** What to scale demand by, and what a reader should know about it. */
export interface Calibration {
  readonly loadFactor: number;
  readonly note: string | null;
}

interface Target {
  /** What it is called in notes. */
  readonly name: string;
  readonly value: number;
  readonly tolerance: number;
  readonly measure: (samples: Samples, scenario: Scenario) => number;
}

/**
 * Streams that come to the pool, per day: those that it had within the counted time, less those
 * that it had when counting began, of which there are as many as it has slots in use on average.
 */
function streamsPerDay(samples: Samples, { duration }: Scenario): number {
  const mean = (metric: string) => samples.mean(`pool.${metric}`) ?? 0;
  const underWay = mean("sessionsMean") - mean("idleSlotsMean");
  return (Math.max(0, mean("streams") - underWay) * DAY_MS) / duration;
}

function targetOf({ demand: { calibrateTo } }: Scenario): Target | undefined {
  const {
    streamsPerDay: streams,
    segmentShare: share,
    segmentsPerDay: segments,
  } = calibrateTo ?? {};
  if (streams !== undefined) {
    const tolerance = TOLERANCE;
    return { name: "streams per day", value: streams, tolerance, measure: streamsPerDay };
  }
  if (segments !== undefined) {
    return {
      name: "segments per day",
      value: segments,
      tolerance: TOLERANCE_OF_BOOKS,
      measure: (samples, { duration }) => ((samples.mean(SEGMENTS) ?? 0) * DAY_MS) / duration,
    };
  }
  if (share === undefined) return undefined;
  return {
    name: "segment share",
    value: share,
    tolerance: TOLERANCE,
    measure: (samples) => samples.mean(SEGMENT_SHARE) ?? 0,
  };
}

interface Point {
  readonly load: number;
  readonly value: number;
}

/**
 * The next load to try: by the line through the last two points in logarithms, in proportion
 * where there is only one. Between the two that enclose the target where that leads outside;
 * beyond the ends of what was tried, in turn, where the line is flat.
 */
function nextLoad(points: readonly Point[], target: number): number {
  const [last, previous] = points.toReversed();
  if (last === undefined) return 1;
  const loads = points.map(({ load }) => load);
  const below = closest(
    points.filter(({ value }) => value < target),
    target,
  );
  const above = closest(
    points.filter(({ value }) => value >= target),
    target,
  );
  const line = onLine(last, previous, target);
  if (below !== undefined && above !== undefined) {
    const low = Math.min(below.load, above.load);
    const high = Math.max(below.load, above.load);
    return line !== undefined && line > low && line < high ? line : Math.sqrt(low * high);
  }
  if (line !== undefined) return line;
  const [lowest, highest] = [Math.min(...loads), Math.max(...loads)];
  return last.load === lowest ? highest * FLAT_FACTOR : lowest / FLAT_FACTOR;
}

/** Where the line through two points meets the target; undefined where it is flat. */
function onLine(last: Point, previous: Point | undefined, target: number): number | undefined {
  if (last.value <= 0) return last.load * STEP_FACTOR_MAX;
  let slope = 1;
  if (previous !== undefined && previous.value > 0) {
    slope = Math.log(last.value / previous.value) / Math.log(last.load / previous.load);
  }
  if (!(Math.abs(slope) >= SLOPE_MIN)) return undefined;
  const reach = Math.log(STEP_FACTOR_MAX);
  const step = Math.log(target / last.value) / slope;
  return last.load * Math.exp(Math.min(Math.max(step, -reach), reach));
}

function closest(points: readonly Point[], target: number): Point | undefined {
  const error = ({ value }: Point) => Math.abs(value - target);
  return [...points].sort((a, b) => error(a) - error(b))[0];
}

/**
 * Searches.
 *
 * @param options.measure the metric at a load; may be 0
 * @param options.limits loads to stay within
 * @param options.tolerance relative error at which it ends
 * @returns the best point found, and whether it is within it
 */
export async function searchLoad(options: {
  readonly target: number;
  readonly measure: (load: number) => Promise<number>;
  readonly limits: { readonly low: number; readonly high: number };
  readonly tolerance?: number | undefined;
}): Promise<Point & { readonly isReached: boolean }> {
  const { target, measure, limits, tolerance = TOLERANCE } = options;
  const points: Point[] = [];
  let load = 1;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    load = Math.min(Math.max(load, limits.low), limits.high);
    if (points.some((point) => point.load === load)) break;
    const value = await measure(load);
    points.push({ load, value });
    if (Math.abs(value - target) <= tolerance * target) break;
    load = nextLoad(points, target);
  }
  const { load: found, value } = closest(points, target) ?? { load: 1, value: 0 };
  return { load: found, value, isReached: Math.abs(value - target) <= tolerance * target };
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/**
 * Calibrates demand, if the scenario asks for it.
 *
 * @param options.baseline the variant that the operator runs today
 */
export async function calibrate(options: {
  readonly loaded: LoadedScenario;
  readonly baseline: string;
  readonly workbench: Workbench;
}): Promise<Calibration> {
  const { loaded, baseline, workbench } = options;
  const inputs = new CaseInputs(loaded);
  const { scenario } = inputs.of(baseline);
  const target = targetOf(scenario);
  if (target === undefined) return { loadFactor: 1, note: null };
  if (!hasRandomDemand(scenario)) {
    return {
      loadFactor: 1,
      note: "calibrateTo has no effect: the streams of this demand are fixed",
    };
  }
  const ownLoad = numberAt(scenario, LOAD_SCALE) ?? 1;
  const duration = Math.min(scenario.duration, DURATION_MS_MAX);
  const changes = duration < scenario.duration ? [{ path: "duration", value: duration }] : [];
  const { load, value, isReached } = await searchLoad({
    target: target.value,
    tolerance: target.tolerance,
    limits: { low: LOAD_MIN / ownLoad, high: Math.min(LOAD_MAX / ownLoad, mostFactor(scenario)) },
    measure: async (factor) => {
      const input = inputs.scaledBy(factor).of(baseline, changes);
      const wanted = { label: "calibration", count: REPLICATIONS, isForAll: true };
      return target.measure(await workbench.replicate(input, wanted), input.scenario);
    },
  });
  const wanted = `${target.name} = ${figure(target.value)}`;
  const found = `demand × ${figure(load)} gives ${figure(value)} in ${baseline}`;
  const note = isReached
    ? `calibrated to ${wanted}: ${found}`
    : `calibration did not reach ${wanted}: the closest found, ${found}`;
  return { loadFactor: load, note };
}
