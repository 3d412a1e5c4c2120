/** What could not be read. */

/** A piece of input that could not be entered: never dropped, can be tried again. */
export interface QuarantineRow {
  /** Counts up in order of arrival; the store gives it. */
  readonly id: number;
  /** Name of the source that it is from. */
  readonly source: string;
  /** File or request it came in. */
  readonly origin: string;
  /** Byte offset within it. */
  readonly position: number;
  /** Stable upper-case code. */
  readonly code: string;
  /** What is wrong with it, in words. */
  readonly reason: string;
  /** The bytes as they came. */
  readonly raw: Uint8Array;
  /** When it was put here, ms since 1970. */
  readonly atMs: number;
  /** When it was entered after all, ms since 1970; null: it still waits. */
  readonly resolvedAtMs: number | null;
  /** When an operator said that it is nothing, ms since 1970; null: nobody did, or it was taken back. */
  readonly dismissedAtMs: number | null;
}

/** Which pieces; they may have a megabyte each. */
export interface QuarantineQuery {
  /** Also those that were entered after all, or dismissed. @default false */
  readonly all?: boolean | undefined;
  /** Only those of one file or request of a source. @default of all */
  readonly of?: Pick<QuarantineRow, "source" | "origin"> | undefined;
  /** Pieces with a higher id. @default 0, from the first on */
  readonly afterId?: number | undefined;
  /** At most so many, at least 1. @default all */
  readonly limit?: number | undefined;
}

/** Pieces that wait until somebody decides or a later version reads them. */
export interface QuarantineStore {
  /** Pieces that wait, or all of them, oldest first. */
  list(query?: QuarantineQuery): readonly QuarantineRow[];
  /** How many pieces wait. */
  count(): number;
  /**
   * Puts pieces here. The same bytes of the same source are kept once, however often they are read,
   * also when they were entered in the meantime.
   *
   * @returns how many are new
   */
  add(rows: readonly Omit<QuarantineRow, "id" | "resolvedAtMs" | "dismissedAtMs">[]): number;
  /** Says that a piece was entered after all, at `atMs` (ms since 1970): it waits no more. */
  resolve(id: number, atMs: number): void;
  /**
   * Says that a piece that waits is nothing, at `atMs` (ms since 1970), or with null that it waits
   * again.
   *
   * @returns whether there is such a piece, not entered, and that changed it
   */
  dismiss(id: number, atMs: number | null): boolean;
}
