/** What the chain says that an orchestrator got for tickets: read from it, and read again at any time. */

/** A winning ticket that was redeemed. */
export interface IncomeRow {
  /** Number of the chain. */
  readonly chainId: bigint;
  /** The orchestrator, lower-case hex with `0x`. */
  readonly recipient: string;
  /** The transaction, lower-case hex with `0x`. */
  readonly txHash: string;
  /** Place of the redemption's event in its block. */
  readonly logIndex: number;
  /** Number of its block. */
  readonly blockNumber: number;
  /** Hash of its block, lower-case hex with `0x`. */
  readonly blockHash: string;
  /** When the block was made, ms since 1970. */
  readonly atMs: number;
  /** The gateway, lower-case hex with `0x`. */
  readonly sender: string;
  /** Face value of the ticket, wei. */
  readonly faceValueWei: bigint;
  /** Its probability of winning, of 2^256 − 1. */
  readonly winProb: bigint;
  /** The round in which it was made. */
  readonly creationRound: bigint;
  /** What really went to the recipient: less than the face value where the sender had not enough. */
  readonly paidWei: bigint;
  /** What the transaction's gas cost, wei; null: somebody else than the recipient paid for it. */
  readonly gasWei: bigint | null;
}

/** Of which recipient on which chain. */
export type IncomeOf = Pick<IncomeRow, "chainId" | "recipient">;

/** Income as the chain has it. */
export interface IncomeStore {
  /** Rows in the order of the chain. */
  list(of: IncomeOf): readonly IncomeRow[];
  /** Keeps rows; one that is there already is replaced. */
  put(rows: readonly IncomeRow[]): void;
  /**
   * Forgets rows of a block and of all after it: they are in no block any more, or are read again.
   *
   * @returns how many
   */
  dropFrom(of: IncomeOf, blockNumber: number): number;
}
