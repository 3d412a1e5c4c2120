/** What orchestrators ask for and have staked at an instant, and the terms of their tickets then. */
import { invariant } from "../../core/errors.js";
import type { SessionPrice } from "../../selection/index.js";
import { type TicketTerms, ticketTerms } from "./tickets.js";
import { begunAt } from "./timeline.js";
import type { World } from "./world.js";

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
  readonly #world: World;
  /** By orchestrator: all that it ever asks for, what the scenario says first. */
  readonly #offers: readonly (readonly Offer[])[];

  constructor(world: World) {
    const { orchestrators, scenario } = world;
    this.#world = world;
    this.#offers = orchestrators.map(({ index }) =>
      pricesOf(world, index).map((price) => ({
        price,
        terms: ticketTerms(price, scenario.tickets),
      })),
    );
  }

  /** Its price at an instant. */
  priceAt(orchestrator: number, timeMs: number): SessionPrice {
    const steps = this.#world.timeline.prices.get(orchestrator);
    const begun = steps === undefined ? 0 : begunAt(steps, timeMs);
    const price = steps?.[begun - 1]?.value ?? this.#world.orchestrators[orchestrator]?.price;
    invariant(price !== undefined, `there is an orchestrator ${orchestrator}`);
    return price;
  }

  /** Its stake at an instant, LPT × 10^5. */
  stakeAt(orchestrator: number, timeMs: number): number {
    const steps = this.#world.timeline.stakes.get(orchestrator);
    const begun = steps === undefined ? 0 : begunAt(steps, timeMs);
    return steps?.[begun - 1]?.value ?? this.#world.orchestrators[orchestrator]?.stake ?? 0;
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
    if (this.#world.timeline.prices.size === 0) return 0;
    return this.placeOf(orchestrator, this.priceAt(orchestrator, timeMs));
  }

  /** Terms of an orchestrator's tickets in a session at a price. */
  termsOf(orchestrator: number, price: SessionPrice | null): TicketTerms | undefined {
    return this.#offers[orchestrator]?.[this.placeOf(orchestrator, price)]?.terms;
  }
}
