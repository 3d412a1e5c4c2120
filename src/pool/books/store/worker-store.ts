/** Workers and their connections, as events leave them. */

/** A worker's connection, by the latest times that it was seen opened and closed. */
export interface ConnectionRow {
  /** The worker, lower case. */
  readonly address: string;
  /** The node's own label, e.g. `transcode`. */
  readonly nodeType: string;
  /** Region of the node that it connects to. */
  readonly region: string;
  /** `ip:port`; empty if the event's form has none. */
  readonly connection: string;
  /** The node, by the name of its source; empty for events of buckets, which hold many nodes. */
  readonly node: string;
  /** When it was last opened, ms since 1970; null: nobody said. */
  readonly connectedMs: number | null;
  /** When it was last closed, ms since 1970; null: nobody said. */
  readonly disconnectedMs: number | null;
}

/** A node started: what was connected to it before is not any more. */
export interface ResetRow {
  /** The node; see {@link ConnectionRow.node}. */
  readonly node: string;
  /** The node's own label. */
  readonly nodeType: string;
  /** The node's region. */
  readonly region: string;
  /** When it started, ms since 1970. */
  readonly atMs: number;
}

/** A worker as events leave it: who, where, which connections are open. */
export interface WorkerRow {
  /** The worker, lower case. */
  readonly address: string;
  /** `transcode` or `ai` for work; the node's own label for connections. */
  readonly nodeType: string;
  /** Region of the node that it worked for. */
  readonly region: string;
  /** Connections open now. */
  readonly connections: number;
  /** Time of the first event about it here, ms since 1970. */
  readonly firstSeenMs: number;
  /** Time of the last event about it here, ms since 1970. */
  readonly lastSeenMs: number;
  /** Jobs that are its own and not void. */
  readonly jobs: bigint;
  /** Their fees together, before commission, wei. */
  readonly feesWei: bigint;
}

/** Whether a worker is online, and since when. */
export interface PresenceRow {
  /** The worker, lower case. */
  readonly address: string;
  /** Connections open now, of all node types and regions. */
  readonly connections: number;
  /** When the first of those was opened, ms since 1970; null: none is open. */
  readonly onlineSinceMs: number | null;
  /** When a connection was last closed, or its node started anew, ms since 1970; null: never. */
  readonly lastClosedMs: number | null;
}

/** Who worked where, and what is connected. */
export interface WorkerStore {
  /** Workers by address (in any case; all by default), then node type and region. */
  list(address?: string): readonly WorkerRow[];
  /** Who is online since when, by address; of a worker whose connections were told. */
  presence(): readonly PresenceRow[];
  /**
   * Adds jobs and fees to what is known of each worker in its node type and region, and widens the
   * span in which it was seen. What is added may be negative, when a job turns out to be another's.
   * At most one row for each worker, node type and region.
   */
  add(rows: readonly Omit<WorkerRow, "connections">[]): void;
  /**
   * Takes in when connections were opened and closed, told in any order: of each the later time
   * counts.
   */
  addConnections(rows: readonly ConnectionRow[]): void;
  /** Takes in that a node started; of several starts the latest counts. */
  addReset(reset: ResetRow): void;
}
