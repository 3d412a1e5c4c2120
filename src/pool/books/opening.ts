/** Balances kept elsewhere: by an openpool-manager's SQLite file, or in a CSV. */
import { readFileSync } from "node:fs";
import { InputError, RemoteError } from "../../core/errors.js";
import { type CsvRow, parseCsv } from "../../io/read-csv.js";
import { SqliteDatabase } from "../../io/sqlite.js";
import { pendingAccount } from "./accounts.js";
import type { OpeningBalance } from "./adjust.js";
import { addressAt, type Fields, nameAt, UINT256_MAX, wholeAt } from "./events/fields.js";

/** The first line of a CSV. */
export const OPENING_HEADER = "eth_address,node_type,region,pending_fees,paid_fees";

/**
 * Reads balances: a file that begins as SQLite's do is one, everything else a CSV. Fees that a
 * manager keeps for nobody (EG-D4) are nobody's balance and left out.
 *
 * @throws InputError (`OPENING`) with the file and the row that is wrong
 */
export function readOpening(path: string): OpeningBalance[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw wrong(path, `it cannot be read (${code})`, cause);
  }
  const isSqlite = bytes.subarray(0, 15).toString("latin1") === "SQLite format 3";
  return isSqlite ? fromManager(path) : fromCsv(path, bytes.toString("utf8"));
}

function fromManager(path: string): OpeningBalance[] {
  const database = new SqliteDatabase({ path, readOnly: true });
  try {
    const tables = database
      .all(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('remote_worker', 'remote_workers')",
      )
      .map(({ name }) => String(name));
    const [table] = tables;
    if (table === undefined) throw wrong(path, "there is no table remote_worker in it");
    const rows = database.all(
      `SELECT eth_address, node_type, region, sum(pending_fees) AS pending_fees,
         sum(paid_fees) AS paid_fees FROM ${table}
       WHERE eth_address <> '' GROUP BY lower(eth_address), node_type, region`,
    );
    return added(
      rows.map((row) => balanceOf(row, `${path}: ${table} of ${String(row["eth_address"])}`)),
    );
  } catch (cause) {
    if (!(cause instanceof RemoteError)) throw cause;
    throw wrong(path, cause.message, cause);
  } finally {
    database.close();
  }
}

/** An address that is told with and without 0x is one. */
function added(balances: readonly OpeningBalance[]): OpeningBalance[] {
  const sums = new Map<string, OpeningBalance>();
  for (const balance of balances) {
    const whose = pendingAccount(balance);
    const { pendingWei = 0n, paidWei = 0n } = sums.get(whose) ?? {};
    sums.set(whose, {
      ...balance,
      pendingWei: balance.pendingWei + pendingWei,
      paidWei: balance.paidWei + paidWei,
    });
  }
  return [...sums.values()];
}

function fromCsv(path: string, text: string): OpeningBalance[] {
  const [head, ...rows] = rowsOf(path, text);
  if (head === undefined || head.line !== 1 || head.cells.join(",") !== OPENING_HEADER) {
    throw wrong(`${path}:1`, `expected the line ${OPENING_HEADER}`);
  }
  const names = OPENING_HEADER.split(",");
  const seen = new Set<string>();
  return rows.map(({ line, cells }) => {
    const where = `${path}:${line}`;
    if (cells.length !== names.length) {
      throw wrong(where, `found ${cells.length} cells, expected ${names.length}`);
    }
    const balance = balanceOf(
      Object.fromEntries(names.map((name, at) => [name, cells[at]])),
      where,
    );
    const whose = pendingAccount(balance);
    if (seen.has(whose))
      throw wrong(where, "a line before has the same worker, node type and region");
    seen.add(whose);
    return balance;
  });
}

function rowsOf(path: string, text: string): CsvRow[] {
  try {
    return parseCsv(text);
  } catch (cause) {
    throw cause instanceof InputError ? wrong(path, cause.message, cause) : cause;
  }
}

function balanceOf(row: Fields, where: string): OpeningBalance {
  try {
    return {
      address: addressAt(row, "eth_address"),
      nodeType: nameAt(row, "node_type"),
      region: nameAt(row, "region"),
      pendingWei: wholeAt(row, "pending_fees", { max: UINT256_MAX }),
      paidWei: wholeAt(row, "paid_fees", { max: UINT256_MAX }),
    };
  } catch (cause) {
    throw cause instanceof InputError ? wrong(where, cause.message, cause) : cause;
  }
}

function wrong(where: string, why: string, cause?: unknown): InputError {
  return new InputError(`${where}: ${why}`, { code: "OPENING", cause });
}
