/** Tickets that won. */

/**
 * How far a ticket is. `won`: it was not redeemed yet; `redeemed`: its face value was paid;
 * `failed`: a redemption was tried and brought nothing.
 */
export type TicketState = "won" | "redeemed" | "failed";

/** The proposal's `winningTickets`. */
export interface TicketRow {
  /** Counts up in order of arrival; the store gives it. */
  readonly id: number;
  /**
   * All that events say of a ticket (sender, recipient, face value, winning probability, round) in
   * one text. Nothing in events names a ticket, so that several may have equal texts.
   */
  readonly ticket: string;
  /** The gateway that pays, lower case. */
  readonly sender: string;
  /** The orchestrator that is paid, lower case. */
  readonly recipient: string;
  /** What it pays, wei. */
  readonly faceValueWei: bigint;
  /** The protocol round in which it was made. */
  readonly creationRound: bigint;
  /** A failed attempt has a row of its own beside the ticket, which can still be redeemed. */
  readonly state: TicketState;
  /** When it won, ms since 1970; where only a redemption told of it, when that was. */
  readonly wonAtMs: number;
  /**
   * The transaction that redeemed it, lower-case hex with `0x`; null unless `redeemed`. Where it redeemed
   * several tickets, those after the first have `#` and the place of their event in the block behind it.
   */
  readonly txHash: string | null;
  /** What the redemption cost, wei: the most that events say; null: none says it. */
  readonly gasFeesWei: bigint | null;
}

/** A redemption as somebody told it: the same one may be told as different tickets. */
export interface RedemptionRow {
  /** The transaction, lower-case hex with `0x`. */
  readonly txHash: string;
  /** The text of the ticket that it was told as; see {@link TicketRow.ticket}. */
  readonly ticket: string;
  /** A win of that ticket was told too. */
  readonly isToldWon: boolean;
}

/** Tickets, and what redemptions were told. */
export interface TicketStore {
  /** Tickets that won at `sinceMs` (ms since 1970; default 0) or later, newest first. */
  list(query?: { readonly sinceMs?: number | undefined }): readonly TicketRow[];
  /** Tickets with this text, oldest first. */
  like(ticket: string): readonly TicketRow[];
  /** The ticket that a transaction redeemed; null: none. At most one has the same transaction. */
  byHash(txHash: string): TicketRow | null;
  /** Adds a ticket. */
  add(ticket: Omit<TicketRow, "id">): void;
  /** Changes the state, the times and the redemption of the ticket with this id; the rest stays. */
  change(ticket: TicketRow): void;
  /** Forgets a ticket, by its id. */
  remove(id: number): void;
  /** Redemptions that were told of tickets with this text, by transaction. */
  redemptions(ticket: string): readonly RedemptionRow[];
  /** Keeps a redemption, in place of one of the same ticket and transaction. */
  putRedemption(redemption: RedemptionRow): void;
  /** Forgets it, by its ticket and its transaction. */
  dropRedemption(redemption: RedemptionRow): void;
}
