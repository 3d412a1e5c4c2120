/** Workers and their connections, as events leave them. */

/** A worker's connection, by the latest times that it was seen opened and closed. */
export interface ConnectionRow {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  readonly connection: string;
  /** Whose reset ends it. */
  readonly node: string;
  readonly connectedMs: number | null;
  readonly disconnectedMs: number | null;
}

/** A node started: what was connected to it before is not any more. */
export interface ResetRow {
  readonly node: string;
  readonly nodeType: string;
  readonly region: string;
  readonly atMs: number;
}

/** A worker as events leave it: who, where, which connections are open. */
export interface WorkerRow {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  /** Connections open now. */
  readonly connections: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly jobs: bigint;
  readonly feesWei: bigint;
}

/** Who worked where, and what is connected. */
export interface WorkerStore {
  list(address?: string): readonly WorkerRow[];
  /** Adds jobs and fees, widens the span seen. */
  add(rows: readonly Omit<WorkerRow, "connections">[]): void;
  addConnections(rows: readonly ConnectionRow[]): void;
  addReset(reset: ResetRow): void;
}
