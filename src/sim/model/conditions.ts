/**
 * What a run's nodes are like at an instant, whatever anybody does: who answers whom, who is slow,
 * and where a balancer takes a request.
 */
import { type RandomKey, uniform } from "../../core/random.js";
import type { Alternating } from "../engine/alternating.js";
import type { SlowSpells } from "../engine/slow-spells.js";
import { Outages } from "./outages.js";
import { nodeSpells } from "./slowness.js";
import { uptimesOf } from "./uptimes.js";
import type { World } from "./world.js";

/** The conditions of one run. */
export class Conditions {
  /** What the scenario's events bring. */
  readonly outages: Outages;
  readonly #world: World;
  /** By site, then node. */
  readonly #uptimes: readonly (Alternating | null)[];
  readonly #spells: readonly SlowSpells[];

  /** @param key of the run */
  constructor(world: World, key: RandomKey) {
    this.outages = new Outages(world);
    this.#world = world;
    this.#uptimes = uptimesOf(world, key);
    this.#spells = nodeSpells(world, key);
  }

  /** Whether a node answers a site. */
  isUp(site: number, node: number, timeMs: number): boolean {
    const uptime = this.#uptimes[site * this.#world.nodes.length + node];
    if (this.outages.isOut(node, timeMs)) return false;
    return uptime === null || uptime === undefined || uptime.isOn(timeMs);
  }

  /**
   * Until when a node goes on to answer a site and is as slow as it is now, if nothing happens to it
   * meanwhile (`Run.happensMs`); a time that is past where it does not answer.
   */
  sameUntilMs(site: number, node: number, timeMs: number): number {
    const uptime = this.#uptimes[site * this.#world.nodes.length + node] ?? null;
    if (this.outages.isOut(node, timeMs)) return Number.NEGATIVE_INFINITY;
    const downMs =
      uptime === null
        ? Number.POSITIVE_INFINITY
        : uptime.isOn(timeMs)
          ? uptime.nextChange(timeMs)
          : Number.NEGATIVE_INFINITY;
    return Math.min(downMs, this.#spells[node]?.sameUntilMs(timeMs) ?? Number.POSITIVE_INFINITY);
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
