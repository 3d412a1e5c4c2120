/** What an operator decided about single events, and what is asked of events for that. */
import type { SqlRow } from "../../../io/sqlite.js";
import { big, oneOf, text, textOrNull, whole } from "./columns.js";
import { EventTables } from "./event-tables.js";
import type { DecisionRow, EventRow, ProcessedRow, UnclaimedRow } from "./store.js";

export class DecisionTables extends EventTables {
  decisions(): readonly DecisionRow[] {
    return this.database.all("SELECT * FROM decisions ORDER BY id").map(decisionOf);
  }

  /** The last one about an event. */
  decisionOf(event: number): DecisionRow | null {
    const row = this.database.get(
      "SELECT * FROM decisions WHERE event = ? ORDER BY id DESC LIMIT 1",
      BigInt(event),
    );
    return row === undefined ? null : decisionOf(row);
  }

  addDecision(decision: Omit<DecisionRow, "id">): void {
    const { kind, event, address, reason, atMs, lastEvent, roundsBefore } = decision;
    this.database.run(
      `INSERT INTO decisions (kind, event, address, reason, at, last_event, rounds_before)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      kind,
      BigInt(event),
      address,
      reason,
      BigInt(atMs),
      BigInt(lastEvent),
      BigInt(roundsBefore),
    );
  }

  /** AI jobs that nobody has, oldest first. */
  unclaimed({ beforeMs, limit }: { beforeMs: number; limit: number }): readonly UnclaimedRow[] {
    return this.database
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
    const rows = this.database.all(
      `SELECT p.fees FROM processed p
       WHERE p.address IS NULL AND p.event NOT IN (SELECT event FROM decisions)`,
    );
    return { jobs: rows.length, feesWei: rows.reduce((sum, row) => sum + big(row, "fees"), 0n) };
  }

  processedOf(event: number): ProcessedRow | null {
    const row = this.database.get("SELECT request FROM processed WHERE event = ?", BigInt(event));
    if (row === undefined) return null;
    return (
      this.processed([text(row, "request")]).find(({ cause }) => cause.event === event) ?? null
    );
  }

  eventByIdentity(identity: string): EventRow | null {
    const found = this.knownSequences([identity]);
    const [sequence] = found;
    return sequence === undefined ? null : this.event(sequence);
  }

  /** Events of forms that count by source, of other sources, at some instants. */
  eventsElsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[] {
    return this.database
      .all(
        `SELECT e.sequence, e.identity, s.name AS source, e.at, e.content
         FROM events e JOIN sources s ON s.id = e.source
         WHERE e.at IN (SELECT value FROM json_each(?)) AND s.name <> ?
           AND (e.identity LIKE 'api:%' OR e.identity LIKE 'caller:%')`,
        JSON.stringify([...new Set(instantsMs)]),
        source,
      )
      .map((row) => ({
        sequence: whole(row, "sequence"),
        identity: text(row, "identity"),
        source: text(row, "source"),
        atMs: whole(row, "at"),
        content: text(row, "content"),
      }));
  }

  hasOtherSources(source: string): boolean {
    const row = this.database.get("SELECT 1 AS one FROM sources WHERE name <> ? LIMIT 1", source);
    return row !== undefined;
  }

  /** The first job, or ticket, before an instant; null: none is. */
  firstMoneyMs(beforeMs: number, source?: string): number | null {
    const name = source ?? null;
    const row = this.database.get(
      `SELECT at FROM events WHERE at < ? AND content ->> 'type' IN
         ('job-processed', 'winning-ticket', 'ticket-redeemed')
         AND (? IS NULL OR source = (SELECT id FROM sources WHERE name = ?))
       ORDER BY at LIMIT 1`,
      BigInt(Math.trunc(beforeMs)),
      name,
      name,
    );
    return row === undefined ? null : whole(row, "at");
  }

  /** What a source brought by the API on a day. */
  keyDayWei(source: string, day: number): bigint {
    const row = this.database.get(
      "SELECT wei FROM key_days WHERE source = ? AND day = ?",
      source,
      BigInt(day),
    );
    return row === undefined ? 0n : big(row, "wei");
  }

  setKeyDayWei(source: string, day: number, wei: bigint): void {
    this.database.run(
      "INSERT OR REPLACE INTO key_days (source, day, wei) VALUES (?, ?, ?)",
      source,
      BigInt(day),
      wei.toString(),
    );
  }
}

function decisionOf(row: SqlRow): DecisionRow {
  return {
    id: whole(row, "id"),
    kind: oneOf(row, "kind", ["void", "assign", "release"]),
    event: whole(row, "event"),
    address: textOrNull(row, "address"),
    reason: text(row, "reason"),
    atMs: whole(row, "at"),
    lastEvent: whole(row, "last_event"),
    roundsBefore: whole(row, "rounds_before"),
  };
}
