/** Loops over a stream's next segments by the vector unit, and those of this process. */
import { invariant } from "../../../core/errors.js";
import type { RandomKey } from "../../../core/random.js";
import type { Balance, CertainTickets, PaymentTerms } from "../../../selection/index.js";
import {
  type DrawLoops,
  drawLoops,
  type VectorExports,
  vectorExports,
} from "../../engine/draw-loops.js";
import { attemptDraws, durationDraw } from "../draws.js";
import { PlainRunLoops } from "./plain-run-loops.js";
import { KNOWN, LIST_STEP, LISTS, type ListName } from "./run-lists.js";
import { RunLoops } from "./run-loops.js";

/** The vector unit's loops. */
export class VectorRunLoops extends RunLoops {
  readonly #exports: VectorExports;
  readonly #at: number;
  readonly certain: CertainTickets;

  constructor(loops: DrawLoops, exports: VectorExports) {
    super(loops);
    this.#exports = exports;
    this.#at = this.lists.durations.at;
    this.certain = (terms, _, from, count, balance) => this.#certain(terms, from, count, balance);
    invariant(
      Object.entries(LISTS).every(
        ([name, place]) => this.lists[name as ListName].at === this.#at + place * LIST_STEP,
      ),
      "lists of a run lie one after the other",
    );
  }

  decide(
    count: number,
    { k0, k1 }: RandomKey,
    segment: number,
    failureDraw: number,
    drawn: number,
  ): number {
    return this.#exports.decide(
      this.#at,
      count,
      this.known.at,
      drawn,
      k0,
      k1,
      durationDraw(segment + 1),
      attemptDraws(segment, 1, -1),
      failureDraw,
    );
  }

  compare(count: number): void {
    this.#exports.compare(this.#at, count);
  }

  late(count: number): number {
    return this.#exports.late(this.#at, count);
  }

  estimate(count: number, each: number): void {
    this.#exports.estimates(this.#at, count, each);
  }

  #certain(terms: PaymentTerms, from: number, count: number, balance: Balance): number {
    const { values, at } = this.known;
    values[KNOWN.ownTickets] = balance.tickets;
    values[KNOWN.ownPixels] = balance.pixels;
    values[KNOWN.lastUsedMs] = balance.lastUsedMs;
    const first = this.#at + Float64Array.BYTES_PER_ELEMENT * from;
    const paid = this.#exports.certain(first, count - from, at, terms.pixelTickets);
    balance.tickets = values[KNOWN.ownTickets] as number;
    balance.pixels = values[KNOWN.ownPixels] as number;
    balance.lastUsedMs = values[KNOWN.lastUsedMs] as number;
    return from + paid;
  }
}

let shared: RunLoops | null = null;

/** Those of this process: nobody needs what was worked out for one stream when it is the next one's turn. */
export function runLoops(): RunLoops {
  shared ??= loopsOf(drawLoops());
  return shared;
}

function loopsOf(loops: DrawLoops): RunLoops {
  const exports = vectorExports(loops);
  return exports === null ? new PlainRunLoops(loops) : new VectorRunLoops(loops, exports);
}
