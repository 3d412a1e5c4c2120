/**
 * Where events are found by the keys of their identities, on disk: new keys gather in a small table
 * and go to the large one in sorted lots, so that few of its pages are written again and again.
 */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { text, whole, wholeOrNull } from "./columns.js";
import type { EventRow } from "./event-store.js";
import { identityKey } from "./identity-key.js";

/** After so many events, by their sequences, the small table is emptied. */
const LOT = 1 << 16;

/** Sequences of the events whose keys two lists hold, as JSON, both the same; a common table expression. */
export const WITH_FOUND = `WITH found AS (
    SELECT k.event FROM json_each(?) w CROSS JOIN event_keys k ON k.key = w.value
    UNION ALL SELECT k.event FROM json_each(?) w CROSS JOIN new_event_keys k ON k.key = w.value)`;

/** The values for {@link WITH_FOUND}. Sorted keys are found faster: the next one is often beside the last. */
export function wantedKeys(identities: readonly string[]): readonly [string, string] {
  const keys = JSON.stringify([...Float64Array.from(identities, identityKey).sort()]);
  return [keys, keys];
}

/** Enters the keys of events that were just added. */
export function addKeys(database: SqliteDatabase, first: number, last: number): void {
  database.run(
    `INSERT INTO new_event_keys
       SELECT key, sequence FROM events WHERE sequence BETWEEN ? AND ? ORDER BY key, sequence`,
    BigInt(first),
    BigInt(last),
  );
  if (Math.floor(first / LOT) === Math.floor((last + 1) / LOT)) return;
  database.run("INSERT INTO event_keys SELECT key, event FROM new_event_keys ORDER BY key, event");
  database.run("DELETE FROM new_event_keys");
}

/**
 * See {@link EventStore.misplaced}.
 *
 * @param keyOf what their rows hold, where that is known already: by sequence
 */
export function misplacedEvents(
  database: SqliteDatabase,
  events: readonly EventRow[],
  keyOf: ReadonlyMap<unknown, unknown>,
): ReadonlyMap<number, number | null> {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const range = [BigInt(first.sequence), BigInt(last.sequence)] as const;
  // Whose key leads to itself, last of all, needs no look at texts: nearly all of them.
  const elsewhere = database.all(
    `SELECT a.sequence, (SELECT max(b.sequence) FROM events b
       WHERE b.identity = a.identity AND b.sequence IN (
         SELECT event FROM event_keys WHERE key = a.key
         UNION ALL SELECT event FROM new_event_keys WHERE key = a.key)) AS place
     FROM events a WHERE a.sequence BETWEEN ? AND ?
       AND a.sequence IS NOT max(
         coalesce((SELECT max(event) FROM event_keys WHERE key = a.key), -1),
         coalesce((SELECT max(event) FROM new_event_keys WHERE key = a.key), -1))
       AND place IS NOT a.sequence`,
    ...range,
  );
  const found = new Map(
    elsewhere.map((row) => [whole(row, "sequence"), wholeOrNull(row, "place")]),
  );
  const keys = events.every(({ sequence }) => keyOf.has(sequence))
    ? keyOf
    : keysOf(database, range);
  for (const { sequence, identity } of events) {
    if (keys.get(sequence) !== identityKey(identity)) found.set(sequence, null);
  }
  return found;
}

function keysOf(
  database: SqliteDatabase,
  range: readonly [bigint, bigint],
): ReadonlyMap<unknown, unknown> {
  // One text for all: rows of numbers would cost more than all the rest.
  const row = database.get(
    `SELECT json_group_array(sequence) AS sequences, json_group_array(key) AS keys FROM (
       SELECT sequence, key FROM events WHERE sequence BETWEEN ? AND ?)`,
    ...range,
  );
  const keys = numbersOf(row, "keys");
  return new Map(numbersOf(row, "sequences").map((sequence, index) => [sequence, keys[index]]));
}

function numbersOf(row: SqlRow | undefined, column: string): readonly unknown[] {
  const numbers: unknown = row === undefined ? [] : JSON.parse(text(row, column));
  return Array.isArray(numbers) ? numbers : [];
}
