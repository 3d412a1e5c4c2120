/** Jobs on disk, and the two halves of AI jobs. */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { big, bigOrNull, oneOf, text, textOrNull, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import { DECISION_KINDS } from "./decision-store.js";
import type { EventCause } from "./event-store.js";
import type {
  JobQuery,
  JobRow,
  JobStore,
  ProcessedRow,
  ReceivedRow,
  UnclaimedRow,
} from "./job-store.js";

export class JobTables implements JobStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list({ address, sinceMs = 0, beforeSequence, limit = 1_000 }: JobQuery = {}): readonly JobRow[] {
    const since = BigInt(Math.trunc(sinceMs));
    const before = BigInt(beforeSequence ?? Number.MAX_SAFE_INTEGER);
    const count = BigInt(limit);
    const rows =
      address === undefined
        ? this.#database.all(
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

  received(requestIds: readonly string[]): readonly ReceivedRow[] {
    return this.#database
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
    return this.#database
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

  processedOf(event: number): ProcessedRow | null {
    const row = this.#database.get("SELECT request FROM processed WHERE event = ?", BigInt(event));
    if (row === undefined) return null;
    return (
      this.processed([text(row, "request")]).find(({ cause }) => cause.event === event) ?? null
    );
  }

  addReceived(rows: readonly ReceivedRow[]): void {
    this.#database.insert(
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
    this.#database.insert(
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

  unclaimed({ beforeMs, limit }: { beforeMs: number; limit: number }): readonly UnclaimedRow[] {
    return this.#database
      .all(
        `SELECT p.*, e.identity FROM processed p JOIN events e ON e.sequence = p.event
         WHERE p.address IS NULL AND p.at < ? AND p.event NOT IN (SELECT event FROM decisions)
         ORDER BY p.at, p.event LIMIT ?`,
        BigInt(Math.trunc(beforeMs)),
        BigInt(limit),
      )
      .map((row) => ({
        event: whole(row, "event"),
        identity: text(row, "identity"),
        requestId: text(row, "request"),
        atMs: whole(row, "at"),
        region: text(row, "region"),
        feesWei: big(row, "fees"),
      }));
  }

  unclaimedSum(): { readonly jobs: number; readonly feesWei: bigint } {
    const rows = this.#database.all(
      `SELECT p.fees FROM processed p
       WHERE p.address IS NULL AND p.event NOT IN (SELECT event FROM decisions)`,
    );
    return { jobs: rows.length, feesWei: rows.reduce((sum, row) => sum + big(row, "fees"), 0n) };
  }

  /** Its own jobs by one index, those that were linked to it by another. */
  #jobsOf(
    address: string,
    { since, before, count }: { since: bigint; before: bigint; count: bigint },
  ): readonly SqlRow[] {
    const page = "ORDER BY sequence DESC LIMIT ?";
    return this.#database.all(
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
}

function causeOf(row: SqlRow, kind: string): EventCause {
  return { kind, id: text(row, "identity"), event: whole(row, "event") };
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
