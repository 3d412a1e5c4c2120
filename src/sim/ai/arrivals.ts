/** When AI requests and live streams come in: Poisson, with hourly factors, per gateway and job. */
import { childK0, childK1, type RandomKey, uniform } from "../../core/random.js";
import { hashName } from "../engine/distributions.js";
import { type ArrivalSource, poissonArrivals } from "../model/streams/demand.js";
import type { AIJobSpec } from "./ai-world.js";
import type { AIGateway } from "./gateway.js";

const HOUR_MS = 3_600_000;
/** Below a source's key: gaps, thinning, the things themselves. */
const GAPS = 1;
const THINNING = 2;
const THINGS = 3;

/** What comes in at one gateway for one job. */
export class AISource {
  readonly gateway: AIGateway;
  readonly spec: AIJobSpec;
  /** Of live video. */
  readonly streams: ArrivalSource | null;
  /** How many have come in. */
  count = 0;
  readonly #ratePerMs: number;
  readonly #startMs: number;
  readonly #isFlat: boolean;
  readonly #largest: number;
  readonly #gaps: RandomKey;
  readonly #thinning: RandomKey;
  readonly #things: RandomKey;
  #draws = 0;

  /**
   * @param share the gateway's, of all
   * @param startMs time of day at time 0, ms after midnight
   * @param key of the run's AI part
   */
  constructor(gateway: AIGateway, spec: AIJobSpec, share: number, startMs: number, key: RandomKey) {
    this.gateway = gateway;
    this.spec = spec;
    const name = hashName(`${gateway.spec.name} ${spec.name}`);
    const own = { k0: childK0(key, name), k1: childK1(key, name) };
    const child = (part: number) => ({ k0: childK0(own, part), k1: childK1(own, part) });
    this.#gaps = child(GAPS);
    this.#thinning = child(THINNING);
    this.#things = child(THINGS);
    this.#isFlat = spec.hourly.every((factor) => factor === spec.hourly[0]);
    this.#startMs = startMs;
    this.#largest = Math.max(...spec.hourly);
    this.#ratePerMs = spec.ratePerMs * share * this.#largest;
    this.streams =
      spec.lengths === null
        ? null
        : poissonArrivals({
            ratePerMs: spec.ratePerMs * share,
            factors: spec.hourly,
            startMs: this.#isFlat ? 0 : startMs,
            lengths: spec.lengths,
            key: child(THINGS + 1),
          });
  }

  /** When the next request comes in, ms; Infinity: never. */
  nextMs(nowMs: number): number {
    if (this.#ratePerMs <= 0) return Number.POSITIVE_INFINITY;
    let atMs = nowMs;
    for (;;) {
      const draw = this.#draws++;
      atMs -= Math.log(uniform(this.#gaps.k0, this.#gaps.k1, draw)) / this.#ratePerMs;
      if (this.#isFlat) return atMs;
      const hour = Math.floor((this.#startMs + atMs) / HOUR_MS) % 24;
      const factor = this.spec.hourly[hour] ?? 0;
      if (uniform(this.#thinning.k0, this.#thinning.k1, draw) * this.#largest < factor) return atMs;
    }
  }

  /** First word of the key of the n-th request. */
  keyOf(number: number): number {
    return childK0(this.#things, number);
  }

  /** Second word of it. */
  secondKeyOf(number: number): number {
    return childK1(this.#things, number);
  }
}
