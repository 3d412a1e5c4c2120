/** What ingestion keeps: events, halves of AI jobs, workers, connections, quarantine. */
import { createHash } from "node:crypto";
import type { SqlRow, SqlValue } from "../../../io/sqlite.js";
import { big, bigOrNull, bytes, oneOf, text, textOrNull, whole, wholeOrNull } from "./columns.js";
import { identityKey } from "./identity-key.js";
import { PayoutTables } from "./payout-tables.js";
import {
  type ConnectionRow,
  DECISION_KINDS,
  type EventCause,
  type EventRow,
  type JobQuery,
  type JobRow,
  type KnownEvent,
  type NewEvent,
  type ProcessedRow,
  type QuarantineQuery,
  type QuarantineRow,
  type ReceivedRow,
  type ResetRow,
  type WorkerRow,
} from "./store.js";

const EVENT = `SELECT e.sequence, e.identity, s.name AS source, e.at, e.content
  FROM events e JOIN sources s ON s.id = e.source`;

export class EventTables extends PayoutTables {
  readonly #ids = { sources: new Map<string, number>(), addresses: new Map<string, number>() };

  protected override forget(): void {
    super.forget();
    this.#ids.sources.clear();
    this.#ids.addresses.clear();
  }

  knownEvents(identities: readonly string[]): ReadonlyMap<string, KnownEvent> {
    const rows = this.database.all(
      "SELECT identity, at, content FROM events WHERE key IN (SELECT value FROM json_each(?))",
      JSON.stringify(identities.map(identityKey)),
    );
    return new Map(
      rows.map((row) => [
        text(row, "identity"),
        { atMs: whole(row, "at"), content: text(row, "content") },
      ]),
    );
  }

  /** Where events of those identities are. */
  protected knownSequences(identities: readonly string[]): readonly number[] {
    return this.database
      .all(
        `SELECT sequence, identity FROM events WHERE key IN (SELECT value FROM json_each(?))`,
        JSON.stringify(identities.map(identityKey)),
      )
      .flatMap((row) => (identities.includes(text(row, "identity")) ? whole(row, "sequence") : []));
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

  addEvents(events: readonly NewEvent[]): void {
    const rows: SqlValue[] = [];
    for (const { sequence, identity, source, atMs, content, worker } of events) {
      const from = this.#idOf("sources", source);
      const whose = worker === null ? null : this.#idOf("addresses", worker);
      rows.push(sequence, identity, identityKey(identity), from, atMs, whose, content);
    }
    this.database.insert("events (sequence, identity, key, source, at, worker, content)", 7, rows);
  }

  jobs({ address, sinceMs = 0, beforeSequence, limit = 1_000 }: JobQuery = {}): readonly JobRow[] {
    const since = BigInt(Math.trunc(sinceMs));
    const before = BigInt(beforeSequence ?? Number.MAX_SAFE_INTEGER);
    const count = BigInt(limit);
    const rows =
      address === undefined
        ? this.database.all(
            // Without the lowest sequence of that time, few rows would mean a look at all history.
            `SELECT * FROM job_events WHERE at >= ?
               AND sequence >= (SELECT ${sinceMs <= 0 ? "0" : "MIN(+sequence) FROM events WHERE at >= ?"})
               AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
            since,
            ...(sinceMs <= 0 ? [] : [since]),
            before,
            count,
          )
        : this.#jobsOf(address.toLowerCase(), { since, before, count });
    return rows.map(jobOf);
  }

  /** Its own jobs by one index, those that were linked to it by another. */
  #jobsOf(
    address: string,
    { since, before, count }: { since: bigint; before: bigint; count: bigint },
  ): readonly SqlRow[] {
    const page = "ORDER BY sequence DESC LIMIT ?";
    return this.database.all(
      `SELECT * FROM job_events WHERE sequence IN (
         SELECT * FROM (
           SELECT sequence FROM events WHERE at >= ? AND sequence < ?
             AND worker = (SELECT id FROM addresses WHERE name = ?) ${page})
         UNION ALL SELECT * FROM (
           SELECT event AS sequence FROM processed
           WHERE at >= ? AND event < ? AND address = ? ${page})
       ) ${page}`,
      ...[since, before, address, count],
      ...[since, before, address, count],
      count,
    );
  }

  received(requestIds: readonly string[]): readonly ReceivedRow[] {
    return this.database
      .all(
        `SELECT r.request, r.event, r.at, r.address, e.identity, e.content ->> 'region' AS region
         FROM received r JOIN events e ON e.sequence = r.event
         WHERE r.request IN (SELECT value FROM json_each(?))`,
        JSON.stringify(requestIds),
      )
      .map((row) => ({
        requestId: text(row, "request"),
        atMs: whole(row, "at"),
        cause: causeOf(row, "job-received"),
        region: text(row, "region"),
        address: text(row, "address"),
      }));
  }

  processed(requestIds: readonly string[]): readonly ProcessedRow[] {
    return this.database
      .all(
        `SELECT p.*, e.identity, (SELECT d.kind FROM decisions d WHERE d.event = p.event
           ORDER BY d.id DESC LIMIT 1) AS decision
         FROM processed p JOIN events e ON e.sequence = p.event
         WHERE p.request IN (SELECT value FROM json_each(?))`,
        JSON.stringify(requestIds),
      )
      .map((row) => ({
        requestId: text(row, "request"),
        atMs: whole(row, "at"),
        cause: causeOf(row, "job-processed"),
        region: text(row, "region"),
        feesWei: big(row, "fees"),
        address: textOrNull(row, "address"),
        decision: row["decision"] === null ? null : oneOf(row, "decision", DECISION_KINDS),
      }));
  }

  addReceived(rows: readonly ReceivedRow[]): void {
    this.database.insert(
      "received (event, request, at, address)",
      4,
      rows.flatMap(({ cause, requestId, atMs, address }) => [
        cause.event,
        requestId,
        atMs,
        address,
      ]),
    );
  }

  putProcessed(rows: readonly ProcessedRow[]): void {
    this.database.insert(
      "processed (event, request, at, region, fees, address)",
      6,
      rows.flatMap(({ cause, requestId, atMs, region, feesWei, address }) => [
        cause.event,
        requestId,
        atMs,
        region,
        feesWei.toString(),
        address,
      ]),
      "ON CONFLICT (event) DO UPDATE SET address = excluded.address",
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
    const places = rows.map(({ address, nodeType, region }) => [address, nodeType, region]);
    const known = new Map(
      this.database
        .all(
          `SELECT w.address, w.node_type, w.region, w.fees
           FROM json_each(?) p JOIN workers w ON w.address = p.value ->> 0
             AND w.node_type = p.value ->> 1 AND w.region = p.value ->> 2`,
          JSON.stringify(places),
        )
        .map((row) => [placeOf(row), big(row, "fees")]),
    );
    this.database.insert(
      "workers (address, node_type, region, first_seen, last_seen, jobs, fees)",
      7,
      rows.flatMap(({ address, nodeType, region, firstSeenMs, lastSeenMs, jobs, feesWei }) => {
        const fees = (known.get(`${address}:${nodeType}:${region}`) ?? 0n) + feesWei;
        return [address, nodeType, region, firstSeenMs, lastSeenMs, jobs, fees.toString()];
      }),
      `ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen),
         last_seen = max(last_seen, excluded.last_seen), jobs = jobs + excluded.jobs,
         fees = excluded.fees`,
    );
  }

  addConnections(rows: readonly ConnectionRow[]): void {
    this.database.insert(
      "connections (address, node, node_type, region, connection, connected, disconnected)",
      7,
      rows.flatMap(({ address, node, nodeType, region, connection, ...seen }) => [
        address,
        node,
        nodeType,
        region,
        connection,
        seen.connectedMs,
        seen.disconnectedMs,
      ]),
      `ON CONFLICT DO UPDATE SET
         connected = nullif(max(coalesce(connected, -1), coalesce(excluded.connected, -1)), -1),
         disconnected =
           nullif(max(coalesce(disconnected, -1), coalesce(excluded.disconnected, -1)), -1)`,
    );
  }

  addReset({ node, nodeType, region, atMs }: ResetRow): void {
    this.database.run(
      `INSERT INTO resets (node, node_type, region, at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      node,
      nodeType,
      region,
      BigInt(atMs),
    );
  }

  quarantine({ all = false, afterId = 0, limit }: QuarantineQuery = {}): readonly QuarantineRow[] {
    const waiting = all ? "" : "AND resolved_at IS NULL";
    const rows = this.database.all(
      `SELECT * FROM quarantine WHERE id > ? ${waiting} ORDER BY id LIMIT ?`,
      BigInt(afterId),
      BigInt(limit ?? -1),
    );
    return rows.map((row) => ({
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

  /** The number of a name, given now if it has none. */
  #idOf(table: "sources" | "addresses", name: string): number {
    const ids = this.#ids[table];
    let id = ids.get(name);
    if (id === undefined) {
      this.database.run(`INSERT OR IGNORE INTO ${table} (name) VALUES (?)`, name);
      const row = this.database.get(`SELECT id FROM ${table} WHERE name = ?`, name);
      id = row === undefined ? 0 : whole(row, "id");
      ids.set(name, id);
    }
    return id;
  }
}

function causeOf(row: SqlRow, kind: string): EventCause {
  return { kind, id: text(row, "identity"), event: whole(row, "event") };
}

function placeOf(row: SqlRow): string {
  return `${text(row, "address")}:${text(row, "node_type")}:${text(row, "region")}`;
}

/** A row of `job_events`. */
export function jobOf(row: SqlRow): JobRow {
  return {
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
  };
}
