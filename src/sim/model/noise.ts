/**
 * How long a stream's segments last and what is drawn for their way: the same draws, whether a
 * segment's steps are events of their own or not.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import {
  drawLognormal,
  drawLognormals,
  exactMs,
  type Lognormal,
  lognormal,
} from "../engine/distributions.js";
import { attemptDraws, DRAW, durationDraw, PER_SEGMENT } from "./draws.js";
import type { Stream } from "./entities.js";
import type { World } from "./world.js";

/**
 * Duration of a stream's segment, ms.
 *
 * @param index its number in the stream, from 0
 */
export function segmentDurationMs(stream: RandomKey, durations: Lognormal, index: number): number {
  return exactMs(drawLognormal(durations, uniform(stream.k0, stream.k1, durationDraw(index))));
}

/**
 * Durations of segments in a row, the same as {@link segmentDurationMs} of each.
 *
 * @param into where they are put, from the first place on
 * @param count how many
 * @param first number of the first one in the stream
 */
export function segmentDurationsMs(
  into: Float64Array,
  count: number,
  stream: RandomKey,
  durations: Lognormal,
  first: number,
): void {
  drawLognormals(into, count, durations, stream, durationDraw(first), 1);
  for (let at = 0; at < count; at++) into[at] = exactMs(into[at] as number);
}

/**
 * When a stream's segment is ready: its own duration after the one before it; never, if the stream
 * has ended by then.
 *
 * @param index its number in the stream, from 0
 * @param beforeMs when the one before it was ready, or the stream began
 */
export function segmentReadyMs(
  { probe, endMs }: Stream,
  index: number,
  beforeMs: number,
  durationMs: number,
): number {
  const readyMs = beforeMs + durationMs;
  if (probe === null) return beforeEnd(readyMs, endMs);
  return index < probe.segments ? readyMs : Number.POSITIVE_INFINITY;
}

/** When a segment of a viewer's stream is ready: never, if the stream has ended by then. */
export function beforeEnd(readyMs: number, endMs: number): number {
  return readyMs < endMs ? readyMs : Number.POSITIVE_INFINITY;
}

/** What is drawn for sessions and attempts; `base` is the first index of an attempt's draws. */
export class AttemptNoise {
  readonly #nodes: World["nodes"];
  readonly #session: Lognormal;
  readonly #prepare: Lognormal;
  readonly #network: Lognormal;
  readonly #jitter: Lognormal;
  readonly #preparesAtOnce: boolean;

  constructor({ nodes, scenario: { assumptions } }: World) {
    this.#nodes = nodes;
    this.#session = lognormal(1, assumptions.sessionCv * assumptions.noiseScale);
    const noise = assumptions.noiseScale;
    this.#prepare = lognormal(assumptions.prepareMs, assumptions.prepareCv);
    this.#network = lognormal(1, assumptions.segmentNoiseCv * noise);
    this.#jitter = lognormal(1, assumptions.rttCv * noise);
    this.#preparesAtOnce = assumptions.prepareMs === 0;
  }

  /**
   * Noise of a session of this stream at a node.
   *
   * @param index which session of this pair: see `draws.ts`
   */
  session({ k0, k1 }: RandomKey, node: number, index: number): number {
    const hash = this.#nodes[node]?.hash ?? 0;
    return drawLognormal(this.#session, uniform(k0 ^ hash, k1, index));
  }

  /** Upload to the orchestrator's storage, ms (T-10). */
  prepareMs({ k0, k1 }: RandomKey, base: number): number {
    return this.#preparesAtOnce
      ? 0
      : drawLognormal(this.#prepare, uniform(k0, k1, base + DRAW.prepare));
  }

  /** The factor on the whole exchange. */
  network({ k0, k1 }: RandomKey, base: number): number {
    return drawLognormal(this.#network, uniform(k0, k1, base + DRAW.network));
  }

  /** {@link prepareMs} of the first attempts of segments in a row, from number `first` on. */
  preparesMs(into: Float64Array, count: number, key: RandomKey, first: number): void {
    if (this.#preparesAtOnce) into.fill(0, 0, count);
    else drawFirstAttempts(into, count, this.#prepare, key, first, DRAW.prepare);
  }

  /** {@link network} of the first attempts of segments in a row, from number `first` on. */
  networks(into: Float64Array, count: number, key: RandomKey, first: number): void {
    drawFirstAttempts(into, count, this.#network, key, first, DRAW.network);
  }

  /** The factor on the round trips of a new connection. */
  jitter({ k0, k1 }: RandomKey, base: number): number {
    return drawLognormal(this.#jitter, uniform(k0, k1, base + DRAW.jitter));
  }
}

function drawFirstAttempts(
  into: Float64Array,
  count: number,
  lognormal: Lognormal,
  key: RandomKey,
  first: number,
  quantity: number,
): void {
  drawLognormals(into, count, lognormal, key, attemptDraws(first, 1, -1) + quantity, PER_SEGMENT);
}
