/**
 * The draws of a stream's next segments, made together: small loops over arrays are many times as fast
 * as one draw here and one there. They are the draws that each segment makes on its own way, too.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import type { Lognormal } from "../engine/distributions.js";
import { attemptDraws, DRAW } from "./draws.js";
import type { Stream } from "./entities.js";
import { type AttemptNoise, segmentDurationMs } from "./noise.js";

/** Draws of the first attempts of some segments in a row. */
export class SegmentDraws {
  /** Durations, of one segment more than the others. */
  readonly durationsMs: Float64Array;
  readonly preparesMs: Float64Array;
  readonly networks: Float64Array;
  readonly failures: Float64Array;
  readonly #noise: AttemptNoise;

  /** @param segments how many in a row */
  constructor(noise: AttemptNoise, segments: number) {
    this.#noise = noise;
    this.durationsMs = new Float64Array(segments + 1);
    this.preparesMs = new Float64Array(segments);
    this.networks = new Float64Array(segments);
    this.failures = new Float64Array(segments);
  }

  /** Draws for the stream's next segments. */
  draw(stream: Stream, durations: Lognormal): this {
    const { durationsMs, preparesMs, networks, failures } = this;
    const { segments, k0, k1 } = stream;
    const count = failures.length;
    durationsMs[0] = stream.nextDurationMs;
    for (let at = 1; at <= count; at++) {
      durationsMs[at] = segmentDurationMs(stream, durations, segments + at);
    }
    for (let at = 0; at < count; at++) {
      const base = attemptDraws(segments + at, 1, -1);
      preparesMs[at] = this.#noise.prepareMs(stream, base);
      networks[at] = this.#noise.network(stream, base);
      failures[at] = uniform(k0, k1, base + DRAW.failure);
    }
    return this;
  }

  /** The draw that says which tickets of a segment win. */
  ticketsDraw({ k0, k1 }: RandomKey, segment: number): number {
    return uniform(k0, k1, attemptDraws(segment, 1, -1) + DRAW.tickets);
  }
}
