/** What could not be read. */

/** What could not be read: never dropped, can be replayed. */
export interface QuarantineRow {
  readonly id: number;
  readonly source: string;
  /** File or request it came in. */
  readonly origin: string;
  /** Byte offset within it. */
  readonly position: number;
  /** Stable upper-case code. */
  readonly code: string;
  readonly reason: string;
  readonly raw: Uint8Array;
  readonly atMs: number;
  /** null: still waits. */
  readonly resolvedAtMs: number | null;
}

/** Which pieces; they may have a megabyte each. */
export interface QuarantineQuery {
  /** Also those that were entered after all. @default false */
  readonly all?: boolean | undefined;
  /** @default 0, from the first on */
  readonly afterId?: number | undefined;
  /** @default all */
  readonly limit?: number | undefined;
}

/** Pieces that wait until somebody decides or a later version reads them. */
export interface QuarantineStore {
  /** Oldest first. */
  list(query?: QuarantineQuery): readonly QuarantineRow[];
  count(): number;
  add(rows: readonly Omit<QuarantineRow, "id" | "resolvedAtMs">[]): number;
  resolve(id: number, atMs: number): void;
}
