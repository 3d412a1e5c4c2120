/**
 * The draws of a stream's next segments, made together: loops over lists are many times as fast as one
 * draw here and one there. They are the draws that each segment makes on its own way, too.
 */
import type { RandomKey } from "../../core/random.js";
import type { Lognormal } from "../engine/distributions.js";
import { afterFirst, drawLoops, type NumberList } from "../engine/draw-loops.js";
import { attemptDraws, DRAW, durationDraw, PER_SEGMENT } from "./draws.js";
import type { Stream } from "./entities.js";
import type { AttemptNoise } from "./noise.js";
import type { Renditions } from "./renditions.js";

/** So many segments are drawn for in a row at most. */
export const CHUNK = 32;

let shared: SegmentDraws | null = null;

/** Draws of the first attempts of some segments in a row. */
export class SegmentDraws {
  /** Durations, of one segment more than the others. */
  readonly durationsMs: Float64Array;
  readonly preparesMs: Float64Array;
  readonly networks: Float64Array;
  readonly failures: Float64Array;
  /** Which tickets win. */
  readonly tickets: Float64Array;
  /** Of all renditions. */
  readonly pixels: Float64Array;
  /** What a worker takes for each; for `WorkerTimes`. */
  readonly works: NumberList;
  /** For whoever decides: latency scores and round trips. */
  readonly scores: NumberList;
  readonly roundTrips: NumberList;
  readonly #loops = drawLoops();
  readonly #lists = {
    durations: this.#loops.numbers(CHUNK + 1),
    prepares: this.#loops.numbers(CHUNK),
    networks: this.#loops.numbers(CHUNK),
    failures: this.#loops.numbers(CHUNK),
    tickets: this.#loops.numbers(CHUNK),
    pixels: this.#loops.numbers(CHUNK),
  };
  readonly #further = afterFirst(this.#lists.durations);

  private constructor() {
    const { durations, prepares, networks, failures, tickets, pixels } = this.#lists;
    this.durationsMs = durations.values;
    this.preparesMs = prepares.values;
    this.networks = networks.values;
    this.failures = failures.values;
    this.tickets = tickets.values;
    this.pixels = pixels.values;
    this.works = this.#loops.numbers(CHUNK);
    this.scores = this.#loops.numbers(CHUNK);
    this.roundTrips = this.#loops.numbers(CHUNK);
  }

  /** Those of this process: nobody needs what was drawn for one stream when it draws for the next one. */
  static shared(): SegmentDraws {
    shared ??= new SegmentDraws();
    return shared;
  }

  /**
   * Draws for so many of the stream's next segments, at most {@link CHUNK}.
   *
   * @param failureDraw the quantity that says which of them fail
   */
  draw(
    stream: Stream,
    noise: AttemptNoise,
    durations: Lognormal,
    count: number,
    failureDraw: number,
  ): this {
    const { segments } = stream;
    const loops = this.#loops;
    const lists = this.#lists;
    const first = attemptDraws(segments, 1, -1);
    this.durationsMs[0] = stream.nextDurationMs;
    loops.lognormals(this.#further, count, durations, stream, durationDraw(segments + 1), 1);
    loops.exact(this.#further, count);
    const { prepare, exchange } = noise;
    if (prepare === null) this.preparesMs.fill(0, 0, count);
    else
      loops.lognormals(lists.prepares, count, prepare, stream, first + DRAW.prepare, PER_SEGMENT);
    loops.lognormals(lists.networks, count, exchange, stream, first + DRAW.network, PER_SEGMENT);
    loops.uniforms(lists.failures, count, stream, first + failureDraw, PER_SEGMENT);
    return this;
  }

  /** Draws which tickets win, for segments from number `first` on. */
  drawTickets(key: RandomKey, first: number, count: number): void {
    const index = attemptDraws(first, 1, -1) + DRAW.tickets;
    this.#loops.uniforms(this.#lists.tickets, count, key, index, PER_SEGMENT);
  }

  /** Works out the pixels of so many segments, as `segmentPixels` does. */
  countPixels({ profiles }: Renditions, count: number): void {
    const { pixels, durations } = this.#lists;
    this.pixels.fill(0, 0, count);
    for (let at = 0; at < profiles.length; at++) {
      const profile = profiles[at];
      if (profile === undefined) continue;
      const { width, height, fps } = profile;
      this.#loops.frames(pixels, count, durations, width * height, fps);
    }
  }
}
