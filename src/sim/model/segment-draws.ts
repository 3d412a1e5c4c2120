/**
 * The draws of a stream's next segments, made together: small loops over arrays are several times as
 * fast as one draw here and one there. They are the draws that each segment makes on its own way, too.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import type { Lognormal } from "../engine/distributions.js";
import { attemptDraws, DRAW, PER_SEGMENT } from "./draws.js";
import type { Stream } from "./entities.js";
import { type AttemptNoise, segmentDurationsMs } from "./noise.js";

/** Draws of the first attempts of some segments in a row. */
export class SegmentDraws {
  /** Durations, of one segment more than the others. */
  readonly durationsMs: Float64Array;
  readonly preparesMs: Float64Array;
  readonly networks: Float64Array;
  readonly failures: Float64Array;
  /** Which tickets win. */
  readonly tickets: Float64Array;
  readonly #noise: AttemptNoise;
  /** All durations but the first. */
  readonly #furtherMs: Float64Array;

  /** @param segments how many in a row at most */
  constructor(noise: AttemptNoise, segments: number) {
    this.#noise = noise;
    this.durationsMs = new Float64Array(segments + 1);
    this.#furtherMs = this.durationsMs.subarray(1);
    this.preparesMs = new Float64Array(segments);
    this.networks = new Float64Array(segments);
    this.failures = new Float64Array(segments);
    this.tickets = new Float64Array(segments);
  }

  /**
   * Draws for so many of the stream's next segments.
   *
   * @param failureDraw the quantity that says which of them fail
   */
  draw(stream: Stream, durations: Lognormal, count: number, failureDraw: number): this {
    const { segments } = stream;
    this.durationsMs[0] = stream.nextDurationMs;
    segmentDurationsMs(this.#furtherMs, count, stream, durations, segments + 1);
    this.#noise.preparesMs(this.preparesMs, count, stream, segments);
    this.#noise.networks(this.networks, count, stream, segments);
    uniforms(this.failures, count, stream, attemptDraws(segments, 1, -1) + failureDraw);
    return this;
  }

  /** Draws which tickets win, for segments from number `first` on. */
  drawTickets(key: RandomKey, first: number, count: number): void {
    uniforms(this.tickets, count, key, attemptDraws(first, 1, -1) + DRAW.tickets);
  }
}

function uniforms(into: Float64Array, count: number, { k0, k1 }: RandomKey, first: number): void {
  for (let at = 0; at < count; at++) into[at] = uniform(k0, k1, first + at * PER_SEGMENT);
}
