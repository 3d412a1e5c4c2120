/**
 * The draws of a stream's next segments, and which of them can be known ahead: loops over lists are
 * many times as fast as one segment here and one there. They are the draws that each segment makes on
 * its own way, too. Where there is a vector unit, it decides two segments at a time.
 */
import type { RandomKey } from "../../../core/random.js";
import type { CertainTickets, KnownSegments } from "../../../selection/index.js";
import { LIST_MAX } from "../../engine/draw-lists.js";
import type { DrawLoops, NumberList } from "../../engine/draw-loops.js";
import { attemptDraws, DRAW, PER_SEGMENT } from "../draws.js";
import type { Renditions } from "../world/renditions.js";
import { KNOWN, LISTS, type ListName } from "./run-lists.js";

/** All lists of a run. */
export type RunLists = Readonly<Record<ListName, NumberList>>;

/** Loops over a stream's next segments; see `run-lists.ts` for what is where. */
export abstract class RunLoops {
  /** What stays as it is, by {@link KNOWN}. */
  readonly known: NumberList;
  readonly lists: RunLists;
  /** For what is bought with them: the lists of that. */
  readonly paid: KnownSegments;
  protected readonly loops: DrawLoops;

  constructor(loops: DrawLoops) {
    this.loops = loops;
    const names = Object.keys(LISTS) as ListName[];
    // One after the other in memory.
    const lists = names.map((name) => [name, loops.numbers(LIST_MAX)] as const);
    this.lists = Object.fromEntries(lists) as Record<ListName, NumberList>;
    this.known = loops.numbers(Object.keys(KNOWN).length);
    const { estimates, sent, pixels, end, tickets } = this.lists;
    this.paid = {
      estimatedPixels: estimates.values,
      sentMs: sent.values,
      pixels: pixels.values,
      endMs: end.values,
      tickets: tickets.values,
    };
  }

  /**
   * Draws for a stream's next segments and decides when they are sent and come back.
   *
   * @param count of how many at most, 1 to `CHUNK`
   * @param key of the stream
   * @param segment number of the first; its duration is the first in its list already
   * @param failureDraw the quantity that says which of them fail
   * @param drawn what is drawn besides, of {@link DRAWN}
   * @returns of how many, from the first one on, nobody can tell, after which none is under way; the
   *   lists have these, and one duration more
   */
  abstract decide(
    count: number,
    key: RandomKey,
    segment: number,
    failureDraw: number,
    drawn: number,
  ): number;

  /** Works out what is counted of each segment of the pool under study: margins, sides, exact. */
  abstract compare(count: number): void;

  /** How many of the first so many are late: there only after their own time. */
  abstract late(count: number): number;

  /**
   * Works out the pixels that segments are estimated to have (P-19).
   *
   * @param each in a second that has begun
   */
  abstract estimate(count: number, each: number): void;

  /** `certainTickets` of {@link paid}. */
  abstract readonly certain: CertainTickets;

  /** The sum of one of the {@link lists}: not by its name, as V8 looks for a name anew each time. */
  sum(list: NumberList, count: number): number {
    return this.loops.sum(list, count);
  }

  /** The largest of one of the {@link lists}. */
  most(list: NumberList, count: number): number {
    return this.loops.most(list, count);
  }

  /** Draws which tickets win, for segments from number `first` on. */
  drawTickets(key: RandomKey, first: number, count: number): void {
    const index = attemptDraws(first, 1, -1) + DRAW.tickets;
    this.loops.uniforms(this.lists.wins, count, key, index, PER_SEGMENT);
  }

  /** Works out the pixels of so many segments, as `segmentPixels` does. */
  countPixels({ profiles }: Renditions, count: number): void {
    const { durations, pixels } = this.lists;
    const { values } = pixels;
    for (let at = 0; at < count; at++) values[at] = 0;
    for (let at = 0; at < profiles.length; at++) {
      const profile = profiles[at];
      if (profile === undefined) continue;
      const { width, height, fps } = profile;
      this.loops.frames(pixels, count, durations, width * height, fps);
    }
  }
}
