/**
 * Takes what was told of a ticket out of the books, as if it had never been told: the tickets that
 * it has to do with are made again from the other events about them, and what differs is an entry.
 * Income that a closed round has split already comes back out of that round.
 */
import type { Account } from "./accounts.js";
import { type DecideOptions, enterDecision } from "./enter-decision.js";
import type { TicketRedeemed, WinningTicket } from "./events/event.js";
import { decodeStoredEvent } from "./events/stored.js";
import { TicketMemory } from "./ingest/ticket-memory.js";
import { ticketNameOf, ticketPostings } from "./ingest/tickets.js";
import type { Posting } from "./ledger.js";
import { readSettings } from "./settings.js";
import type {
  DecisionRow,
  EventRow,
  PoolStore,
  RoundRow,
  TicketRow,
  TicketStore,
} from "./store/store.js";
import { unsplit } from "./unsplit.js";

/** What voiding an event about a ticket did. */
export interface VoidedTicket {
  /** false: it was void before, and nothing changed. */
  readonly isNew: boolean;
  /** Of the ticket, wei. */
  readonly faceValueWei: bigint;
  /**
   * What it changed of the income of rounds, wei. 0 where jobs are income, or where another event
   * tells of the same ticket. Above 0 where it had said that two tickets are one.
   */
  readonly incomeWei: bigint;
  /** What it changed of the pool's money on chain, gas included, wei. */
  readonly walletWei: bigint;
  /** The closed round that had split the income; null: none had. */
  readonly round: number | null;
  /** What each gave back of that round, the commission included. */
  readonly takenBack: readonly { readonly account: Account; readonly wei: bigint }[];
  /** Income that could not be taken back, as the round had split less: wins make up for it first. */
  readonly waitingWei: bigint;
}

/** An event about a ticket, and where it is. */
export interface Told {
  readonly row: EventRow;
  readonly event: WinningTicket | TicketRedeemed;
}

/**
 * Takes out a win or a redemption. The same told by another event stays.
 *
 * @throws InputError (`DECISION`) without a reason
 */
export function voidTicket(
  store: PoolStore,
  { row, event }: Told,
  options: Omit<DecideOptions, "event">,
): VoidedTicket {
  const { faceValueWei } = event;
  const nothing = { incomeWei: 0n, walletWei: 0n, round: null, takenBack: [], waitingWei: 0n };
  const isVoid = store.decisions.of(row.sequence)?.kind === "void";
  return isVoid
    ? { isNew: false, faceValueWei, ...nothing }
    : leaveOut(store, { row, event }, "void", options);
}

/** What an operator can say of an event about a ticket: that it counts for nothing, or counts again. */
export type TicketDecision = "void" | "write-off" | "write-off-undone";

/**
 * Leaves an event about a ticket out of the books, or takes it in again; in a transaction.
 *
 * @param assertFits told what it would move, before anything is kept
 * @throws InputError (`DECISION`) without a reason
 */
export function leaveOut(
  store: PoolStore,
  { row, event }: Told,
  kind: TicketDecision,
  { reason, nowMs, author }: Omit<DecideOptions, "event">,
  assertFits: (postings: readonly Posting[]) => void = () => {},
): VoidedTicket {
  const { faceValueWei } = event;
  const all = relatedTo(event, toldOf(store, faceValueWei));
  const isOwn = (one: Told) => one.row.sequence === row.sequence;
  const isOut = (one: Told) => isLeftOut(store.decisions.of(one.row.sequence));
  const isIncome = readSettings(store).scheme.basis === "income";
  const without = madeOf(
    all.filter((one) => !isOwn(one) && !isOut(one)),
    isIncome,
  );
  const whole = madeOf(
    all.filter((one) => isOwn(one) || !isOut(one)),
    isIncome,
  );
  const before = isOut({ row, event }) ? without : whole;
  const is = kind === "write-off-undone" ? whole : without;
  const postings = difference(before.postings, is.postings);
  assertFits(postings);
  const incomeWei = netOf(postings, "feesEarned");
  const round = incomeWei < 0n ? roundThatSplit(store, all, row.sequence) : null;
  enterDecision(store, row, { kind, address: null, reason, nowMs, author }, () => postings);
  replaceTickets(store.tickets, all, is.tickets);
  const takenBack = round === null ? [] : unsplit(store, round, { wei: -incomeWei, nowMs });
  const takenWei = takenBack.reduce((sum, { wei }) => sum + wei, 0n);
  return {
    isNew: true,
    faceValueWei,
    incomeWei,
    walletWei: netOf(postings, "wallet"),
    round: round?.round ?? null,
    takenBack,
    waitingWei: round === null ? 0n : -incomeWei - takenWei,
  };
}

/** Whether events with this decision about them count for nothing. */
export function isLeftOut(decision: Pick<DecisionRow, "kind"> | null): boolean {
  return decision?.kind === "void" || decision?.kind === "write-off";
}

/** Equal tickets and the same transaction have the same face value. */
export function toldOf(store: Pick<PoolStore, "events">, faceValueWei: bigint): readonly Told[] {
  return store.events.ticketsOf(faceValueWei).flatMap((row) => {
    const event = decodeStoredEvent(row);
    return event.type === "winning-ticket" || event.type === "ticket-redeemed"
      ? [{ row, event }]
      : [];
  });
}

/** Those that tell of equal tickets, or of transactions of such, and so on. */
function relatedTo(event: Told["event"], all: readonly Told[]): readonly Told[] {
  const names = new Set([ticketNameOf(event)]);
  const hashes = new Set<string>();
  for (let size = -1; size !== names.size + hashes.size; ) {
    size = names.size + hashes.size;
    for (const { event: other } of all) {
      const hash = other.type === "ticket-redeemed" ? other.txHash : null;
      const name = ticketNameOf(other);
      if (!names.has(name) && (hash === null || !hashes.has(hash))) continue;
      names.add(name);
      if (hash !== null) hashes.add(hash);
    }
  }
  return all.filter(({ event: other }) => names.has(ticketNameOf(other)));
}

/** What those events come to by themselves. */
function madeOf(told: readonly Told[], isIncome: boolean) {
  const tickets = new TicketMemory();
  const postings = told.flatMap(({ event }) => ticketPostings(tickets, event, { isIncome }));
  return { tickets, postings };
}

/** What makes one of the other, the shortest way. */
function difference(was: readonly Posting[], is: readonly Posting[]): Posting[] {
  const moved = new Map<string, { from: Account; to: Account; wei: bigint }>();
  const add = ({ from, to, wei }: Posting) => {
    const isTurned = from > to;
    const [first, second] = isTurned ? [to, from] : [from, to];
    const key = `${first} ${second}`;
    const sum = moved.get(key) ?? { from: first, to: second, wei: 0n };
    sum.wei += isTurned ? -wei : wei;
    moved.set(key, sum);
  };
  for (const posting of is) add(posting);
  for (const { from, to, wei } of was) add({ from: to, to: from, wei });
  return [...moved.values()]
    .filter(({ wei }) => wei !== 0n)
    .map(({ from, to, wei }) => (wei > 0n ? { from, to, wei } : { from: to, to: from, wei: -wei }));
}

export function netOf(postings: readonly Posting[], account: Account): bigint {
  return postings.reduce(
    (sum, { from, to, wei }) => sum + (to === account ? wei : 0n) - (from === account ? wei : 0n),
    0n,
  );
}

/**
 * The round that split the income that goes, by where it came into the ledger: with the event
 * itself, or else (another one had told of the ticket before) with the latest one that is left. A
 * split takes all income that there is.
 */
function roundThatSplit(
  store: PoolStore,
  related: readonly Told[],
  event: number,
): RoundRow | null {
  const live: { readonly event: number; readonly entry: number }[] = [];
  const pick = (wanted: number) => {
    const own = live.findLastIndex((income) => income.event === wanted);
    const [income] = live.splice(own === -1 ? live.length - 1 : own, 1);
    return income;
  };
  const entries = store.ledger.entriesOfEvents(related.map(({ row }) => row.sequence));
  for (const { cause, sequence, postings } of entries) {
    const place = cause.event ?? -1;
    const wei = netOf(postings, "feesEarned");
    if (wei > 0n) live.push({ event: place, entry: sequence });
    else if (wei < 0n && live.length > 0) pick(place);
  }
  const income = live.length === 0 ? undefined : pick(event);
  if (income === undefined) return null;
  return (
    store.rounds
      .list()
      .find(({ entrySequence }) => entrySequence !== null && entrySequence > income.entry) ?? null
  );
}

/** Rows that stay the same keep their numbers. */
function replaceTickets(tickets: TicketStore, related: readonly Told[], made: TicketMemory): void {
  const names = new Set(related.map(({ event }) => ticketNameOf(event)));
  const due = new Map<string, TicketRow[]>();
  for (const row of made.list().toReversed()) {
    const text = contentOf(row);
    due.set(text, [...(due.get(text) ?? []), row]);
  }
  for (const name of names) {
    for (const row of tickets.like(name)) {
      if (due.get(contentOf(row))?.shift() === undefined) tickets.remove(row.id);
    }
  }
  for (const { id: _, ...row } of [...due.values()].flat()) tickets.add(row);
  for (const name of names) {
    const redemptions = new Map(made.redemptions(name).map((row) => [row.txHash, row]));
    for (const row of tickets.redemptions(name)) {
      if (!redemptions.has(row.txHash)) tickets.dropRedemption(row);
    }
    for (const row of redemptions.values()) tickets.putRedemption(row);
  }
}

function contentOf({ id: _, ...row }: TicketRow): string {
  return Object.values(row).join();
}
