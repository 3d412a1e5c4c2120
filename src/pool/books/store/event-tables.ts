/** Events on disk. */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import type { ChainTables } from "./chain-tables.js";
import { big, text, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import { addKeys, misplacedEvents, WITH_FOUND, wantedKeys } from "./event-keys.js";
import type { EventRow, EventStore, KnownEvent, NewEvent } from "./event-store.js";
import { identityKey } from "./identity-key.js";
import { type LotRow, textIn, wholeIn } from "./lot-reading.js";
import { LotWriter } from "./lot-writer.js";

const EVENT = `SELECT e.sequence, e.identity, s.name AS source, e.at, e.content
  FROM events e JOIN sources s ON s.id = e.source`;

const COLUMNS = ["sequence", "identity", "key", "source", "at", "worker", "content"];
/** Numbers of some of them. */
const [SEQUENCE, IDENTITY, KEY, SOURCE, AT, CONTENT] = [0, 1, 2, 3, 4, 6];

export class EventTables implements EventStore {
  readonly #database: SqliteDatabase;
  readonly #transaction: StoreDatabase["transaction"];
  readonly #chain: ChainTables;
  /** Of the events that were read last to be checked, by sequence. */
  #keysRead: ReadonlyMap<number, number> = new Map();
  readonly #ids = { sources: new Map<string, number>(), addresses: new Map<string, number>() };

  constructor({ sql, chain, transaction, onFailure }: StoreDatabase) {
    this.#database = sql;
    this.#transaction = transaction;
    this.#chain = chain;
    // Numbers that a failed transaction gave to names are free again.
    onFailure(() => {
      this.#ids.sources.clear();
      this.#ids.addresses.clear();
    });
  }

  known(identities: readonly string[]): ReadonlyMap<string, KnownEvent> {
    const rows = this.#database.all(
      `${WITH_FOUND} SELECT e.identity, e.at, e.content FROM found CROSS JOIN events e
         ON e.sequence = found.event`,
      ...wantedKeys(identities),
    );
    return new Map(
      rows.map((row) => [
        text(row, "identity"),
        { atMs: whole(row, "at"), content: text(row, "content") },
      ]),
    );
  }

  misplaced(events: readonly EventRow[]): ReadonlyMap<number, number | null> {
    const keys = this.#chain.reading === null ? new Map() : this.#keysRead;
    return misplacedEvents(this.#database, events, keys);
  }

  get(sequence: number): EventRow | null {
    if (!Number.isSafeInteger(sequence)) return null;
    return this.list(sequence, 1).find((event) => event.sequence === sequence) ?? null;
  }

  list(from: number, limit: number): readonly EventRow[] {
    const rows = this.#chain.reading?.page("events", from, limit);
    this.#keysRead = new Map(rows?.map((row) => [wholeIn(row, SEQUENCE), wholeIn(row, KEY)]));
    if (rows !== undefined) return this.#listOf(rows);
    const names = new Map<number, string>();
    return this.#database
      .all(
        `SELECT sequence, identity, source AS from_source, at, content FROM events
         WHERE sequence >= ? ORDER BY sequence LIMIT ?`,
        BigInt(from),
        BigInt(limit),
      )
      .map((row) => {
        const id = whole(row, "from_source");
        const source = names.get(id) ?? this.#sourceOf(id);
        names.set(id, source);
        return {
          sequence: whole(row, "sequence"),
          identity: text(row, "identity"),
          source,
          atMs: whole(row, "at"),
          content: text(row, "content"),
        };
      });
  }

  #listOf(rows: readonly LotRow[]): readonly EventRow[] {
    const names = new Map<number, string>();
    return rows.map((row) => {
      const id = wholeIn(row, SOURCE);
      const source = names.get(id) ?? this.#sourceOf(id);
      names.set(id, source);
      return {
        sequence: wholeIn(row, SEQUENCE),
        identity: textIn(row, IDENTITY),
        source,
        atMs: wholeIn(row, AT),
        content: textIn(row, CONTENT),
      };
    });
  }

  count(): number {
    const row = this.#database.get("SELECT coalesce(max(sequence), -1) AS last FROM events");
    return row === undefined ? 0 : whole(row, "last") + 1;
  }

  lastMs(): number | null {
    const row = this.#database.get("SELECT max(at) AS last FROM events");
    return row === undefined ? null : wholeOrNull(row, "last");
  }

  firstFrom(sinceMs: number): number | null {
    const row = this.#database.get(
      "SELECT min(+sequence) AS first FROM events WHERE at >= ?",
      BigInt(Math.trunc(sinceMs)),
    );
    return row === undefined ? null : wholeOrNull(row, "first");
  }

  byIdentity(identity: string): EventRow | null {
    const row = this.#database.get(
      `${WITH_FOUND} SELECT max(e.sequence) AS sequence FROM found CROSS JOIN events e
         ON e.sequence = found.event WHERE e.identity = ?`,
      ...wantedKeys([identity]),
      identity,
    );
    const sequence = row === undefined ? null : wholeOrNull(row, "sequence");
    return sequence === null ? null : this.get(sequence);
  }

  firstMoneyMs(beforeMs: number, source?: string): number | null {
    const name = source ?? null;
    const row = this.#database.get(
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

  ticketsOf(faceValueWei: bigint): readonly EventRow[] {
    return this.#database
      .all(
        `${EVENT} WHERE e.worker IS NULL AND e.content ->> 'type' IN ('winning-ticket', 'ticket-redeemed')
           AND e.content ->> 'faceValueWei' = ? ORDER BY e.sequence`,
        faceValueWei.toString(),
      )
      .map(eventOf);
  }

  add(events: readonly NewEvent[]): void {
    if (events.length > 0) this.#transaction(() => this.#add(events));
  }

  /** By itself: V8 compiles a loop in a function that is made at each call at each call. */
  #add(events: readonly NewEvent[]): void {
    const writer = new LotWriter(this.#database, this.#chain, {
      table: "events",
      columns: COLUMNS,
    });
    for (const { sequence, identity, source, atMs, content, worker } of events) {
      const from = this.#idOf("sources", source);
      const whose = worker === null ? null : this.#idOf("addresses", worker);
      const key = identityKey(identity);
      const head = `(0i${sequence};1t${identity.length}:${identity}2i${key};3i${from};4i${atMs};`;
      const said = `${head}${whose === null ? "" : `5i${whose};`}6t${content.length}:${content})`;
      writer.add(said, sequence, identity, key, from, atMs, whose, content);
    }
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return;
    writer.end(first.sequence, last.sequence);
    addKeys(this.#database, first.sequence, last.sequence);
  }

  elsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[] {
    return this.#database
      .all(
        `SELECT e.sequence, e.identity, s.name AS source, e.at, e.content
         FROM events e JOIN sources s ON s.id = e.source
         WHERE e.at IN (SELECT value FROM json_each(?)) AND s.name <> ?
           AND (e.identity LIKE 'api:%' OR e.identity LIKE 'caller:%')`,
        JSON.stringify([...new Set(instantsMs)]),
        source,
      )
      .map(eventOf);
  }

  hasOtherSources(source: string): boolean {
    const row = this.#database.get("SELECT 1 AS one FROM sources WHERE name <> ? LIMIT 1", source);
    return row !== undefined;
  }

  keyDayWei(source: string, day: number): bigint {
    const row = this.#database.get(
      "SELECT wei FROM key_days WHERE source = ? AND day = ?",
      source,
      BigInt(day),
    );
    return row === undefined ? 0n : big(row, "wei");
  }

  setKeyDayWei(source: string, day: number, wei: bigint): void {
    this.#database.run(
      "INSERT OR REPLACE INTO key_days (source, day, wei) VALUES (?, ?, ?)",
      source,
      BigInt(day),
      wei.toString(),
    );
  }

  #sourceOf(id: number): string {
    const row = this.#database.get("SELECT name FROM sources WHERE id = ?", BigInt(id));
    if (row !== undefined) return text(row, "name");
    throw new InputError(`the store's source ${id} is not there`, { code: "STORE_DAMAGED" });
  }

  /** The number of a name, given now if it has none. */
  #idOf(table: "sources" | "addresses", name: string): number {
    const ids = this.#ids[table];
    let id = ids.get(name);
    if (id === undefined) {
      this.#database.run(`INSERT OR IGNORE INTO ${table} (name) VALUES (?)`, name);
      const row = this.#database.get(`SELECT id FROM ${table} WHERE name = ?`, name);
      id = row === undefined ? 0 : whole(row, "id");
      ids.set(name, id);
    }
    return id;
  }
}

function eventOf(row: SqlRow): EventRow {
  return {
    sequence: whole(row, "sequence"),
    identity: text(row, "identity"),
    source: text(row, "source"),
    atMs: whole(row, "at"),
    content: text(row, "content"),
  };
}
