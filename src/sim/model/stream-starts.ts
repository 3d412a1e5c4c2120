/** Viewers' streams as they begin: when, at which gateway, for how long and with what renditions. */
import { invariant } from "../../core/errors.js";
import { uniform } from "../../core/random.js";
import { arrivalSources } from "./arrivals.js";
import type { Arrival, ArrivalSource } from "./demand.js";
import { STREAM_DRAW } from "./draws.js";
import { Stream } from "./entities.js";
import { EVENT, streamKey } from "./events.js";
import type { GatewayRuntime } from "./gateway.js";
import type { Gateways } from "./gateways.js";
import type { Renditions } from "./renditions.js";
import type { Run } from "./run.js";
import type { Segments } from "./segments.js";

/** Begins all streams of viewers. */
export class StreamStarts {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #segments: Segments;
  /** By gateway. */
  readonly #sources: readonly ArrivalSource[];
  readonly #pending: (Arrival | undefined)[];
  #number = 0;

  constructor(run: Run, gateways: Gateways, segments: Segments) {
    this.#run = run;
    this.#gateways = gateways;
    this.#segments = segments;
    this.#sources = arrivalSources(run.world, run.key);
    this.#pending = this.#sources.map(() => undefined);
  }

  /** Draws the first stream of each gateway. */
  start(): void {
    for (const index of this.#sources.keys()) this.#draw(index);
  }

  /** A gateway's next stream begins. */
  arrive(gatewayIndex: number): void {
    const { trace, queue, now, tracedStream } = this.#run;
    const arrival = this.#pending[gatewayIndex];
    const gateway = this.#gateways.list[gatewayIndex];
    if (arrival === undefined || gateway === undefined) return;
    const number = this.#number++;
    const stream = new Stream({
      number,
      order: 2 * number,
      site: gateway.site,
      k0: arrival.k0,
      k1: arrival.k1,
      endMs: arrival.atMs + arrival.lengthMs,
      renditions: drawRenditions(arrival, gateway),
      probe: null,
      traced: tracedStream === number,
    });
    this.#segments.beginStream(stream);
    if (stream.traced) {
      trace.say(
        "M-1",
        `stream ${number} begins at ${gateway.name}, ${((stream.endMs - now) / 60_000).toFixed(1)} min`,
      );
    }
    queue.schedule(stream.endMs, EVENT.streamEnd, stream.slot, streamKey(stream.order));
    this.#draw(gatewayIndex);
  }

  #draw(gateway: number): void {
    const { queue, world } = this.#run;
    const arrival = this.#sources[gateway]?.next();
    this.#pending[gateway] = arrival;
    if (arrival === undefined || arrival.atMs > world.endMs) return;
    queue.schedule(arrival.atMs, EVENT.arrival, gateway, gateway);
  }
}

function drawRenditions({ k0, k1 }: Arrival, { streams }: GatewayRuntime): Renditions {
  let rest = uniform(k0, k1, STREAM_DRAW.renditions);
  const { renditions } = streams;
  for (const set of renditions) {
    if (rest < set.probability) return set;
    rest -= set.probability;
  }
  const last = renditions[renditions.length - 1];
  invariant(last !== undefined, "there is at least one set of renditions");
  return last;
}
