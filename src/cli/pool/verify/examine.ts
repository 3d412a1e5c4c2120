/**
 * Looks at a file of books before anything is believed of it, in a process of its own: the driver
 * of SQLite ends the process where a text is no UTF-8, and nobody can catch that.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RemoteError } from "../../../core/errors.js";
import { sqliteCode } from "../../../io/sqlite.js";

const FINDINGS_MAX = 100;
const OUTPUT_BYTES_MAX = 1 << 24;
/** So many rows with the longest pieces of the quarantine are 256 MB. */
const ROWS_AT_ONCE = 256;

/**
 * Numbers of SQLite's errors that say nothing of what is in the file: no permission, somebody else's
 * lock, no memory, a folder or a file that may not be written, no space, no such file.
 */
const HINDERED = [3, 5, 6, 7, 8, 13, 14, 23];
/** And failures of the disk, such as no room for the index of the log, but for those that reading finds. */
const DISK_FAILED = 10;
const READING_FAILED = [266, 522, 8_202, 8_458];

/**
 * What runs there: SQLite's own check, then every text of every table as bytes. It is a program of
 * its own, so that it needs no file but the driver's.
 */
const PROGRAM = `
const { isUtf8 } = require("node:buffer");
const [driver, name] = process.argv.slice(1);
const Driver = require(driver);
const found = [];
const report = (text) => { if (found.length < ${FINDINGS_MAX}) found.push(text); };
const isHindered = (code) => ${JSON.stringify(HINDERED)}.includes(code & 255) ||
  ((code & 255) === ${DISK_FAILED} && !${JSON.stringify(READING_FAILED)}.includes(code));
const attempt = (what, work) => {
  try { return work(); } catch (error) {
    if (isHindered(error.rawCode)) {
      process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
      process.exit();
    }
    report(what + ": " + error.message);
    return [];
  }
};
const quoted = (text) => '"' + text.replaceAll('"', '""') + '"';
const isText = (cell) => cell === null || isUtf8(Buffer.from(cell));
const database = new Driver(name, { timeout: 5000 });
database.defaultSafeIntegers(true);
const all = (sql) => database.prepare(sql).raw().all();
const text = (bytes) => Buffer.from(bytes).toString("latin1");
for (const [line] of attempt("the file", () =>
  all("SELECT CAST(integrity_check AS BLOB) FROM pragma_integrity_check(${FINDINGS_MAX})"))) {
  if (text(line) !== "ok") report("SQLite: " + text(line));
}
const tables = found.length > 0 ? [] : attempt("the tables", () =>
  all("SELECT CAST(name AS BLOB), wr FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"));
for (const [raw, withoutRowid] of tables) {
  const table = text(raw);
  attempt(table, () => {
    const columns = all("SELECT CAST(name AS BLOB), CAST(type AS BLOB) FROM pragma_table_info('" +
      table.replaceAll("'", "''") + "')").filter(([, type]) => text(type) === "TEXT");
    if (columns.length === 0) return;
    const names = columns.map(([name]) => text(name));
    const source = " FROM " + quoted(table);
    const list = names.map((name) => "CAST(" + quoted(name) + " AS BLOB)").join(", ");
    let row = 0;
    const look = (cells) => {
      row++;
      cells.forEach((cell, at) => {
        if (!isText(cell)) {
          report("row " + row + " of " + table + ": " + names[at] + " is no text (not UTF-8)");
        }
      });
    };
    if (Number(withoutRowid) === 1) {
      for (const cells of database.prepare("SELECT " + list + source).raw().iterate()) look(cells);
      return;
    }
    // Texts on lines of their own are a whole text, if each of them is: many rows at a time.
    const joined = names.map((name) =>
      "CAST(group_concat(" + quoted(name) + ", char(10)) AS BLOB)").join(", ");
    const some = source + " WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_AT_ONCE}";
    const page = database.prepare("SELECT max(rowid), count(*), " + joined +
      " FROM (SELECT rowid, * " + some + ")").raw();
    const rows = database.prepare("SELECT " + list + some).raw();
    for (let after = -(2n ** 63n); ; ) {
      const [last, count, ...cells] = page.all([after])[0];
      if (last === null) return;
      if (cells.every(isText)) row += Number(count);
      else rows.all([after]).forEach(look);
      after = last;
    }
  });
}
process.stdout.write(JSON.stringify(found));
`;

/**
 * @returns one sentence for each thing that is wrong; empty when the file can be read
 * @throws RemoteError (`SQLITE_…`) where the machine did not let it be looked at
 */
export function examine(db: string): string[] {
  const driver = createRequire(import.meta.url).resolve("libsql");
  const name = `${pathToFileURL(resolve(db)).href}?mode=ro`;
  const { status, signal, stdout, stderr, error } = spawnSync(
    process.execPath,
    ["-e", PROGRAM, driver, name],
    { encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX, stdio: ["ignore", "pipe", "pipe"] },
  );
  if (error !== undefined) throw error;
  if (status === 0) return findingsOf(stdout);
  const said = stderr.split("\n").find((line) => line.trim() !== "" && !line.startsWith("thread"));
  return [`the file can't be read: whoever does is ended (${signal ?? status}): ${said ?? ""}`];
}

function findingsOf(json: string): string[] {
  const found: unknown = JSON.parse(json);
  if (Array.isArray(found)) return found.map(String);
  const [code, message] = ["code", "message"].map((key) => String(Reflect.get(Object(found), key)));
  throw new RemoteError(message ?? "", { code: sqliteCode(code ?? "") });
}
