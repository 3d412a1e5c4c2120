/** Payouts, and everything ever signed for them. */
import type { Account } from "../accounts.js";

/** The life of a payout; what leads from one to the next is payouts/'s business. */
export type PayoutState =
  /** Decided: amount moved to `inPayout`, nonce chosen, nothing signed. */
  | "intent"
  /** Signed bytes are stored, perhaps never sent. */
  | "signed"
  /** Handed to the chain at least once. */
  | "sent"
  /** In a block, not deep enough yet. */
  | "mined"
  | "confirmed"
  /** Reverted or impossible: the amount returned to pending. */
  | "failed"
  /** Given up before anything could be mined: the amount returned to pending. */
  | "cancelled";

export interface PayoutRow {
  readonly id: number;
  readonly address: string;
  readonly amountWei: bigint;
  readonly chainId: bigint;
  readonly fromAddress: string;
  readonly nonce: number;
  readonly state: PayoutState;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Which pending accounts it was taken from, and how much of each. */
  readonly sources: readonly { readonly account: Account; readonly wei: bigint }[];
  /** Of the attempt that was mined. */
  readonly txHash: string | null;
  readonly blockNumber: number | null;
  readonly blockHash: string | null;
  /** What the chain took for it. */
  readonly gasFeesWei: bigint | null;
  /** Why it failed or was cancelled. */
  readonly reason: string | null;
}

export type NewPayout = Pick<
  PayoutRow,
  "address" | "amountWei" | "chainId" | "fromAddress" | "nonce" | "createdAtMs" | "sources"
>;

/** What may change of a payout. */
export type PayoutChange = { readonly updatedAtMs: number } & {
  readonly [K in
    | "state"
    | "nonce"
    | "txHash"
    | "blockNumber"
    | "blockHash"
    | "gasFeesWei"
    | "reason"]?: PayoutRow[K] | undefined;
};

/** Bytes signed for a payout: stored before they are sent, all of them kept. */
export interface PayoutAttempt {
  readonly payoutId: number;
  readonly txHash: string;
  /** The whole signed transaction, 0x hex. */
  readonly signedTx: string;
  readonly nonce: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
  readonly signedAtMs: number;
  /** When it was first handed to an RPC; null: never, as far as is known. */
  readonly sentAtMs: number | null;
}

export interface PayoutQuery {
  readonly states?: readonly PayoutState[] | undefined;
  readonly address?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly beforeId?: number | undefined;
  /** 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** A wallet on a chain. */
export interface PayingWallet {
  readonly chainId: bigint;
  readonly fromAddress: string;
}

/** A transaction of a wallet that pays nobody of the books, as the operator said. */
export interface AcknowledgedNonce extends PayingWallet {
  readonly nonce: number;
  readonly txHash: string;
  /** null: it made a contract. */
  readonly toAddress: string | null;
  /** What it moved; 0 if it reverted. */
  readonly paidWei: bigint;
  readonly blockNumber: number;
  readonly blockHash: string;
  /** When its block was made. */
  readonly blockAtMs: number;
  readonly reason: string;
  readonly atMs: number;
}

/** Payouts, and the nonces of the wallets that pay them. */
export interface PayoutStore {
  /** The row's id. */
  add(payout: NewPayout): number;
  change(id: number, change: PayoutChange): void;
  get(id: number): PayoutRow | null;
  /** Newest first. */
  list(query?: PayoutQuery): readonly PayoutRow[];
  addAttempt(attempt: PayoutAttempt): void;
  attemptSent(txHash: string, sentAtMs: number): void;
  /** Oldest first. */
  attempts(payoutId: number): readonly PayoutAttempt[];
  /** The payout that a transaction was signed for; null if none was. */
  payoutOf(txHash: string): number | null;
  /** Nonces of a wallet on a chain that payouts have or had, in their order, each once. */
  payoutNonces(wallet: PayingWallet): readonly number[];
  /** Wallets that payouts were signed for. */
  payingWallets(): readonly PayingWallet[];
  /** By nonce. */
  acknowledgedNonces(wallet: PayingWallet): readonly AcknowledgedNonce[];
  /** Puts in the place of what was there for the nonce. */
  acknowledgeNonce(row: AcknowledgedNonce): void;
  forgetAcknowledged(wallet: PayingWallet & { readonly nonce: number }): void;
}
