/** What nodes told of redeemed tickets, against what the chain has. */
import { createHash } from "node:crypto";
import { EventIngest } from "../../books/ingest/ingest.js";
import { ticketNameOf } from "../../books/ingest/tickets.js";
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
 * Compares by transaction: one may redeem several tickets. What nodes told of it is right if it is as much as
 * was paid; if it is less, the tickets whose amounts were told are, and the others were not told.
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
    const key = transactionOf(txHash);
    told.set(key, [...(told.get(key) ?? []), ticket]);
  }
  const agreed: IncomeRow[] = [];
  const untold: IncomeRow[] = [];
  const different: { chain: IncomeRow; toldWei: bigint }[] = [];
  const found = new Map<string, IncomeRow[]>();
  for (const row of rows) found.set(row.txHash, [...(found.get(row.txHash) ?? []), row]);
  for (const [txHash, list] of found) {
    const tickets = told.get(txHash) ?? [];
    told.delete(txHash);
    const rest = untoldOf(list, tickets);
    if (rest !== null && rest.length > 0) {
      untold.push(...rest);
      agreed.push(...list.filter((row) => !rest.includes(row)));
      continue;
    }
    const toldWei = tickets.reduce((sum, { faceValueWei }) => sum + faceValueWei, 0n);
    const paidWei = list.reduce((sum, row) => sum + row.paidWei, 0n);
    if (toldWei === paidWei) agreed.push(...list);
    else different.push(...list.map((chain) => ({ chain, toldWei })));
  }
  return { agreed, untold, unfound: [...told.values()].flat(), different };
}

/** The transaction of a ticket that may be one of several in it. */
export function transactionOf(txHash: string): string {
  return txHash.toLowerCase().replace(/#.*$/, "");
}

/** What of a transaction no told ticket stands for; null where one stands for nothing in it. */
function untoldOf(
  rows: readonly IncomeRow[],
  tickets: readonly TicketRow[],
): readonly IncomeRow[] | null {
  const rest = [...rows];
  const takes = ({ faceValueWei, ticket }: TicketRow, isExact: boolean): boolean => {
    const index = rest.findIndex(
      (row) => row.paidWei === faceValueWei && (!isExact || ticketNameOf(row) === ticket),
    );
    if (index !== -1) rest.splice(index, 1);
    return index !== -1;
  };
  // Of several of the same amount it is the one of the same sender and round.
  const others = tickets.filter((ticket) => !takes(ticket, true));
  return others.every((ticket) => takes(ticket, false)) ? rest : null;
}

/** A ticket of a form without names may be anybody's. */
function isOf({ recipient }: TicketRow, of: string): boolean {
  const told = recipient.toLowerCase();
  return told === of || !told.startsWith("0x");
}

/**
 * Enters what no node told as if one had: income from the chain itself. A node that tells it later tells
 * what is known. Left out is what paid less than its face value. Of several tickets in a transaction the
 * first has its hash alone, as a node would tell it, and its gas, unless one was told before.
 *
 * @param region and node type of the events
 * @returns what was entered
 */
export function enterUntold(
  store: PoolStore,
  untold: readonly IncomeRow[],
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): readonly IncomeRow[] {
  const taken = new Set<string>();
  const whole = untold
    .filter((row) => row.paidWei === row.faceValueWei)
    .map((row) => {
      const isFirst = !taken.has(row.txHash) && store.tickets.byHash(row.txHash) === null;
      taken.add(row.txHash);
      return { row, redemption: isFirst ? row.txHash : `${row.txHash}#${row.logIndex}` };
    });
  const pieces = whole.map(({ row, redemption }, position) => ({
    raw: new TextEncoder().encode(eventOf(row, redemption, region)),
    position,
    problem: null,
  }));
  if (pieces.length === 0) return [];
  const origin = "pool reconcile";
  new EventIngest(store).ingest({ source: "chain", origin, pieces, nowMs });
  // What a limit of the books keeps in quarantine is not entered.
  return whole
    .filter(({ redemption }) => store.tickets.byHash(redemption) !== null)
    .map(({ row }) => row);
}

/** As nodes write it; the same redemption has the same identity. */
function eventOf(row: IncomeRow, redemption: string, region: string): string {
  const { txHash, logIndex, recipient, sender, atMs } = row;
  const digest = createHash("sha256").update(`${row.chainId} ${txHash} ${logIndex}`).digest("hex");
  const id = digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  const numbers = {
    faceValue: row.faceValueWei,
    winProb: row.winProb,
    creationRound: row.creationRound,
    // The transaction paid it once.
    ...(row.gasWei === null || redemption !== txHash ? {} : { gasFees: row.gasWei }),
  };
  const payload = [
    `"recipient":"${recipient}","sender":"${sender}","txHash":"${redemption}"`,
    ...Object.entries(numbers).map(([name, wei]) => `"${name}":${wei}`),
  ].join(",");
  const at = new Date(atMs).toISOString();
  return (
    `{"ID":"${id}","DT":"${at}","EventType":"ticket-redeemed","Version":1,"NodeType":"transcode",` +
    `"Region":${JSON.stringify(region)},"Payload":{${payload}}}`
  );
}
