/**
 * Tickets that won and will never be redeemed: they are no income after all. A write-off is a decision
 * about the win, and can be taken back; a redemption that is told after all counts in either case.
 */
import { utcText } from "../../core/utc.js";
import { type DecideOptions, refused } from "./enter-decision.js";
import { decodeStoredEvent } from "./events/stored.js";
import { ticketNameOf } from "./ingest/tickets.js";
import type { DecisionRow, PoolStore } from "./store/store.js";
import { isLeftOut, leaveOut, netOf, type Told, toldOf, type VoidedTicket } from "./void-ticket.js";

/** Which win, and whether it counts again. */
export interface WriteOffOptions extends DecideOptions {
  /** It waits for its redemption again. @default false */
  readonly isUndone?: boolean | undefined;
}

/** A win that waits for its redemption, or was written off. */
export interface WonTicket {
  /** Sequence of the event that told of it. */
  readonly event: number;
  /** How that event is known. */
  readonly identity: string;
  /** The gateway that was to pay, lower case. */
  readonly sender: string;
  /** The orchestrator that was to be paid, lower case. */
  readonly recipient: string;
  /** What it was to pay, wei. */
  readonly faceValueWei: bigint;
  /** When it won, ms since 1970. */
  readonly wonAtMs: number;
}

/**
 * Writes off a ticket that won and was not redeemed, or lets it wait again. Its income comes back out of
 * the round that split it, if one has; taken back, it is income of the next round.
 *
 * @throws InputError (`DECISION`) if the event is no win, is void, or if its ticket was redeemed; without
 *   a reason
 */
export function writeOffTicket(
  store: PoolStore,
  { event: sequence, isUndone = false, ...options }: WriteOffOptions,
): VoidedTicket {
  return store.transaction(() => {
    const row = store.events.get(sequence);
    if (row === null) throw refused(`there is no event ${sequence}`);
    const event = decodeStoredEvent(row);
    if (event.type !== "winning-ticket") {
      throw refused(`event ${sequence} is ${event.type}, expected a ticket that won`);
    }
    const last = store.decisions.of(sequence)?.kind;
    if (last === "void") throw refused(`event ${sequence} is void: there is no ticket`);
    const { faceValueWei } = event;
    if ((last === "write-off") !== isUndone) {
      const nothing = { incomeWei: 0n, walletWei: 0n, round: null, takenBack: [], waitingWei: 0n };
      return { isNew: false, faceValueWei, ...nothing };
    }
    const kind = isUndone ? "write-off-undone" : "write-off";
    return leaveOut(store, { row, event }, kind, options, (postings) => {
      if (isUndone || netOf(postings, "ticketsReceivable") === -faceValueWei) return;
      throw refused(`the ticket of ${utcText(event.atMs)} was redeemed: it can't be written off`);
    });
  });
}

/** Tickets that were written off, by the newest decision about each, oldest decision first. */
export function writtenOff(store: Pick<PoolStore, "decisions" | "events">): readonly WonTicket[] {
  const newest = new Map<number, DecisionRow>();
  for (const row of store.decisions.list()) newest.set(row.event, row);
  return [...newest.values()].flatMap(({ kind, event }) => {
    const row = kind === "write-off" ? store.events.get(event) : null;
    if (row === null) return [];
    const told = decodeStoredEvent(row);
    return told.type === "winning-ticket" ? [wonOf({ row, event: told })] : [];
  });
}

/** Tickets that won and wait for their redemption, oldest first. Equal ones are counted. */
export function waitingTickets(
  store: Pick<PoolStore, "decisions" | "events" | "tickets">,
): readonly WonTicket[] {
  const waiting = new Map<string, number>();
  const values = new Set<bigint>();
  for (const { state, ticket, faceValueWei } of store.tickets.list()) {
    if (state !== "won") continue;
    waiting.set(ticket, (waiting.get(ticket) ?? 0) + 1);
    values.add(faceValueWei);
  }
  const found: WonTicket[] = [];
  for (const value of values) {
    // A redemption takes the oldest of equal ones.
    for (const one of toldOf(store, value).toReversed()) {
      const name = ticketNameOf(one.event);
      const left = waiting.get(name) ?? 0;
      const isWin = one.event.type === "winning-ticket";
      if (left === 0 || !isWin || isLeftOut(store.decisions.of(one.row.sequence))) continue;
      waiting.set(name, left - 1);
      found.push(wonOf(one));
    }
  }
  return found.sort((one, other) => one.wonAtMs - other.wonAtMs || one.event - other.event);
}

function wonOf({ row, event }: Told): WonTicket {
  const { sender, recipient, faceValueWei, atMs: wonAtMs } = event;
  const { sequence, identity } = row;
  return { event: sequence, identity, sender, recipient, faceValueWei, wonAtMs };
}
