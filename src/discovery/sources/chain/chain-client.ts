/**
 * What the on-chain source needs of an Ethereum node, and nothing else: six questions. Whoever has
 * another way to a chain than JSON-RPC over HTTP implements these.
 */

/** Bytes as lower-case hex with `0x`. */
export type Hex = string;

/** A read-only call. Without `to` the data is init code, which runs without being deployed. */
export interface ChainCall {
  /** The contract that is called. */
  readonly to?: Hex | undefined;
  /** The encoded call. */
  readonly data: Hex;
}

/** A block's header. */
export interface ChainBlock {
  /** The block's number. */
  readonly number: number;
  /** The block's hash. */
  readonly hash: Hex;
  /** The hash of the block before it. */
  readonly parentHash: Hex;
  /** The L1 block that it knows of; its own number where the chain is an L1 (C-16). */
  readonly l1BlockNumber: bigint;
}

/** An event of a contract. */
export interface ChainLog {
  /** The contract that emitted the event. */
  readonly address: Hex;
  /** The event's indexed fields; the first is its signature's hash. */
  readonly topics: readonly Hex[];
  /** The event's other fields, encoded. */
  readonly data: Hex;
  /** Number of the event's block. */
  readonly blockNumber: number;
  /** Hash of the event's block. */
  readonly blockHash: Hex;
  /** The event's place in its block. */
  readonly logIndex: number;
  /** Hash of the event's transaction; null: the client does not say. @default null */
  readonly txHash?: Hex | null | undefined;
}

/** Which events: any of the addresses (none = any address), any of the first topics. */
export interface LogFilter {
  /** Only events of these contracts. */
  readonly addresses: readonly Hex[];
  /** Only events with one of these signatures' hashes. */
  readonly topics: readonly Hex[];
  /** First block. */
  readonly fromBlock: number;
  /** Last block, included. */
  readonly toBlock: number;
}

/** What any question to a chain may be told. */
export interface ChainOptions {
  /** Ends the question when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether the caller asks for less when a call is too much for the node: that is told at once
   * then (`CHAIN_TOO_MUCH`), and waited out otherwise. @default false
   */
  readonly isDivisible?: boolean | undefined;
}

/**
 * An Ethereum node. All methods throw RemoteError: `CHAIN_TRANSPORT` (no valid answer),
 * `CHAIN_UNAVAILABLE` (nobody answers), `CHAIN_RATE_LIMITED` or `CHAIN_TOO_MUCH` (a limit of the
 * node's on range, size or time) to the end of patience, `CHAIN_TIMEOUT`, `CHAIN_TOO_LARGE`,
 * `CHAIN_BATCH`, `CHAIN_RPC` (the node's own error), in the node's own words, or the signal's reason.
 */
export interface ChainClient {
  /** The chain's number. */
  chainId(options?: ChainOptions): Promise<bigint>;

  /**
   * Runs one call as of a block.
   *
   * @throws also RemoteError `CHAIN_REVERTED` when the contract says no
   */
  call(call: ChainCall, block: number | "latest", options?: ChainOptions): Promise<Hex>;

  /** Runs many calls as of a block, in their order; null for each that the contract refuses. */
  callEach(
    calls: readonly ChainCall[],
    block: number | "latest",
    options?: ChainOptions,
  ): Promise<readonly (Hex | null)[]>;

  /** Headers, in their order; null for each block that the node does not have (yet). */
  blocks(
    which: readonly (number | "latest")[],
    options?: ChainOptions,
  ): Promise<readonly (ChainBlock | null)[]>;

  /**
   * Events in order of the chain. Whatever fails for a range is asked again by half as many blocks.
   *
   * @throws also RemoteError `CHAIN_LOGS_LIMIT` when that takes more than 40 requests or 2 minutes
   */
  logs(filter: LogFilter, options?: ChainOptions): Promise<readonly ChainLog[]>;

  /** Ends all connections to the node. */
  close(): Promise<void>;
}
