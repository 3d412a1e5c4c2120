/** Balances kept elsewhere: by an openpool-manager's SQLite file, or in a CSV. */
import { readFileSync } from "node:fs";
import { InputError } from "../core/errors.js";
import { SqliteDatabase, type SqlRow } from "../discovery/sources/store/sqlite.js";
import type { OpeningBalance } from "./adjust.js";
import { addressAt, type Fields, nameAt, UINT256_MAX, wholeAt } from "./events/fields.js";

/** The first line of a CSV. */
export const OPENING_HEADER = "eth_address,node_type,region,pending_fees,paid_fees";

/**
 * Reads balances: a file that begins as SQLite's do is one, everything else a CSV.
 *
 * @throws InputError (`OPENING`, `FIELD`, `ADDRESS`) with the row that is wrong
 */
export function readOpening(path: string): OpeningBalance[] {
  const bytes = readFileSync(path);
  const isSqlite = bytes.subarray(0, 15).toString("latin1") === "SQLite format 3";
  return isSqlite ? fromManager(path) : fromCsv(bytes.toString("utf8"));
}

function fromManager(path: string): OpeningBalance[] {
  const database = new SqliteDatabase({ path, readOnly: true });
  try {
    const tables = database
      .all("SELECT name FROM sqlite_master WHERE name IN ('remote_worker', 'remote_workers')")
      .map(({ name }) => String(name));
    const [table] = tables;
    if (table === undefined) throw wrong("there is no table remote_worker in it");
    const rows = database.all(
      `SELECT eth_address, node_type, region, sum(pending_fees) AS pending_fees,
         sum(paid_fees) AS paid_fees FROM ${table}
       WHERE eth_address <> '' GROUP BY lower(eth_address), node_type, region`,
    );
    return rows.map((row: SqlRow) => balanceOf(row));
  } finally {
    database.close();
  }
}

function fromCsv(text: string): OpeningBalance[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines[0]?.trim() !== OPENING_HEADER) throw wrong(`its first line is not ${OPENING_HEADER}`);
  const names = OPENING_HEADER.split(",");
  return lines.slice(1).map((line, index) => {
    const cells = line.split(",").map((cell) => cell.trim());
    if (cells.length !== names.length) throw wrong(`row ${index + 1} has ${cells.length} cells`);
    return balanceOf(Object.fromEntries(names.map((name, at) => [name, cells[at]])));
  });
}

function balanceOf(row: Fields): OpeningBalance {
  return {
    address: addressAt(row, "eth_address"),
    nodeType: nameAt(row, "node_type"),
    region: nameAt(row, "region"),
    pendingWei: wholeAt(row, "pending_fees", { max: UINT256_MAX }),
    paidWei: wholeAt(row, "paid_fees", { max: UINT256_MAX }),
  };
}

function wrong(why: string): InputError {
  return new InputError(`opening balances: ${why}`, { code: "OPENING" });
}
