/** What is not a pool's books is not touched, whichever command is told to use it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));
const keys = join(folder, "keys.json");
const key = { id: "orch-1", secret: "5e".repeat(32) };
writeFileSync(keys, JSON.stringify({ keys: [key] }), { mode: 0o600 });

/** An SQLite file of somebody else, made by these statements. */
function foreign(name: string, sql: string): string {
  const path = join(folder, name);
  const database = new SqliteDatabase({ path });
  database.exec(`PRAGMA journal_mode = DELETE; ${sql}`);
  database.close();
  return path;
}

const notes = foreign("notes.db", "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')");
const blank = foreign("blank.db", "CREATE TABLE notes (text TEXT); DROP TABLE notes");
const text = join(folder, "text.db");
writeFileSync(text, "these are no books\n");
const torn = join(folder, "torn.db");
writeFileSync(torn, `SQLite format 3\0${"x".repeat(4_080)}`);
const malformed = join(folder, "malformed.db");
writeFileSync(
  malformed,
  readFileSync(notes, "latin1").replace("CREATE TABLE notes", "CREATE TABEL notes"),
  "latin1",
);

const FILES = [
  [notes, /it is another program's database, not the books of a pool/],
  [blank, /there are no books/],
  [text, /it is no SQLite file/],
  [torn, /the file is damaged \(file is not a database\)/],
  [malformed, /the file is damaged \(malformed database schema/],
] as const;

const COMMANDS = [
  ["pool serve", ["serve", "--keys", keys, "--plain", "--port", "0"]],
  ["pool payouts", ["payouts"]],
  ["pool payouts --send", ["payouts", "--send", "--ethUrl", "http://127.0.0.1:1"]],
  ["pool status", ["status"]],
] as const;

describe.each(COMMANDS)("%s refuses, and leaves as it is,", (_, args) => {
  it.each(FILES)("%s", async (path, why) => {
    const before = readFileSync(path);
    const { exitCode, stdout, stderr } = await inProcess("pool", ...args, "--db", path);
    expect(stderr).toMatch(new RegExp(`^(?:poolsim: )?--db ${path}: ${why.source}.*\n$`));
    expect([exitCode, stdout]).toEqual([why.source.includes("damaged") ? 4 : 2, ""]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => /-(?:wal|shm)$/.test(name))).toEqual([]);
  });
});
