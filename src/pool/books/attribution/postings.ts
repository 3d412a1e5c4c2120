/** From an attribution to the ledger. */
import { Rational } from "../../../core/rational.js";
import type { Account } from "../accounts.js";
import type { Posting } from "../ledger.js";
import { type Attribution, checkCommission, commissionOf } from "./scheme.js";

/** Which accounts an attribution is booked to. */
export interface AttributionPostingsOptions {
  /** The account of what a worker is owed. */
  readonly pendingOf: (worker: string) => Account;
  /** The delegators' part of everything attributed (the orchestrator's feeShare), 0 … 1. @default 0 */
  readonly feeShare?: Rational | undefined;
}

/**
 * Moves what was earned to whom it belongs: workers, commission, nobody yet. The delegators' part
 * is of the whole and is paid out of the commission, which may fall below 0: a pool that takes
 * less than it passes on loses money, and its books say so.
 *
 * @throws InputError (`COMMISSION`) for a feeShare outside 0 … 1
 */
export function attributionPostings(
  { shares, commissionWei, unattributedWei }: Attribution,
  { pendingOf, feeShare = Rational.ZERO }: AttributionPostingsOptions,
): Posting[] {
  checkCommission(feeShare);
  const toWorkers = shares.reduce((sum, { wei }) => sum + wei, 0n);
  return [
    ...shares.map(
      ({ worker, wei }): Posting => ({ from: "feesEarned", to: pendingOf(worker), wei }),
    ),
    { from: "feesEarned", to: "commission", wei: commissionWei },
    { from: "feesEarned", to: "unattributed", wei: unattributedWei },
    {
      from: "commission",
      to: "delegators",
      wei: commissionOf(toWorkers + commissionWei + unattributedWei, feeShare),
    },
  ];
}
