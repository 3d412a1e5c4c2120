/** Loops over a stream's next segments in the language itself: what those of the vector unit are held to. */
import { invariant } from "../../../core/errors.js";
import type { RandomKey } from "../../../core/random.js";
import { certainTickets } from "../../../selection/certain-tickets.js";
import {
  AUTH_TOKEN_REFRESH_WINDOW_MS,
  isInTime,
  isRealTime,
  latencyScore,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../../selection/index.js";
import { exactMs } from "../../engine/distributions.js";
import { LIST_MAX } from "../../engine/draw-lists.js";
import { afterFirst, type DrawLoops, type NumberList } from "../../engine/draw-loops.js";
import { attemptDraws, DRAW, durationDraw, PER_SEGMENT } from "../draws.js";
import { IDLE_MS } from "../node.js";
import { isKept } from "../segment/connections.js";
import {
  BLOCK,
  DRAWN,
  KNOWN,
  LISTS,
  type ListName,
  TERMS_KEPT_MS,
  TERMS_SPARE_MS,
} from "./run-lists.js";
import { RunLoops } from "./run-loops.js";

/** Loops of the language. */
export class PlainRunLoops extends RunLoops {
  readonly certain = certainTickets;
  /** Lists of a block from its first segment on, made once. */
  readonly #blocks = new Map<ListName, readonly NumberList[]>();
  readonly #further: readonly NumberList[];

  constructor(loops: DrawLoops) {
    super(loops);
    const from = (list: NumberList) =>
      Array.from({ length: Math.ceil(LIST_MAX / BLOCK) }, (_, block) => ({
        values: list.values.subarray(block * BLOCK),
        at: 0,
      }));
    for (const name of Object.keys(LISTS) as ListName[]) {
      this.#blocks.set(name, from(this.lists[name]));
    }
    this.#further = from(afterFirst(this.lists.durations));
  }

  decide(
    count: number,
    key: RandomKey,
    segment: number,
    failureDraw: number,
    drawn: number,
  ): number {
    const known = this.known.values;
    let readyMs = known[KNOWN.readyMs] as number;
    let termsMs = known[KNOWN.termsMs] as number;
    let usedMs = known[KNOWN.usedMs] as number;
    // Of the segment before.
    let beforeDurationMs = Number.NEGATIVE_INFINITY;
    let beforeSentMs = Number.NEGATIVE_INFINITY;
    let beforeDoneMs = known[KNOWN.lastEndMs] as number;
    let beforeEndMs = Number.NEGATIVE_INFINITY;
    let beforeOverMs = Number.NEGATIVE_INFINITY;
    const untilMs = known[KNOWN.untilMs] as number;
    const { durations, prepares, networks, failures, works, ...times } = this.lists;
    let passed = 0;
    for (let first = 0; first < count; first += BLOCK) {
      const size = Math.min(BLOCK, count - first);
      this.#draw(first, size, key, segment, failureDraw, drawn);
      for (let at = first; at < first + size; at++) {
        const durationMs = durations.values[at] as number;
        const sentMs =
          (drawn & DRAWN.prepares) === 0 ? readyMs : readyMs + (prepares.values[at] as number);
        const exchange =
          (known[KNOWN.factor] as number) *
          (networks.values[at] as number) *
          (known[KNOWN.slowness] as number);
        const headersMs = (known[KNOWN.upMs] as number) * exchange;
        const arrivedMs = sentMs + headersMs;
        const workMs =
          (drawn & DRAWN.works) === 0
            ? (known[KNOWN.workMs] as number) * exchange
            : (works.values[at] as number) * (known[KNOWN.workFactor] as number);
        const doneMs = arrivedMs + workMs;
        const endMs = doneMs + (known[KNOWN.tailMs] as number) * exchange;
        const downloadMs = (known[KNOWN.downMs] as number) * exchange;
        const overMs = endMs + downloadMs;
        const tookAllMs = endMs - sentMs;
        const score = latencyScore(tookAllMs, durationMs);
        const nextMs = readyMs + (durations.values[at + 1] as number);
        if (
          !(readyMs < untilMs) ||
          !(overMs < untilMs) ||
          // The stream stays with its session (M-14).
          !isRealTime(score) ||
          // Its session is open when it arrives.
          arrivedMs >= beforeDoneMs + IDLE_MS ||
          headersMs > uploadTimeoutMs(durationMs) ||
          endMs > sentMs + wholeTimeoutMs(durationMs) ||
          downloadMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
          // A connection that is open stays so: no set-up (G-17).
          !isKept(usedMs, sentMs) ||
          (failures.values[at] as number) < (known[KNOWN.failure] as number) ||
          // The session is not renewed (M-35).
          (known[KNOWN.renewMs] as number) - readyMs < AUTH_TOKEN_REFRESH_WINDOW_MS ||
          termsMs <= readyMs
        ) {
          return passed;
        }
        const isApart = beforeOverMs < readyMs;
        if (
          !isApart &&
          !(
            // The session takes it while the renditions of the one before are being downloaded (M-14),
            isInTime(beforeSentMs, beforeDurationMs, readyMs) &&
            // whose work has ended and is paid for, and which is over first.
            beforeDoneMs < arrivedMs &&
            beforeEndMs < sentMs &&
            beforeOverMs < overMs &&
            beforeOverMs < nextMs &&
            durationMs < TERMS_SPARE_MS
          )
        ) {
          return passed;
        }
        if (sentMs > usedMs) usedMs = sentMs;
        // Each result brings new terms (M-36).
        if (sentMs + TERMS_KEPT_MS > termsMs) termsMs = sentMs + TERMS_KEPT_MS;
        times.ready.values[at] = readyMs;
        times.sent.values[at] = sentMs;
        times.done.values[at] = doneMs;
        times.end.values[at] = endMs;
        times.over.values[at] = overMs;
        times.scores.values[at] = score;
        times.roundTrips.values[at] = tookAllMs + downloadMs;
        works.values[at] = doneMs - arrivedMs;
        if (overMs < nextMs) passed = at + 1;
        beforeDurationMs = durationMs;
        beforeSentMs = sentMs;
        beforeDoneMs = doneMs;
        beforeEndMs = endMs;
        beforeOverMs = overMs;
        readyMs = nextMs;
      }
    }
    return passed;
  }

  /** Draws for a block of segments. */
  #draw(
    first: number,
    size: number,
    key: RandomKey,
    segment: number,
    failureDraw: number,
    drawn: number,
  ): void {
    const { loops } = this;
    const block = first / BLOCK;
    const attempts = attemptDraws(segment + first, 1, -1);
    const lognormals = (name: ListName, mu: number, sigma: number, quantity: number) =>
      loops.lognormals(
        this.#blockOf(name, block),
        size,
        this.#lognormal(mu, sigma),
        key,
        attempts + quantity,
        PER_SEGMENT,
      );
    const further = this.#further[block];
    invariant(further !== undefined, "a block lies within the lists");
    const durations = this.#lognormal(KNOWN.durationMu, KNOWN.durationSigma);
    loops.lognormals(further, size, durations, key, durationDraw(segment + first + 1), 1);
    loops.exact(further, size);
    lognormals("networks", KNOWN.networkMu, KNOWN.networkSigma, DRAW.network);
    const failures = this.#blockOf("failures", block);
    loops.uniforms(failures, size, key, attempts + failureDraw, PER_SEGMENT);
    if ((drawn & DRAWN.prepares) !== 0) {
      lognormals("prepares", KNOWN.prepareMu, KNOWN.prepareSigma, DRAW.prepare);
    }
    if ((drawn & DRAWN.works) !== 0) {
      lognormals("works", KNOWN.workMu, KNOWN.workSigma, DRAW.work);
    }
  }

  compare(count: number): void {
    const { durations, works, roundTrips, margins, sides, exact } = this.lists;
    for (let at = 0; at < count; at++) {
      const roundTripMs = roundTrips.values[at] as number;
      margins.values[at] = roundTripMs / (durations.values[at] as number);
      sides.values[at] = Math.max(0, roundTripMs - (works.values[at] as number));
      exact.values[at] = exactMs(roundTripMs);
    }
  }

  late(count: number): number {
    const { durations, ready, over } = this.lists;
    let late = 0;
    for (let at = 0; at < count; at++) {
      const tookMs = (over.values[at] as number) - (ready.values[at] as number);
      if (tookMs > (durations.values[at] as number)) late++;
    }
    return late;
  }

  estimate(count: number, each: number): void {
    const { durations, estimates } = this.lists;
    for (let at = 0; at < count; at++) {
      estimates.values[at] = each * Math.ceil((durations.values[at] as number) / 1000);
    }
  }

  #blockOf(name: ListName, block: number): NumberList {
    const list = this.#blocks.get(name)?.[block];
    invariant(list !== undefined, "a block lies within the lists");
    return list;
  }

  #lognormal(mu: number, sigma: number) {
    const { values } = this.known;
    return { mu: values[mu] as number, sigma: values[sigma] as number };
  }
}
