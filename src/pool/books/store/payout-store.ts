/** Payouts, and everything ever signed for them. */
import type { Account } from "../accounts.js";

/** The life of a payout; what leads from one to the next is payouts/'s business. */
export type PayoutState =
  /** Decided, nothing signed: only within the transaction that also stores the signed bytes. */
  | "intent"
  /** Signed bytes are stored, perhaps never sent. */
  | "signed"
  /** Handed to the chain at least once. */
  | "sent"
  /** In a block, not deep enough yet. */
  | "mined"
  /** In a block, and deep enough: the amount is paid. */
  | "confirmed"
  /** Its transaction reverted: the amount returned to pending. */
  | "failed"
  /** Its nonce went to a transaction that pays nobody of it: the amount returned to pending. */
  | "cancelled";

/** A payout: an amount to one address in one transaction. */
export interface PayoutRow {
  /** Counts up in order of creation; the store gives it. Ledger entries name the payout by it. */
  readonly id: number;
  /** Whom it pays, lower-case hex with `0x`. */
  readonly address: string;
  /** What it pays, wei. */
  readonly amountWei: bigint;
  /** Number of the chain, e.g. 42161. */
  readonly chainId: bigint;
  /** The wallet that pays, lower-case hex with `0x`. */
  readonly fromAddress: string;
  /** Its number among the wallet's transactions, from 0. */
  readonly nonce: number;
  /** How far it is. */
  readonly state: PayoutState;
  /** When it was decided, ms since 1970. */
  readonly createdAtMs: number;
  /** When it changed last, ms since 1970. */
  readonly updatedAtMs: number;
  /** Which pending accounts it was taken from, and how much of each: together the amount. */
  readonly sources: readonly { readonly account: Account; readonly wei: bigint }[];
  /** The transaction that used the nonce, hex with `0x`; null: none is in a block, so far as known. */
  readonly txHash: string | null;
  /** Number of the block that it is in; null as `txHash`. */
  readonly blockNumber: number | null;
  /** Hash of the block that it is in, hex with `0x`; null as `txHash`. */
  readonly blockHash: string | null;
  /** What its gas cost the wallet, wei; null as `txHash`. */
  readonly gasFeesWei: bigint | null;
  /**
   * Why the transaction in the block did not pay: `reverted`; `calledOff`, one of ours that pays
   * nobody; `displaced`, somebody else's with the same nonce. null: it paid, or is in no block.
   */
  readonly reason: string | null;
  /** The batch that an operator approved it in, by the id of its act; null: none was needed. */
  readonly batch: number | null;
}

/** A payout as it is when it is decided; its state is then `intent`. */
export type NewPayout = Pick<
  PayoutRow,
  "address" | "amountWei" | "chainId" | "fromAddress" | "nonce" | "createdAtMs" | "sources"
> &
  Partial<Pick<PayoutRow, "batch">>;

/** What may change of a payout. What is left out, or undefined, stays; null is written as null. */
export type PayoutChange = {
  /** When it changed, ms since 1970. */
  readonly updatedAtMs: number;
} & {
  readonly [K in "state" | "txHash" | "blockNumber" | "blockHash" | "gasFeesWei" | "reason"]?:
    | PayoutRow[K]
    | undefined;
};

/** Bytes signed for a payout: stored before they are sent, all of them kept. */
export interface PayoutAttempt {
  /** Id of the payout. */
  readonly payoutId: number;
  /** Hash of the transaction, hex with `0x`; unique in the books, kept in lower case. */
  readonly txHash: string;
  /** The whole signed transaction, 0x hex. */
  readonly signedTx: string;
  /** The payout's nonce: only one of its attempts can be mined. */
  readonly nonce: number;
  /** Most that a unit of gas may cost, wei. */
  readonly maxFeePerGasWei: bigint;
  /** Most of that for the maker of the block, wei. */
  readonly maxPriorityFeePerGasWei: bigint;
  /** When it was signed, ms since 1970. */
  readonly signedAtMs: number;
  /** When it was first handed to an RPC, ms since 1970; null: never, as far as is known. */
  readonly sentAtMs: number | null;
}

/** Which payouts: newest first, pages by `beforeId`. */
export interface PayoutQuery {
  /** Payouts in any of these states. @default all */
  readonly states?: readonly PayoutState[] | undefined;
  /** Payouts to this address only, in any case. @default all */
  readonly address?: string | undefined;
  /** Payouts created from this time on, ms since 1970. @default 0 */
  readonly sinceMs?: number | undefined;
  /** Payouts with a lower id. @default all */
  readonly beforeId?: number | undefined;
  /** How many payouts at most, 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** A wallet on a chain. */
export interface PayingWallet {
  /** Number of the chain, e.g. 42161. */
  readonly chainId: bigint;
  /** The wallet's address, hex with `0x`, in any case. */
  readonly fromAddress: string;
}

/** A transaction of a wallet that pays nobody of the books, as the operator said. */
export interface AcknowledgedNonce extends PayingWallet {
  /** Its number among the wallet's transactions, from 0. */
  readonly nonce: number;
  /** Its hash, hex with `0x`. */
  readonly txHash: string;
  /** Whom it paid or called, lower-case hex with `0x`; null: it made a contract. */
  readonly toAddress: string | null;
  /** What it moved, wei; 0 if it reverted. */
  readonly paidWei: bigint;
  /** Number of the block that it is in. */
  readonly blockNumber: number;
  /** Hash of the block that it is in, hex with `0x`. */
  readonly blockHash: string;
  /** When its block was made, ms since 1970. */
  readonly blockAtMs: number;
  /** Why it is none of the books', in the operator's words. */
  readonly reason: string;
  /** When the operator said so, ms since 1970. */
  readonly atMs: number;
}

/** Payouts, and the nonces of the wallets that pay them. */
export interface PayoutStore {
  /** Adds a payout in state `intent`. @returns its id */
  add(payout: NewPayout): number;
  /**
   * Changes a payout.
   *
   * @throws InputError (`PAYOUT_UNKNOWN`) if there is none with this id
   */
  change(id: number, change: PayoutChange): void;
  /** The payout with this id; null: there is none. */
  get(id: number): PayoutRow | null;
  /** Payouts, newest first. */
  list(query?: PayoutQuery): readonly PayoutRow[];
  /** Keeps an attempt, the newest of its payout. To be done before its bytes are sent. */
  addAttempt(attempt: PayoutAttempt): void;
  /**
   * Keeps when an attempt was first handed to an RPC (ms since 1970): a later time changes nothing,
   * nor does an unknown hash.
   */
  attemptSent(txHash: string, sentAtMs: number): void;
  /** What was signed for a payout, oldest first. */
  attempts(payoutId: number): readonly PayoutAttempt[];
  /** The payout that a transaction was signed for; null if none was. */
  payoutOf(txHash: string): number | null;
  /** Nonces of a wallet on a chain that payouts have or had, in their order, each once. */
  payoutNonces(wallet: PayingWallet): readonly number[];
  /**
   * Since when payouts know that an address is owed something, ms since 1970; null: they don't know
   * it yet.
   */
  knownSince(address: string): number | null;
  /** Keeps that payouts know an address from now on (ms since 1970); known before, nothing changes. */
  know(address: string, atMs: number): void;
  /** Wallets that payouts were signed for, each once. */
  payingWallets(): readonly PayingWallet[];
  /** What the operator said of a wallet's transactions, by nonce. */
  acknowledgedNonces(wallet: PayingWallet): readonly AcknowledgedNonce[];
  /** Keeps what the operator said, in place of what was there for the nonce. */
  acknowledgeNonce(row: AcknowledgedNonce): void;
  /** Forgets what the operator said of a nonce; if nothing was said, nothing changes. */
  forgetAcknowledged(wallet: PayingWallet & { readonly nonce: number }): void;
}
