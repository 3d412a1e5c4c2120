import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SqliteDatabase, sqliteCode } from "../../src/io/sqlite.js";
import { endsWithUs } from "../support/ends-with-us.js";

function temporaryPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "poolsim-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "a.sqlite3");
}

function open(options: ConstructorParameters<typeof SqliteDatabase>[0]): SqliteDatabase {
  const database = new SqliteDatabase(options);
  onTestFinished(() => database.close());
  return database;
}

function table(path = ":memory:"): SqliteDatabase {
  const database = open({ path });
  database.exec("CREATE TABLE t (a INTEGER, b TEXT)");
  return database;
}

const count = (database: SqliteDatabase) => database.get("SELECT count(*) n FROM t")?.["n"];

describe("what the driver gets wrong does not get through", () => {
  it("rows hold their columns only, whole numbers exactly", () => {
    const database = table();
    expect(database.run("INSERT INTO t VALUES (?, ?)", 2n ** 63n - 1n, "x")).toBe(1);
    expect(database.get("SELECT * FROM t")).toEqual({ a: 2n ** 63n - 1n, b: "x" });
    expect(database.get("SELECT * FROM t WHERE a = 1")).toBeUndefined();
  });

  it("values that it cannot bind are refused instead of ending the process", () => {
    const database = table();
    const bind = (...values: unknown[]) =>
      database.run("INSERT INTO t VALUES (?, 'it''s?')", ...(values as []));
    for (const values of [
      [true],
      [undefined],
      [new Date()],
      [{}],
      [Number.NaN],
      [2n ** 63n],
      [],
      [1n, 2n],
    ]) {
      expect(() => bind(...values)).toThrow(expect.objectContaining({ code: "SQL_PARAMETERS" }));
    }
    expect(count(database)).toBe(0n);
  });

  it("errors that it has no name for have the name of their kind", () => {
    // A folder that can't be written, the index of the log that does not fit, one that it knows.
    const codes = [
      "UNKNOWN_SQLITE_ERROR_1544",
      "UNKNOWN_SQLITE_ERROR_4874",
      "SQLITE_BUSY_SNAPSHOT",
    ];
    expect(codes.map(sqliteCode)).toEqual([
      "SQLITE_READONLY",
      "SQLITE_IOERR",
      "SQLITE_BUSY_SNAPSHOT",
    ]);
  });

  it("read-only is read-only, and creates nothing", () => {
    const path = temporaryPath();
    expect(() => open({ path, readOnly: true })).toThrow(
      expect.objectContaining({ code: "DATABASE_MISSING" }),
    );
    table(path).close();
    const reader = open({ path, readOnly: true });
    expect(() => reader.exec("INSERT INTO t VALUES (1, 'x')")).toThrow(
      expect.objectContaining({ code: "SQLITE_READONLY" }),
    );
    expect(count(reader)).toBe(0n);
  });

  it("a copy of the file alone is whole once its writer is closed, though others read it", () => {
    const path = temporaryPath();
    table(path).close();
    const reader = open({ path, readOnly: true });
    expect(count(reader)).toBe(0n);
    const writer = open({ path });
    writer.run("INSERT INTO t (a, b) VALUES (1, 'x')");
    writer.close();
    const copy = temporaryPath();
    copyFileSync(path, copy);
    expect(count(open({ path: copy }))).toBe(1n);
    expect(count(reader)).toBe(1n);
  });

  it("closing does not wait for who is in the middle of reading", () => {
    const path = temporaryPath();
    table(path).close();
    const reader = open({ path, readOnly: true });
    reader.exec("BEGIN");
    expect(count(reader)).toBe(0n);
    const writer = open({ path });
    writer.run("INSERT INTO t (a, b) VALUES (1, 'x')");
    writer.close();
    expect(count(reader)).toBe(0n);
    reader.exec("COMMIT");
    expect(count(reader)).toBe(1n);
  });

  it("errors carry SQLite's codes", () => {
    expect(() => table().exec("garbage")).toThrow(
      expect.objectContaining({ code: "SQLITE_ERROR" }),
    );
    expect(() => open({ path: "/nowhere/a" })).toThrow(
      expect.objectContaining({ code: "SQLITE_CANTOPEN" }),
    );
  });
});

describe("transactions", () => {
  it("are all or nothing, and may lie within one another", () => {
    const database = table();
    const insert = () => database.run("INSERT INTO t VALUES (?, ?)", 1n, "x");
    expect(() =>
      database.transaction(() => {
        insert();
        database.transaction(insert);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(count(database)).toBe(0n);
    expect(database.transaction(() => insert() + database.transaction(insert))).toBe(2);
    expect(count(database)).toBe(2n);
  });

  it("survive SIGKILL: what was committed is there, what was begun is not", async () => {
    const path = temporaryPath();
    table(path).close();
    const module = new URL("../../dist/discovery/index.js", import.meta.url);
    const program = `
      const { SqliteDatabase } = await import(${JSON.stringify(module)});
      const database = new SqliteDatabase({ path: ${JSON.stringify(path)} });
      database.transaction(() => database.run("INSERT INTO t VALUES (1, 'committed')"));
      database.transaction(() => {
        for (let i = 0; i < 50000; i++) database.run("INSERT INTO t VALUES (2, 'begun')");
        process.stdout.write("midway");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;
    for (let kill = 1; kill <= 3; kill++) {
      const child = endsWithUs(spawn(process.execPath, ["--input-type=module", "-e", program]));
      await once(child.stdout, "data");
      child.kill("SIGKILL");
      await once(child, "exit");
      const database = open({ path });
      expect(database.all("SELECT b, count(*) n FROM t GROUP BY b")).toEqual([
        { b: "committed", n: BigInt(kill) },
      ]);
      expect(database.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
      database.run("DELETE FROM t WHERE b = 'begun'");
      database.close();
    }
  });
});

it("What belongs to every change is done before each commit, or nothing is", () => {
  const database = table();
  let [done, isFailing] = [0, false];
  database.beforeCommit(() => {
    if (isFailing) throw new Error("no");
    done++;
    database.run("INSERT INTO t VALUES (NULL, 'belongs')");
  });
  database.run("INSERT INTO t VALUES (1, 'one')");
  expect([done, count(database)]).toEqual([1, 2n]);
  database.insert("t (a, b)", 2, [2n, "two", 3n, "three"]);
  expect([done, count(database)]).toEqual([2, 5n]);
  database.transaction(() => {
    database.run("INSERT INTO t VALUES (4, 'four')");
    database.transaction(() => database.insert("t (a, b)", 2, [5n, "five"]));
  });
  expect([done, count(database)]).toEqual([3, 8n]);
  expect(database.get("DELETE FROM t WHERE a = 5 RETURNING b")).toEqual({ b: "five" });
  expect([done, count(database)]).toEqual([4, 8n]);
  isFailing = true;
  expect(() => database.run("INSERT INTO t VALUES (6, 'six')")).toThrow("no");
  expect(count(database)).toBe(8n);
});
