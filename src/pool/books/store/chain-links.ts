/** Links of the chain: made of rows that were changed, and of all rows of books that had none. */
import { createHash } from "node:crypto";
import type { SqliteDatabase, SqlValue } from "../../../io/sqlite.js";
import type { ChainHead } from "./chain-store.js";
import { bytes, text, whole, wholeOrNull } from "./columns.js";
import { type CoveredTable, columnsOf, LOTS, rowSql, SINGLE } from "./covered.js";

/** Digest of a row that was removed. */
export const GONE = "gone";
/** Rows of older books that get a link together. */
const LOT_ROWS = 1_000;
/** Rows looked at together, where one may have megabytes. */
const ROWS_AT_ONCE = 64;

/** What a link is about. */
export interface Link {
  /** A table. */
  readonly what: string;
  /** Which of its rows: by key, or the first and the last of a lot. */
  readonly place: string;
  /** SHA-256 of what they say; or {@link GONE}. */
  readonly digest: string;
}

/** In hexadecimal digits, lower case. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The hash of a link, by the one before. */
export function linkHash(before: string, { what, place, digest }: Link): string {
  return sha256(JSON.stringify([before, what, place, digest]));
}

/** Adds links after the last one. */
export function addLinks(
  database: SqliteDatabase,
  head: ChainHead | null,
  links: readonly Link[],
): void {
  let [number, hash] = [head?.links ?? 0, head?.hash ?? ""];
  const rows: SqlValue[] = [];
  for (const link of links) {
    hash = linkHash(hash, link);
    rows.push(++number, link.what, link.place, link.digest, hash);
  }
  database.insert("chain (link, what, place, digest, hash)", 5, rows);
}

/** A row's key as one text, of a row `alias`. */
export function placeSql({ key }: CoveredTable, alias: string): string {
  const columns = key.map((column) => `${alias}.${column}`);
  return columns.length === 1 ? `CAST(${columns.join()} AS TEXT)` : `json_array(${columns.join()})`;
}

/** Whether a row `alias` has the key that a text says: by the index of that key. */
function isAtSql({ key, keyKind }: CoveredTable, alias: string, place: string): string {
  const [only] = key;
  if (key.length === 1) {
    return `${alias}.${only} = ${keyKind === "text" ? place : `CAST(${place} AS INTEGER)`}`;
  }
  return key.map((column, at) => `${alias}.${column} = ${place} ->> ${at}`).join(" AND ");
}

/**
 * Triggers that note which rows of a table are added, changed and removed, and that let nobody change
 * or remove what poolsim never does: whatever is pruned, it is nothing that the chain covers for good.
 */
export function triggersOf(database: SqliteDatabase, table: CoveredTable): string {
  const { name, derived = [], isFixed = false, isRemovable = false } = table;
  const note = (row: string) =>
    `INSERT OR IGNORE INTO touched VALUES ('${name}', ${placeSql(table, row)});`;
  const columns = columnsOf(database, table).map((column) => `"${column.name}"`);
  const changes = derived.length === 0 ? "UPDATE" : `UPDATE OF ${columns.join(", ")}`;
  const refuse = `SELECT RAISE(ABORT, '${name}: rows that the chain covers stay');`;
  const added = LOTS.includes(table)
    ? ""
    : `CREATE TEMP TRIGGER touched_${name}_added AFTER INSERT ON main.${name} BEGIN ${note("NEW")} END;`;
  return `${added}
    CREATE TEMP TRIGGER touched_${name}_changed AFTER ${changes} ON main.${name}
      BEGIN ${isFixed ? refuse : `${note("OLD")} ${note("NEW")}`} END;
    CREATE TEMP TRIGGER touched_${name}_removed AFTER DELETE ON main.${name}
      BEGIN ${isRemovable ? note("OLD") : refuse} END;`;
}

/** What the triggers noted, as links; then it is forgotten. */
export function touchedRows(database: SqliteDatabase): readonly Link[] {
  const names = new Set(
    database.all("SELECT DISTINCT what FROM temp.touched").map((row) => text(row, "what")),
  );
  if (names.size === 0) return [];
  const links = SINGLE.filter(({ name }) => names.has(name)).flatMap((table) =>
    database
      .all(
        `SELECT t.place, ${rowSql(columnsOf(database, table), "r")} AS said, r.${table.key[0]} AS is_there
         FROM temp.touched t LEFT JOIN main.${table.name} r ON ${isAtSql(table, "r", "t.place")}
         WHERE t.what = ? ORDER BY t.rowid`,
        table.name,
      )
      .map((row) => {
        const digest = row["is_there"] === null ? GONE : sha256(text(row, "said"));
        return { what: table.name, place: text(row, "place"), digest };
      }),
  );
  database.run("DELETE FROM temp.touched");
  return links;
}

/** What the rows of a lot say; null where not all of them are there. */
export function lotDigest(
  database: SqliteDatabase,
  table: CoveredTable,
  [first, last]: readonly [number, number],
): string | null {
  const row = database.get(
    `SELECT count(*) AS rows, CAST(group_concat(said, '') AS BLOB) AS said FROM (
       SELECT ${rowSql(columnsOf(database, table), "r")} AS said FROM ${table.name} r
       WHERE sequence BETWEEN ? AND ? ORDER BY sequence)`,
    BigInt(first),
    BigInt(last),
  );
  if (row === undefined || whole(row, "rows") !== last - first + 1) return null;
  return sha256(bytes(row, "said"));
}

/** Links for all that is in books which had no chain. */
export function chainAll(database: SqliteDatabase): void {
  const links: Link[] = [];
  for (const table of LOTS) {
    const row = database.get(`SELECT max(sequence) AS last FROM ${table.name}`);
    const end = row === undefined ? null : wholeOrNull(row, "last");
    for (let first = 0; end !== null && first <= end; first += LOT_ROWS) {
      const last = Math.min(first + LOT_ROWS - 1, end);
      const digest = lotDigest(database, table, [first, last]) ?? GONE;
      links.push({ what: table.name, place: `${first}-${last}`, digest });
    }
  }
  for (const table of SINGLE) links.push(...rowsOf(database, table));
  addLinks(database, null, links);
}

/** All rows of a table that is covered row by row, as links would have them. */
export function* rowsOf(database: SqliteDatabase, table: CoveredTable): Generator<Link> {
  const { name, key, keyKind } = table;
  const said = `${placeSql(table, "r")} AS place, ${rowSql(columnsOf(database, table), "r")} AS said`;
  // Pieces in quarantine may be long, and many; what has no number of its own is neither.
  const isCounted = key.length === 1 && keyKind === undefined;
  const page = isCounted
    ? `WHERE ${key.join()} > ? ORDER BY ${key.join()} LIMIT ${ROWS_AT_ONCE}`
    : "";
  for (let after = -(2n ** 63n); ; ) {
    const rows = database.all(
      `SELECT ${isCounted ? `r.${key.join()}` : "0"} AS number, ${said} FROM ${name} r ${page}`,
      ...(isCounted ? [after] : []),
    );
    for (const row of rows) {
      after = BigInt(whole(row, "number"));
      yield { what: name, place: text(row, "place"), digest: sha256(text(row, "said")) };
    }
    if (!isCounted || rows.length < ROWS_AT_ONCE) return;
  }
}
