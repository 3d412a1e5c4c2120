/**
 * How long a stream's segments last and what is drawn for their way: the same draws, whether a
 * segment's steps are events of their own or not.
 */
import { type RandomKey, uniform } from "../../../core/random.js";
import { drawLognormal, exactMs, type Lognormal, lognormal } from "../../engine/distributions.js";
import { DRAW, durationDraw } from "../draws.js";
import type { Stream } from "../entities.js";
import type { World } from "../world/world.js";

/**
 * Duration of a stream's segment, ms.
 *
 * @param index its number in the stream, from 0
 */
export function segmentDurationMs(stream: RandomKey, durations: Lognormal, index: number): number {
  return exactMs(drawLognormal(durations, uniform(stream.k0, stream.k1, durationDraw(index))));
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
  /** Upload to the orchestrator's storage; null where it takes no time. */
  readonly prepare: Lognormal | null;
  /** The factor on the whole exchange. */
  readonly exchange: Lognormal;
  readonly #jitter: Lognormal;

  constructor({ nodes, scenario: { assumptions } }: World) {
    this.#nodes = nodes;
    this.#session = lognormal(1, assumptions.sessionCv * assumptions.noiseScale);
    const noise = assumptions.noiseScale;
    const { prepareMs, prepareCv } = assumptions;
    this.prepare = prepareMs === 0 ? null : lognormal(prepareMs, prepareCv);
    this.exchange = lognormal(1, assumptions.segmentNoiseCv * noise);
    this.#jitter = lognormal(1, assumptions.rttCv * noise);
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
    return this.prepare === null
      ? 0
      : drawLognormal(this.prepare, uniform(k0, k1, base + DRAW.prepare));
  }

  /** The factor on the whole exchange. */
  network({ k0, k1 }: RandomKey, base: number): number {
    return drawLognormal(this.exchange, uniform(k0, k1, base + DRAW.network));
  }

  /** The factor on the round trips of a new connection. */
  jitter({ k0, k1 }: RandomKey, base: number): number {
    return drawLognormal(this.#jitter, uniform(k0, k1, base + DRAW.jitter));
  }
}
