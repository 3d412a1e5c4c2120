/**
 * Transcoding devices as starting values: how fast each is alone, how much slower with company,
 * and how long its first segment takes more. Every figure says whether it was measured, derived
 * from a measured one, or guessed; an operator replaces them by what `livepeer_bench` shows.
 */
import { invariant } from "../../core/errors.js";
import type { Cell } from "../../io/csv-table.js";
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";
import type { DataText } from "./regions.js";

/** How a figure is known. */
export type Basis = "measured" | "derived" | "guess";

/** A device of the device table. */
export interface Device {
  readonly name: string;
  /** Output pixels per second with one segment at a time. */
  readonly pixelsPerSecond: number;
  /** What the first segment of a session takes more, ms. */
  readonly warmupMs: number;
  /** Coefficient of variation of a segment's transcode time, lognormal. */
  readonly noiseCv: number;
  /** Segments at a time, ascending from 1, and the factor on the time of each, never falling. */
  readonly slowdown: readonly { readonly segments: number; readonly factor: number }[];
  readonly basis: Readonly<Record<"pixelsPerSecond" | "warmup" | "noise" | "slowdown", Basis>>;
}

const MAX_DEVICES = 500;
const MAX_SLOWDOWN_POINTS = 64;

function basisIn(fileName: string, cell: Cell): Basis {
  const { text } = cell;
  if (text !== "measured" && text !== "derived" && text !== "guess") {
    throw dataError(fileName, cell, `${quoted(text)}, expected measured, derived or guess`);
  }
  return text;
}

function slowdownIn(fileName: string, cell: Cell): Device["slowdown"] {
  const points = cell.text.split("|").map((part) => {
    const [, segments, factor] = /^(\d{1,4}):(\d{1,5}(?:\.\d{1,6})?)$/.exec(part) ?? [];
    return { segments: Number(segments), factor: Number(factor) };
  });
  const isRising = points.every(({ segments, factor }, at) => {
    const previous = points[at - 1];
    return previous === undefined
      ? segments === 1 && factor === 1
      : segments > previous.segments && factor >= previous.factor;
  });
  if (!isRising || points.length > MAX_SLOWDOWN_POINTS) {
    const expected = "segments:factor pairs joined by |, from 1:1 on, never falling";
    throw dataError(fileName, cell, `${quoted(cell.text)}, expected ${expected}`);
  }
  return points;
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
    const basis = (column: string) => basisIn(file.name, record.cell(column));
    devices.set(name, {
      name,
      pixelsPerSecond: number("pixelsPerSecond", 1, 1e15),
      warmupMs: number("warmupMs", 0, 600_000),
      noiseCv: number("noiseCv", 0, 10),
      slowdown: slowdownIn(file.name, record.cell("slowdown")),
      basis: {
        pixelsPerSecond: basis("pixelsPerSecondBasis"),
        warmup: basis("warmupBasis"),
        noise: basis("noiseBasis"),
        slowdown: basis("slowdownBasis"),
      },
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
