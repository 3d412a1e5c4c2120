/** Fees by EIP-1559: what is offered first, and by how much more a stuck payment is replaced. */
import type { SignedPayment } from "./payout.js";

/** What gas costs now. */
export interface FeeMarket {
  /** What a unit of gas costs now. */
  readonly baseFeeWei: bigint;
  /** What block makers ask on top. */
  readonly priorityFeeWei: bigint;
}

/** What a payment offers for a unit of gas (EIP-1559). */
export interface Fees {
  /** Most that a unit of gas may cost, in wei. */
  readonly maxFeeWei: bigint;
  /** What of it goes to the block's maker, in wei. */
  readonly priorityFeeWei: bigint;
}

/**
 * The first offer: room for the base fee to double, within the cap.
 *
 * @returns null when gas costs more than the cap now
 */
export function firstFees(market: FeeMarket, capWei: bigint): Fees | null {
  const { baseFeeWei, priorityFeeWei } = market;
  if (baseFeeWei + priorityFeeWei > capWei) return null;
  return { maxFeeWei: least(2n * baseFeeWei + priorityFeeWei, capWei), priorityFeeWei };
}

/**
 * The offer that replaces another one of the same nonce: an eighth more at least, which is more
 * than nodes ask for, and what the market asks.
 *
 * @returns null when that is more than the cap: the payment waits
 */
export function raisedFees(
  last: Pick<SignedPayment, "maxFeeWei" | "priorityFeeWei">,
  market: FeeMarket,
  capWei: bigint,
): Fees | null {
  const asked = 2n * market.baseFeeWei + market.priorityFeeWei;
  const raised = eighthMore(last.maxFeeWei);
  const priorityFeeWei = most(eighthMore(last.priorityFeeWei), market.priorityFeeWei);
  const floor = most(raised, priorityFeeWei);
  if (floor > capWei) return null;
  return { maxFeeWei: most(floor, least(asked, capWei)), priorityFeeWei };
}

function eighthMore(wei: bigint): bigint {
  return wei + wei / 8n + 1n;
}

/** The smaller of two amounts. */
export function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function most(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
