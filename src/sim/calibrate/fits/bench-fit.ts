/** From runs at known numbers of sessions to a worker's figures. */
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { type Measured, type MeasuredSegment, wholeMs } from "../measured.js";
import type { CurvePoint, Figure, HeldOut, PartsPoint, WorkerFit } from "../worker-fit.js";
import {
  cvFigure,
  cvOf,
  isNormal,
  logFigure,
  meanOf,
  shareFigure,
  squaresOf,
  sumOf,
  toldQuantiles,
} from "./estimates.js";
import { neverFalling } from "./monotone.js";
import { areSame, oddTimes } from "./odd-times.js";

/** Segments of one number of sessions that came, warm, as times of a segment of mean length. */
interface Level {
  readonly atATime: number;
  readonly times: readonly number[];
  /** Times by session, where sessions are told apart. */
  readonly bySession: readonly (readonly number[])[];
}

/** Pooled over all levels: variances of the logarithm within and between sessions. */
interface Components {
  readonly within: number;
  readonly withinFreedom: number;
  /** null: sessions are not told apart. */
  readonly between: number | null;
  readonly betweenFreedom: number;
  /** Segments of a session. */
  readonly perSession: number;
}

function levelsOf(measured: Measured, meanMs: number | null): Level[] {
  const levels = new Map<number, Map<string, number[]>>();
  for (const segment of measured.segments) {
    if (segment.isFirst || segment.workMs === Number.POSITIVE_INFINITY) continue;
    const sessions = levels.get(segment.atATime) ?? new Map<string, number[]>();
    levels.set(segment.atATime, sessions);
    const times = sessions.get(segment.session ?? "") ?? [];
    sessions.set(segment.session ?? "", times);
    times.push(timeOf(segment, meanMs));
  }
  return [...levels]
    .sort(([a], [b]) => a - b)
    .map(([atATime, sessions]) => ({
      atATime,
      times: [...sessions.values()].flat(),
      bySession: sessions.has("") ? [] : [...sessions.values()],
    }));
}

/** What a segment of mean length takes: transcoding grows with length. */
function timeOf(segment: MeasuredSegment, meanMs: number | null): number {
  const { durationMs } = segment;
  const scale =
    meanMs === null || durationMs === null || durationMs === 0 ? 1 : meanMs / durationMs;
  return Math.max(1e-6, wholeMs(segment) * scale);
}

const logs = (values: readonly number[]) => values.map((value) => Math.log(value));

function componentsOf(levels: readonly Level[]): Components {
  const grouped = levels.map(({ times, bySession }) =>
    bySession.length === 0 ? [times] : bySession,
  );
  const groups = grouped.flat().filter((times) => times.length > 0);
  const withinFreedom = sumOf(groups.map((times) => times.length - 1));
  const within = sumOf(groups.map((times) => squaresOf(logs(times)))) / Math.max(1, withinFreedom);
  const several = levels.filter(({ bySession }) => bySession.length > 1);
  const betweenFreedom = sumOf(several.map(({ bySession }) => bySession.length - 1));
  const perSession = sumOf(groups.map((times) => times.length)) / Math.max(1, groups.length);
  const isKnown = levels.some(({ bySession }) => bySession.length > 0) && betweenFreedom > 0;
  const means = several.map(({ bySession }) => bySession.map((times) => meanOf(logs(times))));
  const ofMeans = sumOf(means.map(squaresOf)) / Math.max(1, betweenFreedom);
  return {
    within,
    withinFreedom,
    between: isKnown ? Math.max(0, ofMeans - within / perSession) : null,
    betweenFreedom,
    perSession,
  };
}

/** Standard error of the logarithm of a level's mean. */
function errorOf({ times, bySession }: Level, { within, between }: Components): number {
  const sessions = Math.max(1, bySession.length);
  return Math.sqrt((between ?? 0) / sessions + within / times.length);
}

/** The upper and lower ends of a session's spread (Satterthwaite, by its means' freedom). */
function sessionFigure({ between, betweenFreedom, within, perSession }: Components): Figure | null {
  if (between === null) return null;
  const ofMeans = between + within / perSession;
  const squares = cvFigure(ofMeans * betweenFreedom, betweenFreedom);
  const less = (cv: number) => cvOf(Math.log1p(cv * cv) - within / perSession);
  return { value: cvOf(between), low: less(squares.low), high: less(squares.high) };
}

function partsOf({ segments }: Measured): PartsPoint[] {
  const levels = [...new Set(segments.map(({ atATime }) => atATime))].sort((a, b) => a - b);
  return levels.flatMap((atATime) => {
    const own = segments.filter(
      (one) => one.atATime === atATime && one.workMs < Number.POSITIVE_INFINITY && !one.isFirst,
    );
    if (own.length === 0 || own.some(({ downloadMs }) => downloadMs === null)) return [];
    return [
      {
        atATime,
        downloadMs: meanOf(own.map(({ downloadMs }) => downloadMs ?? 0)),
        transcodeMs: meanOf(own.map(({ workMs }) => workMs)),
        uploadMs: meanOf(own.map(({ uploadMs }) => uploadMs ?? 0)),
      },
    ];
  });
}

function quantileOf(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Every other segment is held back, and predicted by the rest. */
function heldOutOf(levels: readonly Level[]): HeldOut | null {
  const halves = levels.map(({ times }) => ({
    kept: times.filter((_, index) => index % 2 === 0),
    held: times.filter((_, index) => index % 2 === 1),
  }));
  const both = halves.filter(({ held }) => held.length > 0);
  const segments = sumOf(both.map(({ held }) => held.length));
  if (segments === 0) return null;
  const errors = both.map(
    ({ kept, held }) => held.length * Math.abs(meanOf(kept) / meanOf(held) - 1),
  );
  const p99 = (which: "kept" | "held") =>
    quantileOf(
      both.flatMap((half) => half[which]),
      0.99,
    );
  return {
    segments,
    meanError: sumOf(errors) / segments,
    p99Error: p99("kept") / p99("held") - 1,
  };
}

function warmupOf(
  measured: Measured,
  levels: readonly Level[],
  meanMs: number | null,
): Figure | null {
  const [least] = levels;
  const cold = measured.segments.filter(
    ({ isFirst, atATime, workMs }) =>
      isFirst && atATime === least?.atATime && workMs < Number.POSITIVE_INFINITY,
  );
  if (least === undefined || cold.length === 0) return null;
  const times = cold.map((segment) => timeOf(segment, meanMs));
  const value = Math.max(0, meanOf(times) - meanOf(least.times));
  if (times.length < 2) return { value, low: 0, high: Number.POSITIVE_INFINITY };
  const error = Math.sqrt(squaresOf(times) / (times.length - 1) / times.length);
  const { high } = logFigure(1, 1, times.length - 1);
  const reach = Math.log(high) * error;
  return { value, low: Math.max(0, value - reach), high: value + reach };
}

/** So far below the time at fewer sessions nobody is by chance: in standard errors, and as a logarithm. */
const FALLS = { errors: 3, least: 0.1 };
/** What no worker does, so that the data are not what they seem. */
function oddities(
  levels: readonly Level[],
  fit: { readonly means: readonly number[]; readonly components: Components },
): string[] {
  const { means, components } = fit;
  const [leastMs = 1] = means;
  const measured = levels.map(({ times }) => meanOf(times));
  const isFalling = levels.some((level, index) => {
    const off = Math.abs(Math.log((measured[index] ?? 1) / (means[index] ?? 1)));
    return off > FALLS.least && off > FALLS.errors * errorOf(level, components);
  });
  const list = levels.map(
    ({ atATime }, index) => `${Number((measured[index] ?? 0).toPrecision(3))} ms at ${atATime}`,
  );
  return [
    ...(isFalling
      ? [
          `odd: segments take less time with more at a time (${list.join(", ")}), which no worker does, and no interval holds: are the numbers of sessions right?`,
        ]
      : []),
    ...oddTimes(
      levels.map(({ times }) => times),
      leastMs,
    ),
  ];
}

/**
 * Fits runs at known numbers of sessions.
 *
 * @throws InputError (`CALIBRATE_INPUT`) where no segment of a warm worker came
 */
export function fitBench(all: Measured): WorkerFit {
  const segments = all.segments.filter((segment) => wholeMs(segment) > 0);
  const measured = { ...all, segments };
  const { isDevice, worker } = measured;
  const timeless = all.segments.length - segments.length;
  const durations = segments.flatMap(({ durationMs }) => durationMs ?? []);
  const meanMs = isDevice && durations.length > 0 ? meanOf(durations) : null;
  const levels = levelsOf(measured, meanMs);
  const [least] = levels;
  if (least === undefined) {
    const text = `${measured.source}, ${worker}: no segment but the first of sessions, and failed ones`;
    throw new InputError(text, { code: "CALIBRATE_INPUT" });
  }
  const notes = [...measured.notes];
  if (least.atATime > 1) {
    notes.push(
      `nothing was measured at one session: its time alone is taken for that at ${least.atATime} (extrapolated)`,
    );
  }
  const isSame = areSame(levels.map(({ times }) => times));
  const found = componentsOf(levels);
  const components = isSame ? { ...found, withinFreedom: 0, between: null } : found;
  const freedom =
    components.between === null ? components.withinFreedom : components.betweenFreedom;
  // Of one segment alone, or of several that are the same, nobody knows how far from the mean it is.
  const figure = (value: number, error: number): Figure =>
    freedom < 1
      ? { value, low: 0, high: Number.POSITIVE_INFINITY }
      : logFigure(value, error, freedom);
  const means = neverFalling(
    levels.map(({ times }) => meanOf(times)),
    levels.map(({ times }) => times.length),
  );
  const aloneMs = figure(means[0] ?? Number.NaN, errorOf(least, components));
  const curve = levels.map((level, index): CurvePoint => {
    const { atATime, times } = level;
    const error = Math.hypot(errorOf(level, components), errorOf(least, components));
    const value = (means[index] ?? Number.NaN) / aloneMs.value;
    const factor = index === 0 ? { value: 1, low: 1, high: 1 } : figure(value, error);
    return { atATime, segments: times.length, factor };
  });
  const residuals = levels.flatMap(({ times }) => {
    const mean = meanOf(logs(times));
    return logs(times).map((log) => log - mean);
  });
  const failed = segments.filter(({ workMs }) => workMs === Number.POSITIVE_INFINITY).length;
  const { pixelsPerSecond } = measured;
  const rate =
    pixelsPerSecond === null || meanMs === null ? null : (pixelsPerSecond * meanMs) / aloneMs.value;
  notes.push(...oddities(levels, { means, components }));
  if (found.between === null) {
    notes.push("sessions are not told apart: what lies between them is not in the intervals");
  }
  return {
    worker,
    source: measured.source,
    isDevice,
    span: null,
    segments: segments.length,
    aloneMs,
    curve,
    parts: partsOf(measured),
    noiseCv:
      components.withinFreedom < 1
        ? null
        : cvFigure(components.within * components.withinFreedom, components.withinFreedom),
    sessionCv: sessionFigure(components),
    isLognormal: isNormal(residuals),
    quantiles: toldQuantiles(
      levels.flatMap(({ times }) => times.map((time) => time / meanOf(times))),
    ),
    warmupMs: warmupOf(measured, levels, meanMs),
    spells: null,
    // N-7: the tool ends at the first error, so that a text of its has none.
    errors: isDevice ? null : shareFigure(failed, segments.length),
    losses: null,
    uptime: null,
    sessionsMax: levels.at(-1)?.atATime ?? 1,
    sessions: levels.at(-1)?.atATime ?? 1,
    pixelsPerSecond: rate === null ? null : figure(rate, errorOf(least, components)),
    heldOut: heldOutOf(levels),
    unused: [
      ...measured.unused,
      ...(timeless > 0 ? [`${counted(timeless, "segment")} that took no time`] : []),
      ...(failed > 0 && isDevice ? [counted(failed, "failed segment")] : []),
    ],
    notes,
  };
}
