/**
 * One payout: what is known of it. It begins with its signed bytes, so that there is never money
 * on its way without the one transaction that may carry it.
 */
import { invariant } from "../../core/errors.js";
import type { PayoutState } from "../books/store/store.js";

/** A transaction that would pay it; all of a payout have one nonce, so that only one of them can. */
export interface SignedPayment {
  /** Lower-case hex with `0x`, 32 bytes. */
  readonly txHash: string;
  /** The signed transaction, hex with `0x`: what is sent, always the same. */
  readonly signedTx: string;
  /** Most gas that it may use. */
  readonly gasLimit: bigint;
  /** Most that a unit of gas may cost. */
  readonly maxFeeWei: bigint;
  /** What of it goes to the block's maker. */
  readonly priorityFeeWei: bigint;
  /** When it was signed, ms since 1970. */
  readonly signedAtMs: number;
  /**
   * It pays nobody: a transfer of nothing to the wallet itself, in the place of a payment that no
   * node takes. @default false
   */
  readonly isCancellation?: boolean | undefined;
}

/**
 * What is known of a transaction of somebody else's that paid: its bytes can't be made again. Undone, it is
 * replaced by bytes of poolsim's own with its nonce.
 */
export const BYTES_UNKNOWN = {
  signedTx: "0x",
  gasLimit: 0n,
  maxFeeWei: 0n,
  priorityFeeWei: 0n,
} as const;

/** Where the chain has it. */
export interface Inclusion {
  /** Which transaction used the nonce. */
  readonly txHash: string;
  /** Number of the block. */
  readonly blockNumber: number;
  /** Hash of the block. */
  readonly blockHash: string;
  /**
   * `paid` and `reverted`: one of ours; `calledOff`: ours too, but it pays nobody; `displaced`:
   * somebody else's with the same nonce.
   */
  readonly outcome: "paid" | "reverted" | "calledOff" | "displaced";
  /** What the gas cost; 0 for a displaced one. */
  readonly gasWei: bigint;
}

/** A pending balance that it takes; negative where more was paid than was owed. */
export interface PayoutPart {
  /** The type of node that the part was earned with. */
  readonly nodeType: string;
  /** The region that the part was earned in. */
  readonly region: string;
  /** How much, in wei. */
  readonly wei: bigint;
}

/** What it pays, from where and with which nonce: never changes. */
export interface PayoutIntent {
  /** Names it once and for all; the causes of its ledger entries are this id. */
  readonly id: number;
  /** Whom it pays: lower-case hex with `0x`. */
  readonly address: string;
  /** What it pays, in wei. */
  readonly amountWei: bigint;
  /** The pending balances that it takes; together they are the amount. */
  readonly parts: readonly PayoutPart[];
  /** When it was begun, ms since 1970. */
  readonly createdAtMs: number;
  /** The chain's number. */
  readonly chainId: bigint;
  /** Whose money: lower-case hex with `0x`. */
  readonly wallet: string;
  /** Its number among the wallet's transactions. */
  readonly nonce: number;
  /** The batch that an operator approved it in. @default none was needed */
  readonly batch?: number | undefined;
}

/**
 * Its states: `signed` (stored with its bytes), `sent` (handed to a node at least once), `mined`
 * (in a block, not deep enough), `confirmed`, `failed` (reverted), `cancelled` (the nonce went to
 * another transaction, or was used up as no node took the payment). The last three are final but for a reorganisation of the chain, which
 * makes them `sent` again. `intent` is never stored: the bytes are there from the beginning.
 */
export interface Payout extends PayoutIntent {
  /** How far it is. */
  readonly state: PayoutState;
  /** Oldest first; at least one. */
  readonly attempts: readonly SignedPayment[];
  /** null while it is in no block. */
  readonly inclusion: Inclusion | null;
  /** When it changed last, ms since 1970. */
  readonly updatedAtMs: number;
}

/** Whether it has come to its end, a reorganisation apart. */
export function isClosed({ state }: Pick<Payout, "state">): boolean {
  return state === "confirmed" || state === "failed" || state === "cancelled";
}

/** The attempt that is sent: the newest, with the highest fee. */
export function lastAttempt({ attempts }: Payout): SignedPayment {
  const last = attempts.at(-1);
  invariant(last !== undefined, "a payout has a transaction");
  return last;
}

/** The most that it can still take out of the wallet. */
export function outstandingWei(payout: Payout): bigint {
  if (payout.inclusion !== null) return 0n;
  const { gasLimit, maxFeeWei } = lastAttempt(payout);
  return payout.amountWei + gasLimit * maxFeeWei;
}

/** Whether nothing happened to a payout since it was read. */
export function isSameVersion(one: Payout, other: Payout): boolean {
  return (
    one.state === other.state &&
    one.attempts.length === other.attempts.length &&
    isSameInclusion(one.inclusion, other.inclusion)
  );
}

export function isSameInclusion(one: Inclusion | null, other: Inclusion | null): boolean {
  return (
    one?.txHash === other?.txHash &&
    one?.blockHash === other?.blockHash &&
    one?.outcome === other?.outcome &&
    one?.gasWei === other?.gasWei
  );
}
