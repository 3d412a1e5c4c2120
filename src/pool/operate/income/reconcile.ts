/** What nodes told of redeemed tickets, against what the chain has. */
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
