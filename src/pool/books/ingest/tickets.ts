/**
 * Tickets: won, then redeemed. Nothing in events names a ticket, so equal ones are counted: a
 * redemption takes one that was told won, or makes one, and a win told afterwards finds that. The
 * same redemption may be told as two tickets, by a node in full and by others without names: for
 * each it takes one that was told won, and only one of them is income.
 */
import type { TicketRedeemed, WinningTicket } from "../events/event.js";
import type { Posting } from "../ledger.js";
import type { TicketRow, TicketStore } from "../store/store.js";

export interface TicketOptions {
  /** Tickets are the income that rounds split: they count as earned when they are won. */
  readonly isIncome: boolean;
}

/** All that events say of a ticket: equal ones have equal names. */
export function ticketNameOf(
  event: Pick<WinningTicket, "sender" | "recipient" | "faceValueWei" | "winProb" | "creationRound">,
): string {
  const { sender, recipient, faceValueWei, winProb, creationRound } = event;
  return [sender, recipient, faceValueWei, winProb, creationRound].join(":");
}

/** Keeps the ticket. @returns what it moves */
export function ticketPostings(
  tickets: TicketStore,
  event: WinningTicket | TicketRedeemed,
  { isIncome }: TicketOptions,
): Posting[] {
  const ticket = ticketNameOf(event);
  return event.type === "winning-ticket"
    ? won(tickets, event, ticket, isIncome)
    : redeemed(tickets, event, ticket, isIncome);
}

function won(
  tickets: TicketStore,
  event: WinningTicket,
  ticket: string,
  isIncome: boolean,
): Posting[] {
  const untold = tickets.redemptions(ticket).find(({ isToldWon }) => !isToldWon);
  if (untold !== undefined) {
    tickets.putRedemption({ ...untold, isToldWon: true });
    const known = tickets.byHash(untold.txHash);
    if (known !== null) {
      tickets.change({ ...known, wonAtMs: Math.min(known.wonAtMs, event.atMs) });
    }
    return [];
  }
  tickets.add({ ...rowOf(event, ticket), state: "won" });
  return income(event, isIncome);
}

function redeemed(
  tickets: TicketStore,
  event: TicketRedeemed,
  ticket: string,
  isIncome: boolean,
): Posting[] {
  const { txHash, gasFeesWei, faceValueWei } = event;
  if (txHash === null) {
    // An attempt that failed is no income: the ticket stays what it was.
    tickets.add({ ...rowOf(event, ticket), state: "failed", gasFeesWei });
    return gas(gasFeesWei);
  }
  const isTold = tickets.redemptions(ticket).some((other) => other.txHash === txHash);
  const waiting = isTold ? undefined : tickets.like(ticket).find(({ state }) => state === "won");
  if (!isTold) tickets.putRedemption({ txHash, ticket, isToldWon: waiting !== undefined });
  const known = tickets.byHash(txHash);
  if (known !== null) return toldAgain(tickets, event, { known, waiting, isIncome });
  const paid: Posting[] = [
    { from: "ticketsReceivable", to: "wallet", wei: faceValueWei },
    ...gas(gasFeesWei),
  ];
  if (waiting !== undefined) {
    tickets.change({ ...waiting, state: "redeemed", txHash, gasFeesWei });
    return paid;
  }
  tickets.add({ ...rowOf(event, ticket), state: "redeemed", txHash, gasFeesWei });
  return [...income(event, isIncome), ...paid];
}

/**
 * A redemption that is known. What counts is the most gas that was told, whichever event came
 * first, and a ticket that waited under this telling's name is the known one.
 */
function toldAgain(
  tickets: TicketStore,
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
  tickets.change({ ...known, wonAtMs, gasFeesWei });
  const more = moreWei > 0n ? gas(moreWei) : [];
  if (waiting === undefined) return more;
  tickets.remove(waiting.id);
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
