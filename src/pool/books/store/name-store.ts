/** Names that the operator gave to workers, for people who read. */

/** A worker's name. */
export interface NameRow {
  /** The worker, lower case. */
  readonly address: string;
  /** What it is called: 1 … 60 characters, none of them invisible. */
  readonly name: string;
  /** When it was named, ms since 1970. */
  readonly atMs: number;
}

/** Names of workers. Nothing follows from them: they are shown beside addresses. */
export interface NameStore {
  /** All names, by address. */
  list(): readonly NameRow[];
  /** Names a worker, in place of the name that it had. */
  set(row: NameRow): void;
  /** Forgets the name of an address; where it has none, nothing changes. */
  forget(address: string): void;
}
