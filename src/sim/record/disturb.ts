/**
 * What happens to files between a node and the books, as a pure function of a seed: events and
 * files told twice, out of order, late, and the halves of AI jobs in different files. The events
 * stay what they are.
 */
import { makeKey, type RandomKey, uniform } from "../../core/random.js";
import type { EventFile } from "./files.js";
import type { NumberedEvent } from "./forms.js";
import type { PoolSource } from "./recorded-event.js";

/** How much of what; parts of 1. */
export interface Disturbance {
  /** AI jobs whose "received" goes to a file before or after. @default 1/2 */
  readonly partedJobs?: number | undefined;
  /** Files of which a part comes in a file of its own, later. @default 1/10 */
  readonly lateFiles?: number | undefined;
  /** Files that come twice. @default 1/20 */
  readonly repeatedFiles?: number | undefined;
  /** Events that are told again in a file after. @default 1/50 */
  readonly repeatedEvents?: number | undefined;
  /** Files whose events are in no order. @default 1/3 */
  readonly shuffledFiles?: number | undefined;
}

const DRAW = { part: 1, late: 2, when: 3, again: 4, repeat: 5, shuffle: 6, order: 7 } as const;
const PURPOSE = 104;

type Draw = (what: number, index: number) => number;

/**
 * @param files in order
 * @returns the files in order of arrival; `isLate` says which are where they do not belong
 */
export function disturbed(
  files: readonly EventFile[],
  seed: number,
  {
    partedJobs = 1 / 2,
    lateFiles = 1 / 10,
    repeatedFiles = 1 / 20,
    repeatedEvents = 1 / 50,
    shuffledFiles = 1 / 3,
  }: Disturbance = {},
): EventFile[] {
  const key = makeKey(seed, PURPOSE);
  const draw: Draw = (what, index) => uniform(key.k0 ^ what, key.k1, index);
  const contents = files.map(({ events }) => [...events]);
  const neighbours = neighboursOf(files);
  partJobs(contents, neighbours, partedJobs, draw);
  repeatEvents(contents, neighbours, repeatedEvents, draw);
  const arriving: { readonly file: EventFile; readonly at: number }[] = [];
  for (const [index, { source }] of files.entries()) {
    const events = contents[index] ?? [];
    const isLate = events.length > 1 && draw(DRAW.late, index) < lateFiles;
    const from = isLate ? Math.floor(events.length / 2) : events.length;
    const kept = events.slice(0, from);
    if (draw(DRAW.shuffle, index) < shuffledFiles) shuffle(kept, key, index);
    const file = { source, events: kept, isLate: false };
    if (kept.length > 0) arriving.push({ file, at: index });
    const later = () => index + draw(DRAW.when, index) * (files.length - index);
    if (isLate) {
      arriving.push({ file: { source, events: events.slice(from), isLate }, at: later() });
    }
    if (kept.length > 0 && draw(DRAW.again, index) < repeatedFiles) {
      arriving.push({ file: { ...file, isLate: true }, at: later() });
    }
  }
  return arriving.sort((a, b) => a.at - b.at).map(({ file }) => file);
}

/** Of each file, the one before and the one after it of the same source. */
function neighboursOf(files: readonly EventFile[]): { before: number; after: number }[] {
  const last = new Map<PoolSource, number>();
  const neighbours = files.map(() => ({ before: -1, after: -1 }));
  for (const [index, { source }] of files.entries()) {
    const before = last.get(source) ?? -1;
    const own = neighbours[index];
    const other = neighbours[before];
    if (own !== undefined) own.before = before;
    if (other !== undefined) other.after = index;
    last.set(source, index);
  }
  return neighbours;
}

type Neighbours = ReturnType<typeof neighboursOf>;

/** Each "received" is moved once at most, to the file before or after its own. */
function partJobs(contents: NumberedEvent[][], near: Neighbours, part: number, draw: Draw): void {
  let job = 0;
  const moves = contents.flatMap((events, from) =>
    events.flatMap((recorded) => {
      if (recorded.event.type !== "job-received") return [];
      const u = draw(DRAW.part, job++);
      if (u >= part) return [];
      const to = (u < part / 2 ? near[from]?.before : near[from]?.after) ?? -1;
      return to < 0 ? [] : [{ recorded, from, to }];
    }),
  );
  const moved = new Set(moves.map(({ recorded }) => recorded));
  for (const from of new Set(moves.map((move) => move.from))) {
    contents[from] = contents[from]?.filter((recorded) => !moved.has(recorded)) ?? [];
  }
  for (const { recorded, to } of moves) contents[to]?.push(recorded);
}

function repeatEvents(
  contents: readonly NumberedEvent[][],
  near: Neighbours,
  part: number,
  draw: Draw,
): void {
  const repeats = contents.map((events, index) =>
    events.filter((_, at) => draw(DRAW.repeat, index * 65_536 + at) < part),
  );
  for (const [index, events] of repeats.entries()) {
    const after = near[index]?.after ?? -1;
    contents[after < 0 ? index : after]?.push(...events);
  }
}

function shuffle(events: NumberedEvent[], key: RandomKey, index: number): void {
  for (let at = events.length - 1; at > 0; at--) {
    const u = uniform(key.k0 ^ DRAW.order ^ (index << 4), key.k1, at);
    const other = Math.floor(u * (at + 1));
    const [a, b] = [events[at], events[other]];
    if (a !== undefined && b !== undefined) [events[at], events[other]] = [b, a];
  }
}
