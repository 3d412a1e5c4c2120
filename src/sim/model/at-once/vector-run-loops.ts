/** Loops over a stream's next segments by the vector unit, and those of this process. */
import { invariant } from "../../../core/errors.js";
import { makeKey, type RandomKey } from "../../../core/random.js";
import type { Balance, CertainTickets, PaymentTerms } from "../../../selection/index.js";
import { lognormal } from "../../engine/distributions.js";
import {
  type DrawLoops,
  drawLoops,
  PlainLoops,
  type VectorExports,
  vectorExports,
} from "../../engine/draw-loops.js";
import { attemptDraws, DRAW, durationDraw } from "../draws.js";
import { PlainRunLoops } from "./plain-run-loops.js";
import { CHUNK, KNOWN, LIST_STEP, LISTS, type ListName } from "./run-lists.js";
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

/** How long the segments of these streams are. */
const TRIED_SEGMENT_MS = 2000;

let shared: RunLoops | null = null;

/** Those of this process: nobody needs what was worked out for one stream when it is the next one's turn. */
export function runLoops(): RunLoops {
  shared ??= loopsOf(drawLoops());
  return shared;
}

function loopsOf(loops: DrawLoops): RunLoops {
  const exports = vectorExports(loops);
  const plain = new PlainRunLoops(new PlainLoops());
  if (exports === null) return plain;
  const vector = new VectorRunLoops(loops, exports);
  return decidesAlike(vector, plain) ? vector : plain;
}

/** Round trips of the streams that are tried: from one that is never late to one that mostly is, ms. */
const TRIED_ROUND_TRIPS_MS = Array.from({ length: 24 }, (_, index) => 200 + 100 * index);

/**
 * Whether the vector unit's loops, which were made from the rules when poolsim was built, decide as the rules of
 * this process do (M-14): they are tried once, on streams of which some segments are in time and some are not.
 */
function decidesAlike(vector: RunLoops, plain: RunLoops): boolean {
  return TRIED_ROUND_TRIPS_MS.every((roundTripMs, key) => {
    const [one, other] = [vector, plain].map((loops) => tried(loops, roundTripMs, key));
    return one === other;
  });
}

function tried(loops: RunLoops, roundTripMs: number, key: number): number {
  const { values } = loops.known;
  const segment = lognormal(TRIED_SEGMENT_MS, 0.02);
  const network = lognormal(1, 0.2);
  values.fill(0);
  values[KNOWN.untilMs] = Number.MAX_SAFE_INTEGER;
  values[KNOWN.renewMs] = Number.MAX_SAFE_INTEGER;
  values[KNOWN.termsMs] = Number.MAX_SAFE_INTEGER;
  values[KNOWN.factor] = values[KNOWN.slowness] = 1;
  values[KNOWN.workMs] = roundTripMs / 2;
  values[KNOWN.downMs] = roundTripMs / 2;
  values[KNOWN.durationMu] = segment.mu;
  values[KNOWN.durationSigma] = segment.sigma;
  values[KNOWN.networkMu] = network.mu;
  values[KNOWN.networkSigma] = network.sigma;
  loops.lists.durations.values[0] = TRIED_SEGMENT_MS;
  return loops.decide(CHUNK, makeKey(key), 1, DRAW.failure, 0);
}
