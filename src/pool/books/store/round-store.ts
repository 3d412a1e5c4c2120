/** Rounds that were closed. */

/** A closed round. */
export interface RoundRow {
  readonly round: number;
  readonly scheme: string;
  readonly incomeWei: bigint;
  readonly sharedWei: bigint;
  readonly commissionWei: bigint;
  readonly unattributedWei: bigint;
  readonly closedAtMs: number;
  /** Of the ledger entry that posted it; null if nothing was attributed. */
  readonly entrySequence: number | null;
}

/** How a closed round is kept: the row, and the last event that counted. */
export interface ClosedRound extends RoundRow {
  readonly lastEvent: number;
}

/** Closed rounds, in order. */
export interface RoundStore {
  list(): readonly ClosedRound[];
  last(): ClosedRound | null;
  add(round: ClosedRound): void;
}
