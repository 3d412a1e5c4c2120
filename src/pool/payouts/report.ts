/** What a pass of payouts tells: what was done, what was not, and why. */
import type { PoolsimError } from "../../core/errors.js";
import type { NonceRange } from "./nonces.js";
import type { Payout } from "./payout.js";
import type { PlannedPayout } from "./plan.js";

/** Why a payout that is due was not begun. */
export type Hindrance =
  /** A unit of gas costs more than the cap. */
  | "gasTooExpensive"
  /** Gas would cost too large a part of the amount. */
  | "gasEatsIt"
  /** The node estimates transfers, but not this one: the recipient does not take it. */
  | "recipientRefuses"
  /** The wallet has not enough for it, its gas and what is under way. */
  | "walletShort"
  /** Paid as much as the wallet had: the rest is due. */
  | "paidInPart"
  /** The wallet has transactions waiting that are not ours. */
  | "foreignTransactions"
  /** An acknowledged transaction of the wallet paid it while these books owed it. */
  | "paidOutside"
  /**
   * Payments that these books don't know may still be mined, as they come from a backup: their nonces are
   * used up first.
   */
  | "notFenced"
  /** The setting `maxUnderWay` is reached: no further payout may be under way. */
  | "tooMany"
  /** With it more would be begun within 24 hours than the setting `capPerDayWei`. */
  | "dayCap"
  /** It is owed more than the setting `capPerPayoutWei`: an operator has to look. */
  | "payoutCap"
  /** It waits for an operator to approve it. */
  | "notApproved"
  /** What it is owed changed at this very moment: the next pass looks again. */
  | "moved";

/** A payment that is due, and what is in its way. */
export interface Hindered {
  /** The payout that would be begun. */
  readonly plan: PlannedPayout;
  /** What keeps it from being begun. */
  readonly why: Hindrance;
  /** More of it, for people: a node's words, amounts; null if there is no more. */
  readonly detail: string | null;
}

/** Nonces that are to be used up, and are not yet. */
export interface Unfilled {
  /** Why none of them was signed for in this pass. */
  readonly why: "gasTooExpensive" | "walletShort";
  /** The nonces. */
  readonly nonces: readonly NonceRange[];
}

/** Something to tell the operator about a payout; it goes on with the next pass. */
export interface PayoutTrouble {
  /** The payout. */
  readonly payout: Payout;
  /** What went wrong, in words. */
  readonly message: string;
}

/** What a pass did. */
export interface PassReport {
  /** Payouts that this pass began. */
  readonly begun: readonly Payout[];
  /** Payouts whose state changed, as they are now. */
  readonly changed: readonly Payout[];
  /** Payouts on this chain that are not closed. */
  readonly underWay: readonly Payout[];
  /** Due, but not begun, or not in full. */
  readonly hindered: readonly Hindered[];
  /** Payouts that something went wrong with in this pass. */
  readonly troubles: readonly PayoutTrouble[];
  /** Nonces that nobody uses, below payouts that are under way: those wait until they are used. */
  readonly gap: readonly NonceRange[];
  /** What `fences` or `fillsGaps` asks for, and could not be done; null: nothing. */
  readonly unfilled: Unfilled | null;
  /** The node failed while payouts were begun: some that are due are in none of these lists. */
  readonly failure: PoolsimError | null;
  /** Nothing is begun until an operator has looked: `PAYOUT_NONCES_UNKNOWN`. */
  readonly stop: PoolsimError | null;
}

/** The same while it is made. */
export interface MutableReport {
  unfilled: Unfilled | null;
  readonly begun: Payout[];
  readonly changed: Payout[];
  readonly hindered: Hindered[];
  readonly troubles: PayoutTrouble[];
}
