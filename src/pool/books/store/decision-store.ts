/** What an operator decided about single events. */

export const DECISION_KINDS = ["void", "assign", "release"] as const;

/** What an operator decided about an event. */
export interface DecisionRow {
  readonly id: number;
  /**
   * `void`: it counts for nothing; `assign`: an AI job is its worker's; `release`: an AI job that
   * nobody claimed is the operator's, until somebody does.
   */
  readonly kind: (typeof DECISION_KINDS)[number];
  /** Sequence. */
  readonly event: number;
  /** Of `assign`. */
  readonly address: string | null;
  readonly reason: string;
  readonly atMs: number;
  /** The last event that there was, and how many closed rounds. */
  readonly lastEvent: number;
  readonly roundsBefore: number;
}

/** Decisions in their order. */
export interface DecisionStore {
  list(): readonly DecisionRow[];
  /** The last one about an event. */
  of(event: number): DecisionRow | null;
  add(decision: Omit<DecisionRow, "id">): void;
}
