/** Tickets that won. */

export type TicketState = "won" | "redeemed" | "failed";

/** The proposal's `winningTickets`. */
export interface TicketRow {
  readonly id: number;
  /** What tells tickets apart as far as events say: several may be equal. */
  readonly ticket: string;
  readonly sender: string;
  readonly recipient: string;
  readonly faceValueWei: bigint;
  readonly creationRound: bigint;
  /** `failed`: the last redemption failed; it can still be redeemed. */
  readonly state: TicketState;
  readonly wonAtMs: number;
  readonly txHash: string | null;
  readonly gasFeesWei: bigint | null;
}

/** A redemption as somebody told it: the same one may be told as different tickets. */
export interface RedemptionRow {
  readonly txHash: string;
  readonly ticket: string;
  /** A win of that ticket was told too. */
  readonly isToldWon: boolean;
}

/** Tickets, and what redemptions were told. */
export interface TicketStore {
  list(query?: { readonly sinceMs?: number | undefined }): readonly TicketRow[];
  like(ticket: string): readonly TicketRow[];
  byHash(txHash: string): TicketRow | null;
  add(ticket: Omit<TicketRow, "id">): void;
  change(ticket: TicketRow): void;
  remove(id: number): void;
  redemptions(ticket: string): readonly RedemptionRow[];
  putRedemption(redemption: RedemptionRow): void;
  /** Forgets it, by its ticket and its transaction. */
  dropRedemption(redemption: RedemptionRow): void;
}
