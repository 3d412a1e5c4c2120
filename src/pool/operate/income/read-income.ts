/**
 * Reads an orchestrator's income from the chain into the books' table of it. What was read is read again
 * where a reorganisation changed it: the hashes of blocks that were read up to are kept.
 */

import { RemoteError } from "../../../core/errors.js";
import type { ChainClient } from "../../../discovery/sources/chain/chain-client.js";
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

/**
 * Reads up to the chain's head.
 *
 * @throws RemoteError (`CHAIN_…`); the signal's reason. What was read before stays
 */
export async function readIncome(options: IncomeOptions): Promise<IncomeRead> {
  const { store, chain, recipient, chainId, fromBlock, signal } = options;
  const cursor = `income:${chainId}:${recipient}`;
  const of = { chainId, recipient };
  const known = checkpointsOf(store.cursor(cursor));
  const valid = await validOf(known, options);
  const start = (valid.at(-1)?.block ?? fromBlock - 1) + 1;
  let dropped = 0;
  const [head] = await chain.blocks(["latest"], { signal });
  if (head === undefined || head === null) throw contradiction("no last block");
  if (valid.length < known.length) {
    dropped = store.transaction(() => {
      store.setCursor(cursor, JSON.stringify(valid));
      return store.income.dropFrom(of, start);
    });
  }
  let checkpoints = valid;
  let found = 0;
  for (let first = start; first <= head.number; first += RANGE) {
    const last = Math.min(first + RANGE - 1, head.number);
    const rows = await rowsOf(first, last, options);
    const [end] = await chain.blocks([last], { signal });
    if (end === undefined || end === null) throw contradiction(`block ${last} is gone`);
    checkpoints = [...checkpoints, { block: last, hash: end.hash }].slice(-CHECKPOINTS_MAX);
    store.transaction(() => {
      // What was read beyond the last checkpoint, by a process that died, is read again.
      store.income.dropFrom(of, first);
      store.income.put(rows);
      store.setCursor(cursor, JSON.stringify(checkpoints));
    });
    found += rows.length;
  }
  return { found, dropped, block: head.number };
}

/** The checkpoints that are still in the chain, from the first on. */
async function validOf(
  known: readonly Checkpoint[],
  { chain, signal }: IncomeOptions,
): Promise<readonly Checkpoint[]> {
  for (let count = known.length; count > 0; count--) {
    const last = known[count - 1];
    if (last === undefined) continue;
    const [block] = await chain.blocks([last.block], { signal });
    if (block?.hash === last.hash) return known.slice(0, count);
  }
  return [];
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
  if (receipt?.blockHash !== blockHash) throw contradiction(`${txHash} is in another block`);
  const atMs = await receipts.blockTimeMs(blockNumber);
  if (atMs === null) throw contradiction(`block ${blockNumber} is gone`);
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
  return new RemoteError(`the chain changed while it was read: ${why}; it is read again`, {
    code: "CHAIN_CONTRADICTION",
  });
}
