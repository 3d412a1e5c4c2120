/**
 * Tickets: won, then redeemed. Nothing in events names a ticket, so equal ones are counted: a
 * redemption takes one that was told won, or makes one, and a win told afterwards finds that. The
 * same redemption may be told as two tickets, by a node in full and by others without names: for
 * each it takes one that was told won, and only one of them is income.
 */
import type { TicketRedeemed, WinningTicket } from "../events/event.js";
import type { Posting } from "../ledger.js";
import type { PoolStore, TicketRow } from "../store/store.js";

export interface TicketOptions {
  /** Tickets are the income that rounds split: they count as earned when they are won. */
  readonly isIncome: boolean;
}

/** Keeps the ticket. @returns what it moves */
export function ticketPostings(
  store: PoolStore,
  event: WinningTicket | TicketRedeemed,
  { isIncome }: TicketOptions,
): Posting[] {
  const ticket = [
    event.sender,
    event.recipient,
    event.faceValueWei,
    event.winProb,
    event.creationRound,
  ].join(":");
  return event.type === "winning-ticket"
    ? won(store, event, ticket, isIncome)
    : redeemed(store, event, ticket, isIncome);
}

function won(store: PoolStore, event: WinningTicket, ticket: string, isIncome: boolean): Posting[] {
  const untold = store.tickets.redemptions(ticket).find(({ isToldWon }) => !isToldWon);
  if (untold !== undefined) {
    store.tickets.putRedemption({ ...untold, isToldWon: true });
    const known = store.tickets.byHash(untold.txHash);
    if (known !== null) {
      store.tickets.change({ ...known, wonAtMs: Math.min(known.wonAtMs, event.atMs) });
    }
    return [];
  }
  store.tickets.add({ ...rowOf(event, ticket), state: "won" });
  return income(event, isIncome);
}

function redeemed(
  store: PoolStore,
  event: TicketRedeemed,
  ticket: string,
  isIncome: boolean,
): Posting[] {
  const { txHash, gasFeesWei, faceValueWei } = event;
  if (txHash === null) {
    // An attempt that failed is no income: the ticket stays what it was.
    store.tickets.add({ ...rowOf(event, ticket), state: "failed", gasFeesWei });
    return gas(gasFeesWei);
  }
  const isTold = store.tickets.redemptions(ticket).some((other) => other.txHash === txHash);
  const waiting = isTold
    ? undefined
    : store.tickets.like(ticket).find(({ state }) => state === "won");
  if (!isTold) store.tickets.putRedemption({ txHash, ticket, isToldWon: waiting !== undefined });
  const known = store.tickets.byHash(txHash);
  if (known !== null) return toldAgain(store, event, { known, waiting, isIncome });
  const paid: Posting[] = [
    { from: "ticketsReceivable", to: "wallet", wei: faceValueWei },
    ...gas(gasFeesWei),
  ];
  if (waiting !== undefined) {
    store.tickets.change({ ...waiting, state: "redeemed", txHash, gasFeesWei });
    return paid;
  }
  store.tickets.add({ ...rowOf(event, ticket), state: "redeemed", txHash, gasFeesWei });
  return [...income(event, isIncome), ...paid];
}

/**
 * A redemption that is known. What counts is the most gas that was told, whichever event came
 * first, and a ticket that waited under this telling's name is the known one.
 */
function toldAgain(
  store: PoolStore,
  event: TicketRedeemed,
  {
    known,
    waiting,
    isIncome,
  }: {
    readonly known: TicketRow;
    readonly waiting: TicketRow | undefined;
    readonly isIncome: boolean;
  },
): Posting[] {
  const knownWei = known.gasFeesWei ?? 0n;
  const moreWei = event.gasFeesWei === null ? 0n : event.gasFeesWei - knownWei;
  const wonAtMs = Math.min(known.wonAtMs, waiting?.wonAtMs ?? known.wonAtMs);
  const gasFeesWei = moreWei > 0n ? knownWei + moreWei : known.gasFeesWei;
  store.tickets.change({ ...known, wonAtMs, gasFeesWei });
  const more = moreWei > 0n ? gas(moreWei) : [];
  if (waiting === undefined) return more;
  store.tickets.remove(waiting.id);
  return [
    ...more,
    ...income(event, isIncome).map(({ from, to, wei }) => ({ from: to, to: from, wei })),
  ];
}

function income({ faceValueWei }: WinningTicket | TicketRedeemed, isIncome: boolean): Posting[] {
  const receivable: Posting = { from: "world", to: "ticketsReceivable", wei: faceValueWei };
  return isIncome
    ? [receivable, { from: "world", to: "feesEarned", wei: faceValueWei }]
    : [receivable];
}

function gas(gasFeesWei: bigint | null): Posting[] {
  return gasFeesWei === null ? [] : [{ from: "wallet", to: "gas", wei: gasFeesWei }];
}

function rowOf(
  { sender, recipient, faceValueWei, creationRound, atMs }: WinningTicket | TicketRedeemed,
  ticket: string,
): Omit<TicketRow, "id" | "state"> {
  return {
    ticket,
    sender,
    recipient,
    faceValueWei,
    creationRound,
    wonAtMs: atMs,
    txHash: null,
    gasFeesWei: null,
  };
}
