/** Where copies of the books may be, and what is said where they may not. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RemoteError } from "../../src/core/errors.js";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { backUp, copyBooks } from "../../src/pool/operate/jobs/backup-job.js";
import { ALICE, list, transcode } from "../support/books/events.js";
import { inProcessIn } from "../support/cli/in-process.js";

const dir = mkdtempSync(join(tmpdir(), "poolsim-copies-"));
/** Without what SQLite keeps beside a file that is read. */
const files = () =>
  readdirSync(dir)
    .filter((name) => !/-(?:wal|shm)$/.test(name))
    .sort();
const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const pool = (...args: readonly string[]) => inProcessIn(dir, "pool", ...args);

beforeAll(async () => {
  writeFileSync(join(dir, "events.json"), list(transcode(ALICE, 8n)));
  writeFileSync(join(dir, "text"), "no books");
  mkdirSync(join(dir, "folder"));
  symlinkSync("nowhere.db", join(dir, "link.db"));
  const entered = await pool("import", "events.json", "--db", "b.db", "--commission", "0.25");
  expect(entered.exitCode).toBe(0);
  copyFileSync(join(dir, "b.db"), join(dir, "copy.db"));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe("pool backup says what is wrong with the place", () => {
  it.each([
    ["b.db", "it is there"],
    ["./b.db", "it is there"],
    ["nowhere/a.db", "its folder does not exist"],
    ["text/a.db", "its folder is a file"],
  ])("%j: %s", async (place, why) => {
    const before = files();
    expect(await pool("backup", place, "--db", "b.db")).toMatchObject({
      exitCode: 2,
      stderr: `backup ${place}: ${why}; expected a place where it can be written\n`,
    });
    expect(files()).toEqual(before);
  });

  it("an empty place is none", async () => {
    const before = files();
    expect(await pool("backup", "", "--db", "b.db")).toMatchObject({
      exitCode: 2,
      stderr: '<place>: found "", expected a value\n',
    });
    expect(files()).toEqual(before);
  });
});

describe("pool restore says", () => {
  it.each([
    ["b.db", "--db b.db: it is there; expected a place where nothing is"],
    ["link.db", "--db link.db: it is there; expected a place where nothing is"],
    ["folder", "--db folder: it is there; expected a place where nothing is"],
    ["nowhere/a.db", "--db nowhere/a.db: its folder does not exist"],
    ["text/a.db", "--db text/a.db: it cannot be read (ENOTDIR)"],
    ["", '--db: found "", expected the name of a file'],
  ])("of the books %j: %s", async (db, says) => {
    const before = files();
    const said = await pool("restore", "copy.db", "--db", db);
    expect(said).toMatchObject({ exitCode: 2, stderr: `${says}\n` });
    expect(files()).toEqual(before);
  });

  it.each([
    ["nothing.db", "nothing.db: there is no backup"],
    ["text", "text: it is no SQLite file"],
    ["folder", "folder: it is no file"],
  ])("of the backup %s: %s", async (backup, says) => {
    const said = await pool("restore", backup, "--db", "new.db");
    expect(said).toMatchObject({ exitCode: 2, stderr: `${says}\n` });
    expect(existsSync(join(dir, "new.db"))).toBe(false);
  });
});

describe("the log of books that are not in their place any more is kept", () => {
  const log = join(dir, "gone.db-wal");
  let bytes = Buffer.alloc(0);
  beforeAll(() => {
    const live = new SqliteDatabase({ path: join(dir, "live.db") });
    live.exec("CREATE TABLE t (n INTEGER) STRICT");
    bytes = readFileSync(join(dir, "live.db-wal"));
    live.close();
  });
  beforeEach(() => writeFileSync(log, bytes));
  afterAll(() => rmSync(log));

  it.each([
    ["restore", ["copy.db", "--db", "gone.db"]],
    ["backup", ["gone.db", "--db", "b.db"]],
  ])("by %s", async (command, args) => {
    const { exitCode, stderr } = await pool(command, ...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("gone.db-wal")]);
    expect([existsSync(join(dir, "gone.db")), readFileSync(log)]).toEqual([false, bytes]);
  });

  it("by whoever would make new books", async () => {
    const importing = ["events.json", "--db", "gone.db", "--commission", "0.25"];
    const { exitCode, stderr } = await pool("import", ...importing);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("gone.db-wal")]);
    expect([existsSync(join(dir, "gone.db")), readFileSync(log)]).toEqual([false, bytes]);
  });
});

it("pool restore says in the books that they are a copy's, also of one that says nothing of itself", async () => {
  expect((await pool("acts", "--db", "copy.db", "--json")).stdout).not.toMatch(
    /"kind": ?"(?:copy|restore)"/,
  );
  expect(await pool("restore", "copy.db", "--db", "again.db")).toMatchObject({ exitCode: 0 });
  expect((await pool("acts", "--db", "again.db", "--json")).stdout).toMatch(/"kind": ?"restore"/);
  rmSync(join(dir, "again.db"));
});

describe("what came to nothing leaves nothing behind", () => {
  it.each([
    ["books that are wrong", "UPDATE entries SET at = at + 1", 2, /these books are wrong/],
    [
      "books that can't say that they are a backup's",
      "CREATE TRIGGER full BEFORE INSERT ON acts BEGIN SELECT RAISE(ABORT, 'no'); END",
      4,
      /no/,
    ],
  ])("of %s", async (_, change, exitCode, says) => {
    copyFileSync(join(dir, "copy.db"), join(dir, "bad.db"));
    const file = new SqliteDatabase({ path: join(dir, "bad.db") });
    file.exec(change);
    file.close();
    const said = await pool("restore", "bad.db", "--db", "new.db");
    expect(said).toMatchObject({ exitCode, stderr: expect.stringMatching(says) });
    expect(readdirSync(dir).filter((name) => name.startsWith("new.db"))).toEqual([]);
  });

  it("of a copy whose disk is full when it is nearly done: the machine's trouble, not bad input", () => {
    const place = join(dir, "full.db");
    const full = (copy: string) => {
      writeFileSync(`${copy}-wal`, "");
      throw new RemoteError("database or disk is full", { code: "SQLITE_FULL" });
    };
    const error = thrown(() => copyBooks(join(dir, "b.db"), place, full));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      code: "BACKUP",
      message: `backup ${place}: its disk is full, or fails`,
    });
    expect(readdirSync(dir).filter((name) => name.startsWith("full.db"))).toEqual([]);
  });
});

describe("a store of the chain is nobody else's file", () => {
  const discover = (store: string) =>
    inProcessIn(
      dir,
      "discover",
      ...["--network", "arbitrum-one-mainnet", "--ethUrl", "http://127.0.0.1:1"],
      ...["--chainStore", store],
    );

  it.each([
    ["copy.db", "is another program's database, not what poolsim keeps of a chain"],
    ["text", "is no SQLite database"],
    ["folder", "is no regular file"],
  ])("%s %s", async (store, why) => {
    const file = join(dir, store);
    const before = store === "folder" ? "" : readFileSync(file, "latin1");
    expect(await discover(store)).toMatchObject({
      exitCode: 2,
      stderr: `${store} ${why}; expected a file of its own, or none yet\n`,
    });
    if (store !== "folder") expect(readFileSync(file, "latin1")).toBe(before);
  });
});

describe("two copies at once", () => {
  const run = { now: () => Date.UTC(2026, 0), signal: new AbortController().signal, say: () => {} };

  it("of one name: one is made, whole, and the other is refused", async () => {
    const before = files();
    const late = thrown(() =>
      copyBooks(join(dir, "b.db"), join(dir, "same.db"), () => {
        copyBooks(join(dir, "b.db"), join(dir, "same.db"));
      }),
    );
    expect(late).toMatchObject({ code: "BACKUP", message: expect.stringContaining("it is there") });
    expect(files()).toEqual([...before, "same.db"].sort());
    expect(await pool("verify", "--db", "same.db")).toMatchObject({ exitCode: 0 });
    rmSync(join(dir, "same.db"));
  });

  it("in one folder: neither takes the other for what a dead process left, which goes in an hour", async () => {
    const to = join(dir, "copies");
    mkdirSync(to);
    const [left, older] = [
      "pool-20260101T000000Z.db.unfinished",
      "pool-20250101T000000Z.db.0000f00d.unfinished",
    ];
    for (const name of [left, older]) {
      writeFileSync(join(to, name), "");
      utimesSync(join(to, name), 0, 0);
    }
    const byHand = join(to, "pool-20251231T235959Z.db");
    let job: Promise<unknown> | undefined;
    copyBooks(join(dir, "b.db"), byHand, () => {
      job = backUp(join(dir, "b.db"), { to, retention: { keep: 5 } }, run);
    });
    await job;
    expect(readdirSync(to).sort()).toEqual([
      "pool-20251231T235959Z.db",
      "pool-20260101T000000Z.db",
    ]);
    for (const name of readdirSync(to)) {
      expect(await pool("verify", "--db", join(to, name))).toMatchObject({ exitCode: 0 });
    }
    rmSync(to, { recursive: true });
  });
});
