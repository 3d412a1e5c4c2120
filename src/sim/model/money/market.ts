/** What orchestrators ask for and have staked at an instant, and the terms of their tickets then. */
import { invariant } from "../../../core/errors.js";
import type { SessionPrice } from "../../../selection/index.js";
import { begunAt } from "../world/timeline.js";
import type { World } from "../world/world.js";
import { type TicketTerms, ticketTerms } from "./tickets.js";

/** One price of an orchestrator, and what its tickets are like at it. */
interface Offer {
  readonly price: SessionPrice;
  readonly terms: TicketTerms;
}

/** All that an orchestrator ever asks for a pixel: what the scenario says first. */
export function pricesOf({ orchestrators, timeline }: World, index: number): SessionPrice[] {
  const price = orchestrators[index]?.price;
  if (price === undefined) return [];
  const steps = timeline.prices.get(index) ?? [];
  return [...new Set([price, ...steps.map(({ value }) => value)])];
}

/** Prices and stakes of a run. They depend on nothing but the time. */
export class Market {
  /** Whether no event changes prices: nearly always. */
  readonly arePricesFixed: boolean;
  readonly #world: World;
  /** By orchestrator: all that it ever asks for, what the scenario says first. */
  readonly #offers: readonly (readonly Offer[])[];
  /** By URI: whose it is. */
  readonly #owners: Int32Array;
  readonly #prices: readonly SessionPrice[];
  readonly #stakes: Float64Array;
  /** The same of stakes. */
  readonly #areStakesFixed: boolean;

  constructor(world: World) {
    const { nodes, orchestrators, scenario, timeline } = world;
    this.#world = world;
    this.#owners = Int32Array.from([
      ...nodes.map(({ orchestrator }) => orchestrator),
      ...orchestrators.map(({ index }) => index),
    ]);
    this.#prices = orchestrators.map(({ price }) => price);
    this.#stakes = Float64Array.from(orchestrators, ({ stake }) => stake);
    this.arePricesFixed = timeline.prices.size === 0;
    this.#areStakesFixed = timeline.stakes.size === 0;
    this.#offers = orchestrators.map(({ index }) =>
      pricesOf(world, index).map((price) => ({
        price,
        terms: ticketTerms(price, scenario.tickets),
      })),
    );
  }

  /** The orchestrator that a URI leads to: a node's, or a balancer's. */
  ownerOf(uri: number): number {
    return this.#owners[uri] ?? -1;
  }

  /** Its price at an instant. */
  priceAt(orchestrator: number, timeMs: number): SessionPrice {
    const steps = this.arePricesFixed ? undefined : this.#world.timeline.prices.get(orchestrator);
    const begun = steps === undefined ? 0 : begunAt(steps, timeMs);
    const price = steps?.[begun - 1]?.value ?? this.#prices[orchestrator];
    invariant(price !== undefined, `there is an orchestrator ${orchestrator}`);
    return price;
  }

  /** Its stake at an instant, LPT × 10^5. */
  stakeAt(orchestrator: number, timeMs: number): number {
    const stake = this.#stakes[orchestrator] ?? 0;
    if (this.#areStakesFixed) return stake;
    const steps = this.#world.timeline.stakes.get(orchestrator);
    const begun = steps === undefined ? 0 : begunAt(steps, timeMs);
    return steps?.[begun - 1]?.value ?? stake;
  }

  /**
   * The place of a price among all that an orchestrator ever asks for; 0 is what the scenario says.
   *
   * @param price one of them
   */
  placeOf(orchestrator: number, price: SessionPrice | null): number {
    const offers = this.#offers[orchestrator] ?? [];
    if (offers.length < 2) return 0;
    return Math.max(
      0,
      offers.findIndex((offer) => offer.price === price),
    );
  }

  /** {@link placeOf} its price at an instant. */
  placeAt(orchestrator: number, timeMs: number): number {
    if (this.arePricesFixed) return 0;
    return this.placeOf(orchestrator, this.priceAt(orchestrator, timeMs));
  }

  /** Terms of an orchestrator's tickets in a session at a price. */
  termsOf(orchestrator: number, price: SessionPrice | null): TicketTerms | undefined {
    return this.#offers[orchestrator]?.[this.placeOf(orchestrator, price)]?.terms;
  }
}
