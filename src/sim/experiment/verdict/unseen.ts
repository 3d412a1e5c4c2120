/**
 * What nobody looks at, so that what it brings in says nothing of what it would. As they come, gateways have no maximum
 * and give the price no weight (L-13, R-2): whatever the pool asks for, it is paid. And neither workers nor delegators
 * leave, whatever they get.
 */
import { Rational } from "../../../core/rational.js";
import { DEFAULT_SELECTION } from "../../../selection/algorithms/registry.js";
import { subjectOf } from "../../scenario/event-times.js";
import type { Scenario } from "../../scenario/schema.js";
import { isMoney, OPERATOR_NET } from "../metric-names.js";

/**
 * - `price`: what the pool asks for, where no gateway looks at prices;
 * - `terms`: the operator's commission and the delegators' part.
 */
export type Unseen = "price" | "terms";

/** Whether an objective is no evidence where that is what differs. */
export function isAbout(unseen: Unseen, objective: string): boolean {
  return unseen === "price" ? isMoney(objective) : objective === OPERATOR_NET;
}

function isSomething(price: string): boolean {
  return Rational.parse(price).sign() > 0;
}

/** Whether a gateway chooses, or refuses, by price. Other algorithms than go-livepeer's may. */
function looksAtPrices({ gateway, gateways }: Scenario): boolean {
  return (gateways ?? [gateway]).some((own) => {
    const of = <K extends "onchain" | "selection" | "selectPriceWeight" | "maxPricePerUnit">(
      key: K,
    ) => own[key] ?? gateway[key];
    const selection = of("selection");
    const algorithm = typeof selection === "string" ? selection : selection.algorithm;
    if (algorithm !== DEFAULT_SELECTION) return true;
    return of("onchain") && (of("selectPriceWeight") > 0 || isSomething(of("maxPricePerUnit")));
  });
}

/** The price of a pixel, as text that is the same for the same price; the network's median has none. */
function pixelPrice({ orchestrator }: Scenario): string {
  const { pricePerUnit, pixelsPerUnit = 1 } = orchestrator ?? {};
  if (pricePerUnit === undefined) return "";
  const { num, den } = Rational.parse(pricePerUnit).div(Rational.of(BigInt(pixelsPerUnit)));
  return `${num}/${den}`;
}

/** How events change the price, as text that is the same for the same changes. */
function priceChanges({ events, orchestrator }: Scenario): string {
  const { name = "pool", address } = orchestrator ?? {};
  const own = new Set([name, address].map((one) => `orchestrator ${one}`.toLowerCase()));
  const changes = Object.values(events).flatMap((event) => {
    if (event.kind !== "price" || !own.has(subjectOf(event, name).toLowerCase())) return [];
    const { at, every, for: lengthMs, factor, pricePerUnit, pixelsPerUnit } = event;
    if (pricePerUnit === undefined && factor === 1) return [];
    return [JSON.stringify([at, every, lengthMs, factor, pricePerUnit, pixelsPerUnit])];
  });
  return changes.sort().join();
}

/** What the pool asks for where no gateway looks at it, as texts that are the same for the same prices. */
interface UnseenPrice {
  readonly pixels: string;
  /** `null`: gateways have a maximum for some AI job. */
  readonly ai: string | null;
}

function unseenPrice(scenario: Scenario): UnseenPrice | null {
  if (looksAtPrices(scenario)) return null;
  const { ai, orchestrator } = scenario;
  const isLimited = ai?.jobs.some(({ maxPricePerUnit }) => isSomething(maxPricePerUnit));
  return {
    pixels: `${pixelPrice(scenario)} ${priceChanges(scenario)}`,
    ai: isLimited ? null : JSON.stringify(orchestrator?.ai?.prices ?? []),
  };
}

function isOther(one: UnseenPrice, other: UnseenPrice): boolean {
  return one.pixels !== other.pixels || (one.ai ?? other.ai) !== (other.ai ?? one.ai);
}

/**
 * Whether two of some variants differ in what the pool asks for, at the beginning or by an event, and nobody looks
 * at it in either of them.
 *
 * @returns false also where what they differ in is no price
 */
function isPriceUnseen(scenarios: readonly Scenario[]): boolean {
  const byText = new Map(
    scenarios.flatMap((scenario) => {
      const unseen = unseenPrice(scenario);
      return unseen === null ? [] : [[JSON.stringify(unseen), unseen] as const];
    }),
  );
  const distinct = [...byText.values()];
  return distinct.some((one, index) => distinct.slice(0, index).some((two) => isOther(one, two)));
}

/** What the operator keeps of a fee before gas, and who gets the rest. */
function terms({ orchestrator }: Scenario): string {
  const { commission, feeShare } = orchestrator?.economics ?? {};
  return JSON.stringify([commission, feeShare]);
}

/** In what any two of some variants differ that nobody looks at. */
export function unseenIn(scenarios: readonly Scenario[]): readonly Unseen[] {
  const isTerms = new Set(scenarios.map(terms)).size > 1;
  return [
    ...(isPriceUnseen(scenarios) ? ["price" as const] : []),
    ...(isTerms ? ["terms" as const] : []),
  ];
}
