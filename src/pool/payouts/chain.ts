/** What payouts ask of a chain: one interface, so that another transport can take its place. */
import type { FeeMarket } from "./gas.js";
import type { SignedPayment } from "./payout.js";

/** A transaction's receipt, as far as it matters here. */
export interface Receipt {
  /** The transaction's hash. */
  readonly txHash: string;
  /** Who sent it. */
  readonly from: string;
  /** Whom it was sent to; null = it made a contract. */
  readonly to: string | null;
  /** Number of the transaction's block. */
  readonly blockNumber: number;
  /** Hash of the transaction's block. */
  readonly blockHash: string;
  /** Whether it did what it was to do; false = it reverted. */
  readonly succeeded: boolean;
  /** What its gas cost, in wei. */
  readonly gasWei: bigint;
}

/** A transaction as a node shows it. */
export interface ChainTransaction {
  /** The transaction's hash. */
  readonly txHash: string;
  /** Who sent it. */
  readonly from: string;
  /** Whom it calls or pays; null: it makes a contract. */
  readonly to: string | null;
  /** Its number among its sender's. */
  readonly nonce: number;
  /** What it moves, in wei. */
  readonly valueWei: bigint;
  /** null: it waits for a block. */
  readonly block: { readonly number: number; readonly hash: string } | null;
  /** The number of the chain that it is signed for. @default it does not say: it may be mined on every chain */
  readonly chainId?: bigint | undefined;
  /** Its bytes, made again from its parts and proven by its hash; null where that does not work. */
  readonly payment: Omit<SignedPayment, "signedAtMs"> | null;
}

/** The last block of the chain. */
export interface Head extends Pick<FeeMarket, "baseFeeWei"> {
  /** Number of the block. */
  readonly number: number;
  /** Hash of the block. */
  readonly hash: string;
}

/** What became of sending bytes. No answer of a node proves that they will never be mined. */
export type SendAnswer =
  | {
      readonly accepted: true;
      /** The hash under which the node took it. */
      readonly txHash: string;
    }
  | {
      readonly accepted: false;
      /** The node's words. */
      readonly message: string;
    };

/** What executing a transfer would need; a refusal is an error of the node's, in its words. */
export type GasEstimate =
  | {
      /** Units of gas that the payment needs. */
      readonly gas: bigint;
    }
  | {
      /** The node's words, when it refuses. */
      readonly refusal: string;
    };

/**
 * A node of the chain. Every method throws RemoteError (`CHAIN_…`) when there is no answer or one
 * that makes no sense, and ends with its signal.
 */
export interface PayoutChain {
  /** The chain's number. */
  chainId(): Promise<bigint>;
  /** The last block. */
  head(): Promise<Head>;
  /** What block makers ask on top, in wei per unit of gas. */
  priorityFeeWei(): Promise<bigint>;
  /** What an address has, in wei. */
  balanceWei(address: string): Promise<bigint>;
  /** Transactions of an address up to a block; `pending`: with those that wait. */
  transactionCount(address: string, block: number | "latest" | "pending"): Promise<number>;
  /** How much gas a payment needs, or why the node refuses to say. */
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
  /** What used an address's nonces in a block: its transactions, and its authorizations in anybody's (EIP-7702). */
  transactionsOf(address: string, block: number): Promise<readonly ChainTransaction[]>;
  /** null: the node knows of none. */
  transaction(txHash: string): Promise<ChainTransaction | null>;
  /** Sends a signed transaction; it may be sent again. */
  send(signedTx: string): Promise<SendAnswer>;
}
