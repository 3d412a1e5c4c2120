/** What nodes told of redeemed tickets, against what the chain has. */
import { createHash } from "node:crypto";
import { EventIngest } from "../../books/ingest/ingest.js";
import type { IncomeRow, PoolStore, TicketRow } from "../../books/store/store.js";

/** Told by a node and found on the chain, or only one of them. */
export interface Reconciliation {
  /** Both say the same. */
  readonly agreed: readonly IncomeRow[];
  /** The chain has it, and no node told. */
  readonly untold: readonly IncomeRow[];
  /** A node told it, and the chain has no such redemption for the recipient. */
  readonly unfound: readonly TicketRow[];
  /** Both have it, and the amounts differ, or less was paid than the ticket was worth. */
  readonly different: readonly { readonly chain: IncomeRow; readonly toldWei: bigint }[];
}

/**
 * Compares by transaction, face values of each added up: one may redeem several tickets.
 *
 * @param rows the chain's, of one recipient
 * @param recipient lower-case hex with `0x`
 */
export function reconcile(
  store: PoolStore,
  rows: readonly IncomeRow[],
  recipient: string,
): Reconciliation {
  const told = new Map<string, TicketRow[]>();
  for (const ticket of store.tickets.list()) {
    const { state, txHash } = ticket;
    if (state !== "redeemed" || txHash === null || !isOf(ticket, recipient)) continue;
    const key = txHash.toLowerCase();
    told.set(key, [...(told.get(key) ?? []), ticket]);
  }
  const agreed: IncomeRow[] = [];
  const untold: IncomeRow[] = [];
  const different: { chain: IncomeRow; toldWei: bigint }[] = [];
  const found = new Map<string, IncomeRow[]>();
  for (const row of rows) found.set(row.txHash, [...(found.get(row.txHash) ?? []), row]);
  for (const [txHash, list] of found) {
    const tickets = told.get(txHash);
    told.delete(txHash);
    if (tickets === undefined) {
      untold.push(...list);
      continue;
    }
    const toldWei = tickets.reduce((sum, { faceValueWei }) => sum + faceValueWei, 0n);
    const paidWei = list.reduce((sum, row) => sum + row.paidWei, 0n);
    if (toldWei === paidWei) agreed.push(...list);
    else different.push(...list.map((chain) => ({ chain, toldWei })));
  }
  return { agreed, untold, unfound: [...told.values()].flat(), different };
}

/** A ticket of a form without names may be anybody's. */
function isOf({ recipient }: TicketRow, of: string): boolean {
  const told = recipient.toLowerCase();
  return told === of || !told.startsWith("0x");
}

/**
 * Enters what no node told as if one had: income from the chain itself. A node that tells it later tells
 * what is known. Left out is what paid less than its face value, and transactions of several tickets.
 *
 * @param region and node type of the events
 * @returns what was entered
 */
export function enterUntold(
  store: PoolStore,
  untold: readonly IncomeRow[],
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): readonly IncomeRow[] {
  const times = new Map<string, number>();
  for (const { txHash } of untold) times.set(txHash, (times.get(txHash) ?? 0) + 1);
  const whole = untold.filter(
    (row) => row.paidWei === row.faceValueWei && times.get(row.txHash) === 1,
  );
  const pieces = whole.map((row, position) => ({
    raw: new TextEncoder().encode(eventOf(row, region)),
    position,
    problem: null,
  }));
  if (pieces.length === 0) return [];
  const origin = "pool reconcile";
  new EventIngest(store).ingest({ source: "chain", origin, pieces, nowMs });
  // What a limit of the books keeps in quarantine is not entered.
  return whole.filter(({ txHash }) => store.tickets.byHash(txHash) !== null);
}

/** As nodes write it; the same redemption has the same identity. */
function eventOf(row: IncomeRow, region: string): string {
  const { txHash, logIndex, recipient, sender, atMs } = row;
  const digest = createHash("sha256").update(`${row.chainId} ${txHash} ${logIndex}`).digest("hex");
  const id = digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  const numbers = {
    faceValue: row.faceValueWei,
    winProb: row.winProb,
    creationRound: row.creationRound,
    ...(row.gasWei === null ? {} : { gasFees: row.gasWei }),
  };
  const payload = [
    `"recipient":"${recipient}","sender":"${sender}","txHash":"${txHash}"`,
    ...Object.entries(numbers).map(([name, wei]) => `"${name}":${wei}`),
  ].join(",");
  const at = new Date(atMs).toISOString();
  return (
    `{"ID":"${id}","DT":"${at}","EventType":"ticket-redeemed","Version":1,"NodeType":"transcode",` +
    `"Region":${JSON.stringify(region)},"Payload":{${payload}}}`
  );
}
