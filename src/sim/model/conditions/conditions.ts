/**
 * What a run's nodes are like at an instant, whatever anybody does: who answers whom, who is slow,
 * and where a balancer takes a request.
 */
import { type RandomKey, uniform } from "../../../core/random.js";
import type { Alternating } from "../../engine/alternating.js";
import type { SlowSpells } from "../../engine/slow-spells.js";
import type { World } from "../world/world.js";
import { Outages } from "./outages.js";
import { nodeSpells } from "./slowness.js";
import { uptimesOf } from "./uptimes.js";

/** An instant before all others. */
const PAST_MS = Number.NEGATIVE_INFINITY;

/** The conditions of one run. */
export class Conditions {
  /** What the scenario's events bring. */
  readonly outages: Outages;
  readonly #world: World;
  readonly #hasOutages: boolean;
  /** By site, then node. */
  readonly #uptimes: readonly (Alternating | null)[];
  /** Of each: whether it was up when somebody asked last, and from when until when it is so. */
  readonly #up: Uint8Array;
  readonly #fromMs: Float64Array;
  readonly #untilMs: Float64Array;
  readonly #spells: readonly SlowSpells[];

  /** @param key of the run */
  constructor(world: World, key: RandomKey) {
    this.outages = new Outages(world);
    this.#world = world;
    this.#hasOutages = world.timeline.outages.some((spans) => spans.length > 0);
    this.#uptimes = uptimesOf(world, key);
    const pairs = this.#uptimes.length;
    this.#up = new Uint8Array(pairs).fill(1);
    this.#fromMs = new Float64Array(pairs).fill(Number.NEGATIVE_INFINITY);
    this.#untilMs = new Float64Array(pairs).fill(Number.POSITIVE_INFINITY);
    for (const [pair, uptime] of this.#uptimes.entries()) {
      if (uptime !== null) this.#untilMs[pair] = Number.NEGATIVE_INFINITY;
    }
    this.#spells = nodeSpells(world, key);
  }

  /** Whether a node answers a site. */
  isUp(site: number, node: number, timeMs: number): boolean {
    if (this.#hasOutages && this.outages.isOut(node, timeMs)) return false;
    const pair = site * this.#world.nodes.length + node;
    this.#lookAt(pair, timeMs);
    return this.#up[pair] === 1;
  }

  /**
   * Until when a node goes on to answer a site and is as slow as it is now, if nothing happens to it
   * meanwhile (`Run.happensMs`); a time that is past where it does not answer.
   */
  sameUntilMs(site: number, node: number, timeMs: number): number {
    if (!this.isUp(site, node, timeMs)) return PAST_MS;
    const upUntilMs = this.#untilMs[site * this.#world.nodes.length + node] as number;
    return Math.min(upUntilMs, this.#spells[node]?.sameUntilMs(timeMs) ?? Number.POSITIVE_INFINITY);
  }

  /** Has what is known of a pair be about an instant: it nearly always is, as periods are long. */
  #lookAt(pair: number, timeMs: number): void {
    if (timeMs >= (this.#fromMs[pair] as number) && timeMs < (this.#untilMs[pair] as number))
      return;
    const uptime = this.#uptimes[pair] ?? null;
    if (uptime !== null) this.#look(pair, uptime, timeMs);
  }

  #look(pair: number, uptime: Alternating, timeMs: number): void {
    this.#up[pair] = uptime.isOn(timeMs) ? 1 : 0;
    this.#fromMs[pair] = uptime.lastChange(timeMs);
    this.#untilMs[pair] = uptime.nextChange(timeMs);
  }

  /** By how much longer than on average everything takes at a node at an instant. */
  slownessOf(node: number, timeMs: number): number {
    return this.#spells[node]?.factorAt(timeMs) ?? 1;
  }

  /**
   * The node that a request to a URI reaches: a balancer picks one of its own.
   *
   * @param stream whose draws decide
   * @param index of the draw
   */
  route(uri: number, stream: RandomKey, index: number): number {
    const { nodes, orchestrators } = this.#world;
    if (uri < nodes.length) return uri;
    const members = orchestrators[uri - nodes.length]?.nodes ?? [];
    const u = uniform(stream.k0 ^ uri, stream.k1, index);
    return members[Math.floor(u * members.length)] ?? 0;
  }
}
