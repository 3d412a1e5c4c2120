/** What ingestion keeps: events, halves of AI jobs, workers, connections, quarantine. */
import { createHash } from "node:crypto";
import { big, bigOrNull, bytes, text, textOrNull, whole, wholeOrNull } from "./columns.js";
import { PayoutTables } from "./payout-tables.js";
import type {
  ConnectionRow,
  EventRow,
  JobQuery,
  JobRow,
  KnownEvent,
  ProcessedRow,
  QuarantineRow,
  ReceivedRow,
  WorkerRow,
} from "./store.js";

const EVENT = `SELECT e.sequence, e.identity, s.name AS source, e.at, e.content
  FROM events e JOIN sources s ON s.id = e.source`;

export class EventTables extends PayoutTables {
  knownEvents(identities: readonly string[]): ReadonlyMap<string, KnownEvent> {
    const rows = this.database.all(
      "SELECT identity, at, content FROM events WHERE identity IN (SELECT value FROM json_each(?))",
      JSON.stringify(identities),
    );
    return new Map(
      rows.map((row) => [
        text(row, "identity"),
        { atMs: whole(row, "at"), content: text(row, "content") },
      ]),
    );
  }

  event(sequence: number): EventRow | null {
    return this.events(sequence, 1).find((event) => event.sequence === sequence) ?? null;
  }

  events(from: number, limit: number): readonly EventRow[] {
    return this.database
      .all(
        `${EVENT} WHERE e.sequence >= ? ORDER BY e.sequence LIMIT ?`,
        BigInt(from),
        BigInt(limit),
      )
      .map((row) => ({
        sequence: whole(row, "sequence"),
        identity: text(row, "identity"),
        source: text(row, "source"),
        atMs: whole(row, "at"),
        content: text(row, "content"),
      }));
  }

  eventCount(): number {
    const row = this.database.get("SELECT coalesce(max(sequence), -1) AS last FROM events");
    return row === undefined ? 0 : whole(row, "last") + 1;
  }

  lastEventMs(): number | null {
    const row = this.database.get("SELECT max(at) AS last FROM events");
    return row === undefined ? null : wholeOrNull(row, "last");
  }

  addEvents(events: readonly EventRow[]): void {
    const names = [...new Set(events.map(({ source }) => source))];
    const ids = new Map(names.map((name) => [name, this.#sourceId(name)]));
    this.insertAll(
      "INSERT INTO events (sequence, identity, source, at, content)",
      5,
      events.map(({ sequence, identity, source, atMs, content }) => [
        sequence,
        identity,
        ids.get(source) ?? null,
        atMs,
        content,
      ]),
    );
  }

  jobs({ address, sinceMs = 0, beforeSequence, limit = 1_000 }: JobQuery = {}): readonly JobRow[] {
    const who = address?.toLowerCase() ?? null;
    const since = BigInt(Math.trunc(sinceMs));
    const before = beforeSequence === undefined ? null : BigInt(beforeSequence);
    return this.database
      .all(
        // Without the lowest sequence of that time, few rows would mean a look at all of history.
        `SELECT * FROM job_events WHERE at >= ?
           AND sequence >= (SELECT ${sinceMs <= 0 ? "0" : "MIN(+sequence) FROM events WHERE at >= ?"})
           AND (? IS NULL OR address = ?)
           AND (? IS NULL OR sequence < ?) ORDER BY sequence DESC LIMIT ?`,
        since,
        ...(sinceMs <= 0 ? [] : [since]),
        who,
        who,
        before,
        before,
        BigInt(limit),
      )
      .map((row) => ({
        sequence: whole(row, "sequence"),
        atMs: whole(row, "at"),
        job: text(row, "job"),
        address: textOrNull(row, "address"),
        region: text(row, "region"),
        computeUnits: big(row, "compute_units"),
        durationMs: big(row, "duration_ms"),
        responseTimeNs: big(row, "response_time_ns"),
        renditions: bigOrNull(row, "renditions"),
        feesWei: big(row, "fees"),
        round: bigOrNull(row, "round"),
      }));
  }

  received(requestIds: readonly string[]): readonly ReceivedRow[] {
    return this.database
      .all(
        `SELECT request, at, identity, address FROM received
         WHERE request IN (SELECT value FROM json_each(?))`,
        JSON.stringify(requestIds),
      )
      .map((row) => ({
        requestId: text(row, "request"),
        atMs: whole(row, "at"),
        identity: text(row, "identity"),
        address: text(row, "address"),
      }));
  }

  processed(requestIds: readonly string[]): readonly ProcessedRow[] {
    return this.database
      .all(
        `SELECT * FROM processed WHERE request IN (SELECT value FROM json_each(?))`,
        JSON.stringify(requestIds),
      )
      .map((row) => ({
        requestId: text(row, "request"),
        atMs: whole(row, "at"),
        identity: text(row, "identity"),
        region: text(row, "region"),
        feesWei: big(row, "fees"),
        address: textOrNull(row, "address"),
      }));
  }

  addReceived(rows: readonly ReceivedRow[]): void {
    this.insertAll(
      "INSERT INTO received (request, at, identity, address)",
      4,
      rows.map(({ requestId, atMs, identity, address }) => [requestId, atMs, identity, address]),
    );
  }

  putProcessed(rows: readonly ProcessedRow[]): void {
    this.insertAll(
      "INSERT OR REPLACE INTO processed (request, at, identity, region, fees, address)",
      6,
      rows.map(({ requestId, atMs, identity, region, feesWei, address }) => [
        requestId,
        atMs,
        identity,
        region,
        feesWei.toString(),
        address,
      ]),
    );
  }

  workers(address?: string): readonly WorkerRow[] {
    const who = address?.toLowerCase() ?? null;
    return this.database
      .all(
        `SELECT w.*, (SELECT count(*) FROM open_connections o WHERE o.address = w.address
           AND o.node_type = w.node_type AND o.region = w.region) AS connections
         FROM workers w WHERE ? IS NULL OR w.address = ?
         ORDER BY w.address, w.node_type, w.region`,
        who,
        who,
      )
      .map((row) => ({
        address: text(row, "address"),
        nodeType: text(row, "node_type"),
        region: text(row, "region"),
        connections: whole(row, "connections"),
        firstSeenMs: whole(row, "first_seen"),
        lastSeenMs: whole(row, "last_seen"),
        jobs: BigInt(whole(row, "jobs")),
        feesWei: big(row, "fees"),
      }));
  }

  addToWorkers(rows: readonly Omit<WorkerRow, "connections">[]): void {
    for (const row of rows) {
      const { address, nodeType, region } = row;
      const known = this.database.get(
        "SELECT * FROM workers WHERE address = ? AND node_type = ? AND region = ?",
        address,
        nodeType,
        region,
      );
      const has = known !== undefined;
      this.database.run(
        `INSERT OR REPLACE INTO workers (address, node_type, region, first_seen, last_seen, jobs,
           fees) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        address,
        nodeType,
        region,
        BigInt(has ? Math.min(whole(known, "first_seen"), row.firstSeenMs) : row.firstSeenMs),
        BigInt(has ? Math.max(whole(known, "last_seen"), row.lastSeenMs) : row.lastSeenMs),
        has ? BigInt(whole(known, "jobs")) + row.jobs : row.jobs,
        (has ? big(known, "fees") + row.feesWei : row.feesWei).toString(),
      );
    }
  }

  addConnections(rows: readonly ConnectionRow[]): void {
    for (const row of rows) {
      this.database.run(
        `INSERT INTO connections (address, node_type, region, connection, connected, disconnected)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET
           connected = nullif(max(coalesce(connected, -1), coalesce(excluded.connected, -1)), -1),
           disconnected =
             nullif(max(coalesce(disconnected, -1), coalesce(excluded.disconnected, -1)), -1)`,
        row.address,
        row.nodeType,
        row.region,
        row.connection,
        row.connectedMs === null ? null : BigInt(row.connectedMs),
        row.disconnectedMs === null ? null : BigInt(row.disconnectedMs),
      );
    }
  }

  addReset({ nodeType, region, atMs }: { nodeType: string; region: string; atMs: number }): void {
    this.database.run(
      `INSERT INTO resets (node_type, region, at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      nodeType,
      region,
      BigInt(atMs),
    );
  }

  quarantine({ all = false }: { all?: boolean | undefined } = {}): readonly QuarantineRow[] {
    const waiting = all ? "" : "WHERE resolved_at IS NULL";
    return this.database.all(`SELECT * FROM quarantine ${waiting} ORDER BY id`).map((row) => ({
      id: whole(row, "id"),
      source: text(row, "source"),
      origin: text(row, "origin"),
      position: whole(row, "position"),
      code: text(row, "code"),
      reason: text(row, "reason"),
      raw: bytes(row, "raw"),
      atMs: whole(row, "at"),
      resolvedAtMs: wholeOrNull(row, "resolved_at"),
    }));
  }

  quarantineCount(): number {
    const row = this.database.get(
      "SELECT count(*) AS waiting FROM quarantine WHERE resolved_at IS NULL",
    );
    return row === undefined ? 0 : whole(row, "waiting");
  }

  /** The same bytes of the same source wait once, however often they are read. */
  addQuarantine(rows: readonly Omit<QuarantineRow, "id" | "resolvedAtMs">[]): number {
    let added = 0;
    for (const { source, origin, position, code, reason, raw, atMs } of rows) {
      const digest = createHash("sha256").update(source).update("\0").update(raw).digest("hex");
      added += this.database.run(
        `INSERT OR IGNORE INTO quarantine (source, origin, position, code, reason, raw, digest, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        source,
        origin,
        BigInt(position),
        code,
        reason,
        raw,
        digest,
        BigInt(Math.trunc(atMs)),
      );
    }
    return added;
  }

  resolveQuarantine(id: number, atMs: number): void {
    this.database.run(
      "UPDATE quarantine SET resolved_at = ? WHERE id = ?",
      BigInt(Math.trunc(atMs)),
      BigInt(id),
    );
  }

  #sourceId(name: string): number {
    this.database.run("INSERT OR IGNORE INTO sources (name) VALUES (?)", name);
    const row = this.database.get("SELECT id FROM sources WHERE name = ?", name);
    return row === undefined ? 0 : whole(row, "id");
  }
}
