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
  const untold = store.redemptions(ticket).find(({ isToldWon }) => !isToldWon);
  if (untold !== undefined) {
    store.putRedemption({ ...untold, isToldWon: true });
    const known = store.ticketByHash(untold.txHash);
    if (known !== null) wonEarlier(store, known, event.atMs);
    return [];
  }
  store.addTicket({ ...rowOf(event, ticket), state: "won" });
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
    store.addTicket({ ...rowOf(event, ticket), state: "failed", gasFeesWei });
    return gas(gasFeesWei);
  }
  const isTold = store.redemptions(ticket).some((other) => other.txHash === txHash);
  const waiting = isTold
    ? undefined
    : store.ticketsLike(ticket).find(({ state }) => state === "won");
  if (!isTold) store.putRedemption({ txHash, ticket, isToldWon: waiting !== undefined });
  const known = store.ticketByHash(txHash);
  if (known !== null) {
    const more = moreGas(store, known, gasFeesWei);
    if (waiting === undefined) return more;
    store.removeTicket(waiting.id);
    wonEarlier(store, store.ticketByHash(txHash) ?? known, waiting.wonAtMs);
    const undone = income(event, isIncome).map(({ from, to, wei }) => ({
      from: to,
      to: from,
      wei,
    }));
    return [...undone, ...more];
  }
  const paid: Posting[] = [
    { from: "ticketsReceivable", to: "wallet", wei: faceValueWei },
    ...gas(gasFeesWei),
  ];
  if (waiting !== undefined) {
    store.changeTicket({ ...waiting, state: "redeemed", txHash, gasFeesWei });
    return paid;
  }
  store.addTicket({ ...rowOf(event, ticket), state: "redeemed", txHash, gasFeesWei });
  return [...income(event, isIncome), ...paid];
}

function wonEarlier(store: PoolStore, ticket: TicketRow, atMs: number): void {
  store.changeTicket({ ...ticket, wonAtMs: Math.min(ticket.wonAtMs, atMs) });
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

/** Told again: what counts is the most gas that was told, whichever event came first. */
function moreGas(store: PoolStore, told: TicketRow, gasFeesWei: bigint | null): Posting[] {
  const knownWei = told.gasFeesWei ?? 0n;
  if (gasFeesWei === null || gasFeesWei <= knownWei) return [];
  store.changeTicket({ ...told, gasFeesWei });
  return gas(gasFeesWei - knownWei);
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
