/** What an operator decided about single events. */

/** The kinds of decisions; {@link DecisionRow.kind} says what each means. */
export const DECISION_KINDS = [
  "void",
  "assign",
  "release",
  "write-off",
  "write-off-undone",
] as const;

/** What an operator decided about an event. */
export interface DecisionRow {
  /** Counts up in the order of the decisions; the store gives it. */
  readonly id: number;
  /**
   * `void`: it counts for nothing; `assign`: an AI job is its worker's; `release`: an AI job that
   * nobody claimed is the operator's, until somebody does; `write-off`: a ticket that won will never be
   * redeemed; `write-off-undone`: it waits for that again.
   */
  readonly kind: (typeof DECISION_KINDS)[number];
  /** Sequence of the event that was decided about. */
  readonly event: number;
  /** The worker that the job was given to, lower case, of `assign`; null for the other kinds. */
  readonly address: string | null;
  /** Why, in the operator's words; not empty. */
  readonly reason: string;
  /** When it was decided, ms since 1970. */
  readonly atMs: number;
  /**
   * Sequence of the last event that the books held at that time: `verify` makes the decision again
   * after that event.
   */
  readonly lastEvent: number;
  /** How many rounds were closed at that time: `verify` makes the decision again after them. */
  readonly roundsBefore: number;
}

/** Decisions in their order. None is ever changed: a later one about the same event replaces it. */
export interface DecisionStore {
  /** All decisions, oldest first, those that later ones replaced included. */
  list(): readonly DecisionRow[];
  /** The last one about an event, by the event's sequence; null: there is none. */
  of(event: number): DecisionRow | null;
  /** Adds a decision after all others. It moves no money: that is an entry of the ledger. */
  add(decision: Omit<DecisionRow, "id">): void;
}
