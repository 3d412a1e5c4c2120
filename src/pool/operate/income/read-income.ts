/**
 * Reads an orchestrator's income from the chain into the books' table of it. What was read is read again
 * where a reorganisation changed it: the hashes of blocks that were read up to are kept. The newest blocks
 * are read again in any case, as one of several nodes behind an address may lack what another one has; and
 * nothing is forgotten because a node lacks it, while its block is in the chain.
 */

import { RemoteError } from "../../../core/errors.js";
import type { ChainBlock, ChainClient } from "../../../discovery/sources/chain/chain-client.js";
import type { IncomeRow, PoolStore } from "../../books/store/store.js";
import type { PayoutChain } from "../../payouts/chain.js";
import { type Redemption, redemptionsOf, TICKET_TOPICS } from "./ticket-logs.js";

/** Whose income is read, from where. */
export interface IncomeOptions {
  readonly store: PoolStore;
  /** Asked for blocks and events. */
  readonly chain: ChainClient;
  /** Asked for receipts and times, of the same chain. */
  readonly receipts: Pick<PayoutChain, "receipt" | "blockTimeMs">;
  readonly chainId: bigint;
  /** The TicketBroker. */
  readonly broker: string;
  /** The orchestrator, lower-case hex with `0x`. */
  readonly recipient: string;
  /** Where reading begins, if nothing was read yet. */
  readonly fromBlock: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was read. */
export interface IncomeRead {
  /** Redemptions that are new, or were read again. */
  readonly found: number;
  /** Rows that a reorganisation took away. */
  readonly dropped: number;
  /** The last block that was read. */
  readonly block: number;
}

interface Checkpoint {
  readonly block: number;
  readonly hash: string;
}

/** Blocks read in one go, and in one transaction of the books. */
const RANGE = 50_000;
const CHECKPOINTS_MAX = 64;
/** Blocks before the last one that was read which are read again. */
const OVERLAP = 5_000;

/**
 * Reads up to the chain's head.
 *
 * @throws RemoteError (`CHAIN_…`; `CHAIN_CONTRADICTION` also where another process reads the same at the same time);
 *   the signal's reason. What was read before stays
 */
export async function readIncome(options: IncomeOptions): Promise<IncomeRead> {
  const { store, recipient, chainId, signal } = options;
  const cursor = `income:${chainId}:${recipient}`;
  const of = { chainId, recipient };
  let text = store.cursor(cursor);
  const known = checkpointsOf(text);
  /** What was compared with the table holds for as long as nobody else has written to it. */
  const keep = <T>(checkpoints: readonly Checkpoint[], work: () => T): T =>
    store.transaction(() => {
      if (store.cursor(cursor) !== text) throw contradiction("another process reads the same");
      store.setCursor(cursor, JSON.stringify(checkpoints));
      return work();
    });
  const head = await blockOf("latest", options);
  const valid = await validOf(known, head.number, options);
  const start = startOf(known, valid, options);
  let dropped = 0;
  if (valid.length < known.length) {
    dropped = keep(valid, () => store.income.dropFrom(of, (valid.at(-1)?.block ?? start - 1) + 1));
    text = JSON.stringify(valid);
  }
  let checkpoints = valid;
  let found = 0;
  for (let first = start; first <= head.number; first += RANGE) {
    const last = Math.min(first + RANGE - 1, head.number);
    const rows = await rowsOf(first, last, options);
    dropped += await goneOf(rows, { first, last }, options);
    const { hash } = await blockOf(last, options);
    const others = checkpoints.filter(({ block }) => block < last);
    checkpoints = [...others, { block: last, hash }].slice(-CHECKPOINTS_MAX);
    signal?.throwIfAborted();
    keep(checkpoints, () => {
      // Also what was read beyond the last checkpoint, by a process that died.
      store.income.dropFrom(of, first);
      store.income.put(rows);
    });
    text = JSON.stringify(checkpoints);
    found += rows.length;
  }
  return { found, dropped, block: head.number };
}

/** Where reading begins: where it ended, and some blocks before that; at the oldest where nothing is as it was. */
function startOf(
  known: readonly Checkpoint[],
  valid: readonly Checkpoint[],
  { store, chainId, recipient, fromBlock }: IncomeOptions,
): number {
  if (known.length === 0) return fromBlock;
  const [oldest] = store.income.list({ chainId, recipient });
  const lowest = Math.min(fromBlock, oldest?.blockNumber ?? fromBlock);
  const last = valid.at(-1);
  return last === undefined
    ? lowest
    : Math.min(last.block + 1, Math.max(lowest, last.block + 1 - OVERLAP));
}

/**
 * The checkpoints that are still in the chain, from the first on.
 *
 * @throws RemoteError (`CHAIN_CONTRADICTION`) for a node that has not got so far
 */
async function validOf(
  known: readonly Checkpoint[],
  head: number,
  options: IncomeOptions,
): Promise<readonly Checkpoint[]> {
  const newest = known.at(-1)?.block ?? 0;
  if (newest > head) {
    throw contradiction(`its last block is block ${head}, and block ${newest} was read before`);
  }
  for (let count = known.length; count > 0; count--) {
    const last = known[count - 1];
    if (last === undefined) continue;
    const { hash } = await blockOf(last.block, options);
    if (hash === last.hash) return known.slice(0, count);
  }
  return [];
}

/** How many redemptions that were read before are gone with their blocks. */
async function goneOf(
  rows: readonly IncomeRow[],
  { first, last }: { readonly first: number; readonly last: number },
  options: IncomeOptions,
): Promise<number> {
  const { store, chainId, recipient } = options;
  const here = new Set(rows.map(placeOf));
  const missing = store.income
    .list({ chainId, recipient })
    .filter(({ blockNumber }) => blockNumber >= first && blockNumber <= last)
    .filter((row) => !here.has(placeOf(row)));
  for (const { blockNumber, blockHash, txHash } of missing) {
    const { hash } = await blockOf(blockNumber, options);
    if (hash === blockHash) {
      throw contradiction(`it has block ${blockNumber}, and not the redemption of ${txHash} in it`);
    }
  }
  return missing.length;
}

function placeOf({ blockHash, txHash, logIndex }: IncomeRow): string {
  return `${blockHash} ${txHash} ${logIndex}`;
}

async function blockOf(
  which: number | "latest",
  { chain, signal }: IncomeOptions,
): Promise<ChainBlock> {
  const [block] = await chain.blocks([which], { signal });
  if (block === undefined || block === null) {
    throw contradiction(which === "latest" ? "it has no last block" : `it has no block ${which}`);
  }
  return block;
}

async function rowsOf(
  fromBlock: number,
  toBlock: number,
  { chain, receipts, broker, recipient, chainId, signal }: IncomeOptions,
): Promise<readonly IncomeRow[]> {
  const filter = { addresses: [broker], topics: TICKET_TOPICS, fromBlock, toBlock };
  const redemptions = redemptionsOf(await chain.logs(filter, { signal }), recipient);
  const rows: IncomeRow[] = [];
  for (const redemption of redemptions) {
    signal?.throwIfAborted();
    rows.push({
      ...redemption,
      chainId,
      recipient,
      ...(await costOf(redemption, recipient, receipts)),
    });
  }
  return rows;
}

async function costOf(
  { txHash, blockHash, blockNumber }: Redemption,
  recipient: string,
  receipts: IncomeOptions["receipts"],
): Promise<Pick<IncomeRow, "atMs" | "gasWei">> {
  const receipt = await receipts.receipt(txHash);
  // The chain changed while it was read: the next time begins before that.
  if (receipt?.blockHash !== blockHash)
    throw contradiction(`it has ${txHash} in no block, or in another one`);
  const atMs = await receipts.blockTimeMs(blockNumber);
  if (atMs === null) throw contradiction(`it has no block ${blockNumber}`);
  return { atMs, gasWei: receipt.from === recipient ? receipt.gasWei : null };
}

function checkpointsOf(text: string | null): readonly Checkpoint[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.flatMap((one: unknown) => {
      if (typeof one !== "object" || one === null) return [];
      const [block, hash] = [Reflect.get(one, "block"), Reflect.get(one, "hash")];
      return typeof block === "number" && typeof hash === "string" ? [{ block, hash }] : [];
    });
  } catch {
    return [];
  }
}

function contradiction(why: string): RemoteError {
  return new RemoteError(
    `the node is behind, or the chain changed while it was read: ${why}; nothing was forgotten, it is read the next time`,
    { code: "CHAIN_CONTRADICTION" },
  );
}
