/**
 * Transcoding devices as starting values: how fast each is alone, how much slower with company,
 * and how long its first segment takes more. Every figure says whether it was measured, derived
 * from a measured one, or guessed; an operator replaces them by what `livepeer_bench` shows.
 */
import { invariant } from "../../core/errors.js";
import type { Cell } from "../../io/csv-table.js";
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";
import { DEVICE_SOURCES } from "./device-sources.js";
import type { DataText } from "./regions.js";

/** How a figure is known. */
export type Basis = "measured" | "derived" | "interpolated" | "guess";

/** A figure that nobody measured for this device, nor followed from what was measured on it. */
export function isImputed(basis: Basis): boolean {
  return basis === "interpolated" || basis === "guess";
}

/** The figures of a device that say how they are known. */
export const DEVICE_FIGURES = [
  "pixelsPerSecond",
  "warmup",
  "noise",
  "slowdown",
  "encoderSessions",
] as const;

/** One of {@link DEVICE_FIGURES}. */
export type DeviceFigure = (typeof DEVICE_FIGURES)[number];

/** A device of the device table. */
export interface Device {
  readonly name: string;
  /** Of its encoders, as their maker names it; empty where a scenario defines the device. */
  readonly generation: string;
  /** Output pixels per second with one segment at a time. */
  readonly pixelsPerSecond: number;
  /** What the first segment of a session takes more, ms. */
  readonly warmupMs: number;
  /** Coefficient of variation of a segment's transcode time, lognormal. */
  readonly noiseCv: number;
  /** Segments at a time, ascending from 1, and the factor on the time of each, never falling. */
  readonly slowdown: readonly { readonly segments: number; readonly factor: number }[];
  /** Encoder sessions at a time that its driver allows the whole system; null: any number. */
  readonly encoderSessions: number | null;
  readonly basis: Readonly<Record<DeviceFigure, Basis>>;
  /** Where each figure comes from: keys of `DEVICE_SOURCES`, joined by +. */
  readonly source: Readonly<Record<DeviceFigure, string>>;
}

const MAX_DEVICES = 500;
const MAX_SLOWDOWN_POINTS = 64;
const MAX_ENCODER_SESSIONS = 10_000;
const BASES: readonly Basis[] = ["measured", "derived", "interpolated", "guess"];

/** How a figure of a table is known, as its cell says. */
export function basisIn(fileName: string, cell: Cell): Basis {
  const found = BASES.find((basis) => basis === cell.text);
  if (found !== undefined) return found;
  const expected = "expected measured, derived, interpolated or guess";
  throw dataError(fileName, cell, `${quoted(cell.text)}, ${expected}`);
}

/** Where a figure of a table comes from, as its cell says: keys of `sources`, joined by +. */
export function sourceIn(
  fileName: string,
  cell: Cell,
  sources: ReadonlyMap<string, unknown> = DEVICE_SOURCES,
): string {
  const unknown = cell.text.split("+").find((key) => !sources.has(key));
  if (unknown === undefined) return cell.text;
  const expected = `expected ${[...sources.keys()].join(", ")}, or several joined by +`;
  throw dataError(fileName, cell, `${quoted(unknown)}, ${expected}`);
}

/** Is it a table of a slow-down: from 1:1 on, segments rising, factors never falling? */
export function isSlowdown(points: Device["slowdown"]): boolean {
  const isRising = points.every(({ segments, factor }, at) => {
    const previous = points[at - 1];
    return previous === undefined
      ? segments === 1 && factor === 1
      : segments > previous.segments && factor >= previous.factor;
  });
  return isRising && points.length > 0 && points.length <= MAX_SLOWDOWN_POINTS;
}

function slowdownIn(fileName: string, cell: Cell): Device["slowdown"] {
  const points = cell.text.split("|").map((part) => {
    const [, segments, factor] = /^(\d{1,4}):(\d{1,5}(?:\.\d{1,6})?)$/.exec(part) ?? [];
    return { segments: Number(segments), factor: Number(factor) };
  });
  if (!isSlowdown(points)) {
    const expected = "segments:factor pairs joined by |, from 1:1 on, never falling";
    throw dataError(fileName, cell, `${quoted(cell.text)}, expected ${expected}`);
  }
  return points;
}

/** The same of each figure. */
export function ofFigures<T>(of: (figure: DeviceFigure) => T): Readonly<Record<DeviceFigure, T>> {
  return {
    pixelsPerSecond: of("pixelsPerSecond"),
    warmup: of("warmup"),
    noise: of("noise"),
    slowdown: of("slowdown"),
    encoderSessions: of("encoderSessions"),
  };
}

/**
 * Parses a device table.
 *
 * @param file name for messages, and text; at most 500 devices
 * @returns the devices by name
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseDevices(file: DataText): ReadonlyMap<string, Device> {
  const devices = new Map<string, Device>();
  for (const record of parseCsv(file.text, file.name, { maxRecords: MAX_DEVICES }).records) {
    const nameCell = record.cell("device");
    const { text: name } = nameCell;
    if (!/^[\w.-]{1,60}$/.test(name)) {
      throw dataError(file.name, nameCell, `${quoted(name)}, expected a name such as gtx1060`);
    }
    if (devices.has(name)) {
      throw dataError(file.name, nameCell, `device ${quoted(name)} stands twice`);
    }
    const number = (column: string, min: number, max: number) =>
      numberIn(file.name, record.cell(column), { min, max });
    const of = <T>(read: (fileName: string, cell: Cell) => T, end: string) =>
      ofFigures((figure) => read(file.name, record.cell(`${figure}${end}`)));
    const encoders = record.cell("encoderSessions");
    devices.set(name, {
      name,
      generation: record.cell("generation").text,
      pixelsPerSecond: number("pixelsPerSecond", 1, 1e15),
      warmupMs: number("warmupMs", 0, 600_000),
      noiseCv: number("noiseCv", 0, 10),
      slowdown: slowdownIn(file.name, record.cell("slowdown")),
      encoderSessions:
        encoders.text === "unlimited" ? null : number("encoderSessions", 1, MAX_ENCODER_SESSIONS),
      basis: of(basisIn, "Basis"),
      source: of(sourceIn, "Source"),
    });
  }
  return devices;
}

/**
 * The factor on the time of each segment while a device works on several: linear between the
 * points of the table, and beyond its end as from nothing to its last point.
 *
 * @param slowdown table of a device
 * @param segments that the device is working on, at least 1
 * @returns at least 1
 */
export function slowdownFactor(slowdown: Device["slowdown"], segments: number): number {
  invariant(segments >= 1, "a device is asked how slow it is while it works");
  const next = slowdown.findIndex((point) => point.segments >= segments);
  const above = slowdown[next];
  const below = slowdown[next < 0 ? slowdown.length - 1 : next - 1];
  if (above === undefined) {
    return below === undefined ? 1 : (below.factor * segments) / below.segments;
  }
  if (below === undefined || above.segments === segments) return above.factor;
  const share = (segments - below.segments) / (above.segments - below.segments);
  return below.factor + share * (above.factor - below.factor);
}
