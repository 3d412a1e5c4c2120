/**
 * Prices that no gateway looks at. As they come, gateways have no maximum and give the price no weight (L-13, R-2):
 * whatever the pool asks for, it is paid, and what it is paid says nothing of what a price brings.
 */
import { Rational } from "../../../core/rational.js";
import { DEFAULT_SELECTION } from "../../../selection/algorithms/registry.js";
import type { Scenario } from "../../scenario/schema.js";

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

function aiPrices({ orchestrator }: Scenario): string {
  return JSON.stringify(orchestrator?.ai?.prices ?? []);
}

/**
 * Whether two variants differ in what the pool asks for, and nobody looks at it in either of them.
 *
 * @returns false also where what they differ in is no price
 */
export function isPriceUnseen(baseline: Scenario, candidate: Scenario): boolean {
  const isOther = (of: (scenario: Scenario) => string) => of(baseline) !== of(candidate);
  const variants = [baseline, candidate];
  if (variants.some(looksAtPrices)) return false;
  const isLimited = variants.some(({ ai }) =>
    ai?.jobs.some(({ maxPricePerUnit }) => isSomething(maxPricePerUnit)),
  );
  return isOther(pixelPrice) || (isOther(aiPrices) && !isLimited);
}
