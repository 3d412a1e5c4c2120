/**
 * What the operator keeps of each wei of fees, in expectation. It does not depend on luck or on
 * how much work there is, so its sign says whether more work is a gain for the operator at all:
 * where it is not above 0, losing work looks like a gain in the operator's net.
 */
import { Rational } from "../../../core/rational.js";
import type { Scenario } from "../../scenario/schema.js";
import { faceValueOf } from "./tickets.js";

const WEI_PER_GWEI = 1_000_000_000n;

/** What becomes of a wei of fees: each a share of it, 0 or more. */
export interface FeeParts {
  /** The workers' part: all but the commission; 0 where there are no workers. */
  readonly workers: Rational;
  /** The delegators' part (`feeShare`). */
  readonly delegators: Rational;
  /** Gas to redeem the tickets that the fees are paid with (P-12); 0 without tickets. */
  readonly redemption: Rational;
  /** What is left; below 0 where the operator loses on each segment. */
  readonly kept: Rational;
}

/** The price of gas that the operator pays, wei. */
export function gasPriceWei({ orchestrator }: Scenario): Rational {
  return Rational.parse(orchestrator?.economics.gasPriceGwei ?? "0").mul(Rational.of(WEI_PER_GWEI));
}

/** Gas of redemptions ÷ the fees that they bring in. */
function redemptionShare(scenario: Scenario): Rational {
  const { tickets, orchestrator } = scenario;
  const faceValue = tickets.enabled ? faceValueOf(tickets) : 0n;
  if (faceValue === 0n) return Rational.ZERO;
  const gas = Rational.of(BigInt(orchestrator?.economics.redeemGas ?? 0));
  return gas.mul(gasPriceWei(scenario)).div(Rational.of(faceValue));
}

/** The parts of a wei of fees in a scenario. */
export function feeParts(scenario: Scenario): FeeParts {
  const { orchestrator, workers: payees } = scenario;
  const commission = Rational.parse(orchestrator?.economics.commission ?? "0");
  const workers = payees.length === 0 ? Rational.ZERO : Rational.ONE.sub(commission);
  const delegators = Rational.parse(orchestrator?.economics.feeShare ?? "0");
  const redemption = redemptionShare(scenario);
  const kept = Rational.ONE.sub(workers).sub(delegators).sub(redemption);
  return { workers, delegators, redemption, kept };
}
