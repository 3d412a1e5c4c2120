/**
 * Tickets: won, then redeemed. Nothing in events names a ticket, so equal ones are counted: a
 * redemption takes one that was told won, or makes one, and a win told afterwards finds that.
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
  const untold = store
    .ticketsLike(ticket)
    .find(({ isToldWon, state }) => !isToldWon && state === "redeemed");
  if (untold !== undefined) {
    store.changeTicket({ ...untold, isToldWon: true, wonAtMs: event.atMs });
    return [];
  }
  store.addTicket({ ...rowOf(event, ticket), state: "won", isToldWon: true });
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
    store.addTicket({ ...rowOf(event, ticket), state: "failed", isToldWon: false, gasFeesWei });
    return gas(gasFeesWei);
  }
  const told = store.ticketByHash(txHash);
  if (told !== null) return moreGas(store, told, gasFeesWei);
  const waiting = store.ticketsLike(ticket).find(({ state }) => state === "won");
  const paid: Posting[] = [
    { from: "ticketsReceivable", to: "wallet", wei: faceValueWei },
    ...gas(gasFeesWei),
  ];
  if (waiting !== undefined) {
    store.changeTicket({ ...waiting, state: "redeemed", txHash, gasFeesWei });
    return paid;
  }
  store.addTicket({
    ...rowOf(event, ticket),
    state: "redeemed",
    isToldWon: false,
    txHash,
    gasFeesWei,
  });
  return [...income(event, isIncome), ...paid];
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
): Omit<TicketRow, "id" | "state" | "isToldWon"> {
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
