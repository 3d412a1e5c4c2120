/** Workers and their connections on disk. */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { big, text, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type {
  ConnectionRow,
  PresenceRow,
  ResetRow,
  WorkerRow,
  WorkerStore,
} from "./worker-store.js";

export class WorkerTables implements WorkerStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list(address?: string): readonly WorkerRow[] {
    const who = address?.toLowerCase() ?? null;
    return this.#database
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

  presence(): readonly PresenceRow[] {
    return this.#database
      .all(
        `WITH seen AS (
           SELECT c.address, c.connected, c.disconnected, r.at AS reset,
             c.connected IS NOT NULL AND c.connected > coalesce(c.disconnected, -1)
               AND c.connected >= coalesce(r.at, -1) AS open
           FROM connections c LEFT JOIN resets r
             ON r.node = c.node AND r.node_type = c.node_type AND r.region = c.region)
         SELECT address, sum(open) AS open,
           min(CASE WHEN open THEN connected END) AS online_since,
           max(nullif(max(coalesce(disconnected, -1), iif(reset > connected, reset, -1)), -1))
             AS last_closed
         FROM seen GROUP BY address ORDER BY address`,
      )
      .map((row) => ({
        address: text(row, "address"),
        connections: whole(row, "open"),
        onlineSinceMs: wholeOrNull(row, "online_since"),
        lastClosedMs: wholeOrNull(row, "last_closed"),
      }));
  }

  add(rows: readonly Omit<WorkerRow, "connections">[]): void {
    const places = rows.map(({ address, nodeType, region }) => [address, nodeType, region]);
    const known = new Map(
      this.#database
        .all(
          `SELECT w.address, w.node_type, w.region, w.fees
           FROM json_each(?) p JOIN workers w ON w.address = p.value ->> 0
             AND w.node_type = p.value ->> 1 AND w.region = p.value ->> 2`,
          JSON.stringify(places),
        )
        .map((row) => [placeOf(row), big(row, "fees")]),
    );
    this.#database.insert(
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
    this.#database.insert(
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
    this.#database.run(
      `INSERT INTO resets (node, node_type, region, at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      node,
      nodeType,
      region,
      BigInt(atMs),
    );
  }
}

function placeOf(row: SqlRow): string {
  return `${text(row, "address")}:${text(row, "node_type")}:${text(row, "region")}`;
}
