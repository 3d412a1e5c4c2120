/** Rounds that were closed. */

/** A closed round. */
export interface RoundRow {
  /** Number of the round; later rounds have higher ones. */
  readonly round: number;
  /** Name of the scheme that split it, e.g. `by-weights`. */
  readonly scheme: string;
  /** What was split, wei: `sharedWei` + `commissionWei` + `unattributedWei`; 0 if nothing was. */
  readonly incomeWei: bigint;
  /** What workers got of it, wei. */
  readonly sharedWei: bigint;
  /** The operator's commission, wei, before the delegators' part is paid out of it. */
  readonly commissionWei: bigint;
  /** Income that went to nobody, wei: 0, as income without work waits for a later round. */
  readonly unattributedWei: bigint;
  /** When it was closed, ms since 1970. */
  readonly closedAtMs: number;
  /** Of the ledger entry that posted it; null if nothing was attributed. */
  readonly entrySequence: number | null;
}

/** How a closed round is kept: the row, and where its work ends. */
export interface ClosedRound extends RoundRow {
  /** Sequence of the last event that counted; −1: there was none. */
  readonly lastEvent: number;
}

/** Closed rounds, each once. */
export interface RoundStore {
  /** All closed rounds, by number, lowest first. */
  list(): readonly ClosedRound[];
  /** The closed round with the highest number; null: none was closed. */
  last(): ClosedRound | null;
  /** Adds a round whose number is not there yet. It moves no money: the ledger's entry does. */
  add(round: ClosedRound): void;
}
