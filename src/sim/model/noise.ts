/**
 * How long a stream's segments last and what is drawn for their way: the same draws, whether a
 * segment's steps are events of their own or not.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import { drawLognormal, exactMs, type Lognormal, lognormal } from "../engine/distributions.js";
import { DRAW, durationDraw } from "./draws.js";
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
  const goesOn = probe === null ? readyMs < endMs : index < probe.segments;
  return goesOn ? readyMs : Number.POSITIVE_INFINITY;
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

  /** The factor on the round trips of a new connection. */
  jitter({ k0, k1 }: RandomKey, base: number): number {
    return drawLognormal(this.#jitter, uniform(k0, k1, base + DRAW.jitter));
  }
}
