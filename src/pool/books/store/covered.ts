/**
 * What the chain of hashes covers, and how a row is written for it: a text that two different rows
 * never share, the same whether SQLite or poolsim makes it.
 */
import { createHash } from "node:crypto";
import type { SqliteDatabase, SqlValue } from "../../../io/sqlite.js";
import { text, whole } from "./columns.js";

/** A table whose rows are covered. */
export interface CoveredTable {
  readonly name: string;
  /** What a row is known by: whole numbers, unless `keyKind` says otherwise. */
  readonly key: readonly string[];
  /** Columns that follow from others, which `verify` derives again. @default none */
  readonly derived?: readonly string[] | undefined;
  readonly keyKind?: "text" | undefined;
  /** Rows are added, and poolsim neither changes nor removes one. @default false */
  readonly isFixed?: boolean | undefined;
  /** Poolsim removes rows. @default false */
  readonly isRemovable?: boolean | undefined;
}

/** Added to and never changed: many rows have one link. Their keys count up from 0. */
export const LOTS: readonly CoveredTable[] = [
  { name: "events", key: ["sequence"], isFixed: true },
  { name: "entries", key: ["sequence"], isFixed: true },
];

/** A link for every change of a row. */
export const SINGLE: readonly CoveredTable[] = [
  { name: "sources", key: ["id"], isFixed: true },
  { name: "addresses", key: ["id"], isFixed: true },
  { name: "flows", key: ["id"], derived: ["in_wei", "out_wei", "balance_wei"], isFixed: true },
  { name: "settings", key: ["key"], keyKind: "text" },
  { name: "decisions", key: ["id"], isFixed: true },
  { name: "rounds", key: ["round"], isFixed: true },
  { name: "quarantine", key: ["id"] },
  { name: "payouts", key: ["id"] },
  { name: "payout_attempts", key: ["sequence"] },
  { name: "acknowledged_nonces", key: ["chain_id", "from_address", "nonce"], isRemovable: true },
  { name: "acts", key: ["id"], isFixed: true },
  { name: "payees", key: ["address"], keyKind: "text", isFixed: true },
  { name: "logs", key: ["rowid"], isFixed: true },
];

/** Why all other tables are not covered; the tests see that none is in neither list. */
export const UNCOVERED: Readonly<Record<string, string>> = {
  chain: "the chain itself",
  job_runs: "what the pool's process did by itself",
  job_requests: "what that process was asked for",
  names: "what workers are called: nothing follows from it",
  cursors: "how far sources were read: at worst they are read again",
  chain_income: "what the chain says; it is read from it again",
  key_days: "what a limit counts",
  event_keys: "what events are found by; verify compares it with them",
  new_event_keys: "what events are found by; verify compares it with them",
  received: "follows from events",
  processed: "follows from events; verify makes it again",
  tickets: "follows from events; verify makes it again",
  redemptions: "follows from events",
  workers: "follows from events; verify makes it again",
  connections: "who is connected, from events",
  resets: "when nodes started, from events",
};

/** A column that is covered: its name, and its number, which stays when others are added. */
export interface CoveredColumn {
  readonly name: string;
  readonly number: number;
  /** As it was declared: tables are strict, and hold nothing else but null. */
  readonly type: string;
  readonly isNullable: boolean;
}

/** The covered columns of a table, as the file has them. */
export function columnsOf(
  database: SqliteDatabase,
  { name, derived = [] }: CoveredTable,
): readonly CoveredColumn[] {
  return database
    .all('SELECT cid, name, type, "notnull" AS is_set FROM pragma_table_info(?) ORDER BY cid', name)
    .map((row) => ({
      name: text(row, "name"),
      number: whole(row, "cid"),
      type: text(row, "type"),
      isNullable: whole(row, "is_set") === 0,
    }))
    .filter((column) => !derived.includes(column.name));
}

/**
 * A row as SQL: `(`, each column that is not null, `)`. A column is its number, its kind, and what it
 * holds, with the length in bytes of what may hold anything. None that poolsim wrote has a zero byte.
 */
export function rowSql(columns: readonly CoveredColumn[], alias: string): string {
  const forms: string[] = [];
  const values: string[] = [];
  for (const { name, number, type, isNullable } of columns) {
    const column = `${alias}."${name}"`;
    const said = type === "BLOB" ? `hex(${column})` : column;
    const isSized = type === "TEXT" || type === "BLOB";
    const kind = type === "TEXT" ? "t" : type === "BLOB" ? "b" : "i";
    if (isNullable) {
      const sized = `${isSized ? `octet_length(${column}) || ':' || ${said}` : `${said} || ';'`}`;
      forms.push("%s");
      values.push(`coalesce('${number}${kind}' || ${sized}, '')`);
    } else {
      forms.push(isSized ? `${number}${kind}%d:%s` : `${number}${kind}%d;`);
      values.push(...(isSized ? [`octet_length(${column})`] : []), said);
    }
  }
  // One call for all: many small texts put together one by one take longer.
  return `format('(${forms.join("")})', ${values.join(", ")})`;
}

/**
 * The hash of rows on their way into a table, as {@link rowSql} writes them: columns in the order of their
 * numbers, texts and whole numbers only.
 */
export class RowHash {
  readonly #columns: readonly CoveredColumn[];
  readonly #hash = createHash("sha256");

  constructor(columns: readonly CoveredColumn[]) {
    this.#columns = columns;
  }

  /**
   * @param said the rows as they are written if all of them is ASCII
   * @param values of one row after the other
   */
  add(said: string, values: readonly SqlValue[]): void {
    // Nearly all texts are ASCII, which shows when all of them are bytes: asking each costs more.
    const bytes = Buffer.from(said);
    const isAscii = bytes.length === said.length;
    this.#hash.update(isAscii ? bytes : Buffer.from(rowTexts(this.#columns, values)));
  }

  /** SHA-256 in hexadecimal digits, lower case. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}

function rowTexts(columns: readonly CoveredColumn[], values: readonly SqlValue[]): string {
  let all = "";
  for (let at = 0; at < values.length; ) {
    all += "(";
    for (const { number } of columns) {
      const value = values[at++];
      if (typeof value === "string") all += `${number}t${Buffer.byteLength(value)}:${value}`;
      else if (value !== null && value !== undefined) all += `${number}i${String(value)};`;
    }
    all += ")";
  }
  return all;
}
