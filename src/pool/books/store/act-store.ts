/** What operators did to the books by hand: who, when, why, and what it was about. */

/** Something that an operator did. None is ever changed: a later one about the same replaces it. */
export interface ActRow {
  /** Counts up in the order of the acts, from 1; the store gives it. */
  readonly id: number;
  /** What was done, such as `hold` or `adjust`. */
  readonly kind: string;
  /** What it is about: an address, an event, a batch. */
  readonly subject: string;
  /** More of it, by names. */
  readonly detail: Readonly<Record<string, string>>;
  /** Why, in the operator's words; not empty. */
  readonly reason: string;
  /** Who did it; not empty. */
  readonly author: string;
  /** When, ms since 1970. */
  readonly atMs: number;
}

/** Which acts. */
export interface ActQuery {
  /** Acts of these kinds. @default all */
  readonly kinds?: readonly string[] | undefined;
  /** Acts about this. @default all */
  readonly subject?: string | undefined;
  /** Acts before this one, by its id. @default all */
  readonly beforeId?: number | undefined;
  /** At most so many. @default 1000 */
  readonly limit?: number | undefined;
}

/** What was done by hand. */
export interface ActStore {
  /** Adds an act after all others. @returns its id */
  add(act: Omit<ActRow, "id">): number;
  /** The act with this id; null: there is none. */
  get(id: number): ActRow | null;
  /** Acts, newest first. */
  list(query?: ActQuery): readonly ActRow[];
  /** The newest act about each subject, of some kinds, by subject. */
  newest(kinds: readonly string[]): readonly ActRow[];
}
