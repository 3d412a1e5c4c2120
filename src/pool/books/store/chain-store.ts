/** What shows that books were changed behind poolsim's back: a chain of hashes over what they hold. */

/** Where a chain ends: kept outside, it is what the books can't be changed behind. */
export interface ChainHead {
  /** How many links the chain has, at least 1. */
  readonly links: number;
  /** The hash of the last one, which follows from all: 64 hexadecimal digits, lower case. */
  readonly hash: string;
}

/** What was recomputed, and what was found. */
export interface ChainFindings {
  /** How many links were recomputed. */
  readonly links: number;
  /** One sentence for each thing that is wrong; empty when all is as the chain has it. */
  readonly wrong: readonly string[];
}

/**
 * A link for each lot of events and of entries, and for each other covered row that was added,
 * changed or removed, in the transaction that did it. A link's hash is of what the row says and of the
 * link before.
 */
export interface ChainStore {
  /** Where the chain ends now; null: it has no link yet, or these are books that keep none. */
  head(): ChainHead | null;
  /**
   * Recomputes the chain, and compares it with all covered rows. Who changes a row and makes every
   * link after it anew is found by an outside head only.
   *
   * @param outside a head that was kept elsewhere, of these books as they were then or are now.
   *   @default none
   */
  check(outside?: ChainHead): ChainFindings;
  /**
   * While it works, events that are listed and entries of the journal, each from the first one on, are hashed
   * as they are read, so that a {@link check} within it does not read them again. @default a check does
   *
   * @returns what the work returns
   */
  readonly readingOnce?: (<T>(work: () => T) => T) | undefined;
}
