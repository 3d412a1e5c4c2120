/** What payouts ask of a chain: one interface, so that another transport can take its place. */
import type { FeeMarket } from "./gas.js";
import type { SignedPayment } from "./payout.js";

/** A transaction's receipt, as far as it matters here. */
export interface Receipt {
  readonly txHash: string;
  readonly from: string;
  readonly to: string | null;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
  readonly gasWei: bigint;
}

/** A transaction as a node shows it. */
export interface ChainTransaction {
  readonly txHash: string;
  readonly from: string;
  /** null: it makes a contract. */
  readonly to: string | null;
  readonly nonce: number;
  readonly valueWei: bigint;
  /** null: it waits for a block. */
  readonly block: { readonly number: number; readonly hash: string } | null;
  /** Its bytes, made again from its parts and proven by its hash; null where that does not work. */
  readonly payment: Omit<SignedPayment, "signedAtMs"> | null;
}

export interface Head extends Pick<FeeMarket, "baseFeeWei"> {
  readonly number: number;
  readonly hash: string;
}

/** What became of sending bytes. No answer of a node proves that they will never be mined. */
export type SendAnswer =
  | { readonly accepted: true; readonly txHash: string }
  | { readonly accepted: false; readonly message: string };

/** What executing a transfer would need; a refusal is an error of the node's, in its words. */
export type GasEstimate = { readonly gas: bigint } | { readonly refusal: string };

/**
 * A node of the chain. Every method throws RemoteError (`CHAIN_…`) when there is no answer or one
 * that makes no sense, and ends with its signal.
 */
export interface PayoutChain {
  chainId(): Promise<bigint>;
  head(): Promise<Head>;
  priorityFeeWei(): Promise<bigint>;
  balanceWei(address: string): Promise<bigint>;
  /** Transactions of an address up to a block; `pending`: with those that wait. */
  transactionCount(address: string, block: number | "latest" | "pending"): Promise<number>;
  estimateGas(transfer: {
    readonly from: string;
    readonly to: string;
    readonly amountWei: bigint;
  }): Promise<GasEstimate>;
  /** null: the node knows of none. */
  receipt(txHash: string): Promise<Receipt | null>;
  /** The hash of the block with a number; null if there is none. */
  blockHash(number: number): Promise<string | null>;
  /** When the block with a number was made, ms since 1970; null if there is none. */
  blockTimeMs(number: number): Promise<number | null>;
  /** An address's transactions in a block. */
  transactionsOf(address: string, block: number): Promise<readonly ChainTransaction[]>;
  /** null: the node knows of none. */
  transaction(txHash: string): Promise<ChainTransaction | null>;
  send(signedTx: string): Promise<SendAnswer>;
}
