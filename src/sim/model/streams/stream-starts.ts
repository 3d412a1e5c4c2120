/** Viewers' streams as they begin: when, at which gateway, for how long and with what renditions. */
import { invariant } from "../../../core/errors.js";
import { makeKey, type RandomKey, uniform } from "../../../core/random.js";
import { hashName } from "../../engine/distributions.js";
import type { GatewayRuntime } from "../discovery/gateway.js";
import type { Gateways } from "../discovery/gateways.js";
import { ENTITY, STREAM_DRAW } from "../draws.js";
import { Stream } from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { Run } from "../run.js";
import type { Segments } from "../segment/segments.js";
import type { Renditions } from "../world/renditions.js";
import type { Happening } from "../world/timeline.js";
import { arrivalSources } from "./arrivals.js";
import type { Arrival, ArrivalSource } from "./demand.js";

/** Of the key of a stream that an event brings: at which gateway it begins. */
const GATEWAY_DRAW = -6;

/** A stream that an event brings. */
interface Joining {
  readonly gateway: GatewayRuntime;
  readonly key: RandomKey;
  readonly lengthMs: number;
  readonly isBad: boolean;
}

/** Begins all streams of viewers. */
export class StreamStarts {
  readonly #run: Run;
  readonly #gateways: Gateways;
  readonly #segments: Segments;
  /** By gateway. */
  readonly #sources: readonly ArrivalSource[];
  readonly #pending: (Arrival | undefined)[];
  /** By their number, until they begin. */
  readonly #joining = new Map<number, Joining>();
  #joined = 0;
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
    const arrival = this.#pending[gatewayIndex];
    const gateway = this.#gateways.list[gatewayIndex];
    if (arrival === undefined || gateway === undefined) return;
    this.#begin(gateway, arrival, arrival.atMs + arrival.lengthMs, false);
    this.#draw(gatewayIndex);
  }

  /** An event brings streams: they begin one after the other. */
  brings({ event, name, time }: Happening): void {
    if (event.kind !== "streams" && event.kind !== "badSource") return;
    const { queue, now, key } = this.#run;
    const { k0, k1 } = key;
    for (let index = 0; index < event.streams; index++) {
      const own = makeKey(k0, k1, ENTITY.event, hashName(name), time, index);
      const number = this.#joined++;
      const gateway = this.#gatewayOf(event.gateway, uniform(own.k0, own.k1, GATEWAY_DRAW));
      const isBad = event.kind === "badSource";
      this.#joining.set(number, { gateway, key: own, lengthMs: event.length, isBad });
      const atMs = now + (event.over * index) / event.streams;
      queue.schedule(atMs, EVENT.joins, number, number);
    }
  }

  /** One of the streams that events bring begins. */
  joins(number: number): void {
    const joining = this.#joining.get(number);
    if (joining === undefined) return;
    this.#joining.delete(number);
    const { gateway, key, lengthMs, isBad } = joining;
    this.#begin(gateway, key, this.#run.now + lengthMs, isBad);
  }

  /** The gateway of a name, or one of all by their shares of demand. */
  #gatewayOf(name: string | undefined, u: number): GatewayRuntime {
    const { list } = this.#gateways;
    let rest = u;
    const found = list.find((gateway) => {
      if (name !== undefined) return gateway.name === name;
      rest -= gateway.streams.share;
      return rest < 0;
    });
    const gateway = found ?? list.at(-1);
    invariant(gateway !== undefined, "a scenario has a gateway");
    return gateway;
  }

  #begin(gateway: GatewayRuntime, key: RandomKey, endMs: number, isBad: boolean): void {
    const { trace, queue, now, tracedStream, world } = this.#run;
    const number = this.#number++;
    const stream = new Stream({
      number,
      order: 2 * number,
      site: gateway.site,
      k0: key.k0,
      k1: key.k1,
      endMs,
      renditions: drawRenditions(key, gateway),
      probe: null,
      isBad,
      traced: tracedStream === number,
    });
    this.#segments.beginStream(stream);
    if (stream.traced) {
      trace.say(
        "M-1",
        `stream ${number} begins at ${gateway.name}, ${((stream.endMs - now) / 60_000).toFixed(1)} min`,
      );
    }
    // Of those that outlast the run it would only make the queue longer.
    if (endMs > world.endMs) return;
    queue.schedule(endMs, EVENT.streamEnd, stream.slot, streamKey(stream.order));
  }

  #draw(gateway: number): void {
    const { queue, world } = this.#run;
    const arrival = this.#sources[gateway]?.next();
    this.#pending[gateway] = arrival;
    if (arrival === undefined || arrival.atMs > world.endMs) return;
    queue.schedule(arrival.atMs, EVENT.arrival, gateway, gateway);
  }
}

function drawRenditions({ k0, k1 }: RandomKey, { streams }: GatewayRuntime): Renditions {
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
