/** What SQLite drops of a damaged log without a word is found; what a killed process leaves is not. */
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeKey, uniform } from "../../src/core/random.js";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { walDamage } from "../../src/io/wal-damage.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-wal-"));
afterAll(() => rmSync(folder, { recursive: true }));
let next = 0;

interface Image {
  readonly path: string;
  readonly log: string;
  readonly index: string;
  /** Copies made again, whole. */
  restore(): void;
  /** How many rows SQLite finds without the index. */
  rows(): number;
}

/** A database as a process that is killed leaves it, with so many transactions in its log. */
function killed(transactions: number, work?: (database: SqliteDatabase) => void): Image {
  const live = join(folder, `live-${next}.db`);
  const path = join(folder, `${next++}.db`);
  const database = new SqliteDatabase({ path: live });
  database.exec("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (n INTEGER, x BLOB) STRICT");
  for (let number = 0; number < transactions; number++) {
    database.transaction(() => {
      for (let row = 0; row < 3; row++) {
        database.run("INSERT INTO t VALUES (?, zeroblob(3000))", BigInt(number));
      }
    });
  }
  work?.(database);
  const files = ["", "-wal", "-shm"].map(
    (suffix) => [suffix, readFileSync(live + suffix)] as const,
  );
  database.close();
  const restore = () => {
    for (const [suffix, bytes] of files) writeFileSync(path + suffix, bytes);
  };
  restore();
  const rows = () => {
    // The driver closes files late: each time another one.
    const copy = join(folder, `rows-${next++}.db`);
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, copy + suffix);
    const file = new SqliteDatabase({ path: copy, readOnly: true });
    try {
      return Number(file.get("SELECT count(*) AS n FROM t")?.["n"]);
    } catch (error) {
      // Even the table was only in the log.
      expect(String(error)).toMatch(/no such table/);
      return 0;
    } finally {
      file.close();
    }
  };
  return { path, log: `${path}-wal`, index: `${path}-shm`, restore, rows };
}

/** Changes one byte. */
function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x41;
  writeFileSync(file, bytes);
}

describe("A log beside a database", () => {
  it("that a killed process left is whole", () => {
    const image = killed(5);
    expect(walDamage(image.path)).toBeNull();
    expect(image.rows()).toBe(15);
    expect(walDamage(join(folder, "none.db"))).toBeNull();
  });

  it("with any byte of it changed: whenever SQLite drops rows, it is found, index or not", () => {
    const image = killed(5);
    const size = readFileSync(image.log).length;
    const { k0, k1 } = makeKey(5);
    let dropped = 0;
    for (let index = 0; index < 60; index++) {
      image.restore();
      const at = index < 56 ? index : Math.floor(uniform(k0, k1, index) * size);
      flip(image.log, at);
      const isDropped = image.rows() < 15;
      if (isDropped) dropped++;
      expect([at, walDamage(image.path)?.isCertain ?? false]).toEqual([at, isDropped]);
      rmSync(image.index);
      expect([at, walDamage(image.path) !== null]).toEqual([at, isDropped]);
    }
    expect(dropped).toBeGreaterThan(30);
  });

  it("whose last transaction is damaged was committed if the index says so, else perhaps", () => {
    const image = killed(2);
    const size = readFileSync(image.log).length;
    flip(image.log, size - 100);
    expect(image.rows()).toBe(3);
    expect(walDamage(image.path)).toMatchObject({
      isCertain: true,
      reason: expect.stringMatching(/-wal: 1 transaction that had been committed can't be read/),
    });
    rmSync(image.index);
    expect(walDamage(image.path)).toMatchObject({
      isCertain: false,
      reason: expect.stringMatching(/damaged, or a power cut came before/),
    });
  });

  it("that is cut off, emptied or removed is found as long as the index is there, and only then", () => {
    const image = killed(3);
    const size = readFileSync(image.log).length;
    for (const left of [size - 1, Math.floor(size / 2), 32, 0]) {
      image.restore();
      truncateSync(image.log, left);
      expect([left, walDamage(image.path)?.isCertain]).toEqual([left, true]);
      rmSync(image.index);
      // A former state of the database, right in itself: nothing is left that could tell.
      expect([left, walDamage(image.path)]).toEqual([left, null]);
    }
    image.restore();
    rmSync(image.log);
    expect(walDamage(image.path)?.reason).toMatch(/-wal is missing or empty, and .*-shm says/);
    rmSync(image.index);
    expect(walDamage(image.path)).toBeNull();
  });

  it("whose database is missing is what is left of it", () => {
    const image = killed(2);
    rmSync(image.path);
    for (const file of [image.index, image.log]) {
      expect(walDamage(image.path)).toMatchObject({
        isCertain: true,
        reason: expect.stringContaining(`${image.log} is there, and the database is not`),
      });
      rmSync(file);
    }
    expect(walDamage(image.path)).toBeNull();
  });

  it("whose header is damaged is lost as a whole", () => {
    const image = killed(3);
    flip(image.log, 17);
    expect(walDamage(image.path)?.reason).toMatch(/its header is damaged/);
  });

  it("that was begun anew has frames of before behind its own, and is whole", () => {
    const image = killed(20, (database) => {
      database.exec("PRAGMA wal_checkpoint(RESTART)");
      database.run("INSERT INTO t VALUES (99, x'00')");
    });
    expect(image.rows()).toBe(61);
    expect(walDamage(image.path)).toBeNull();
    // Of those before nothing is asked any more.
    flip(image.log, readFileSync(image.log).length - 100);
    expect(walDamage(image.path)).toBeNull();
  });

  it("that has all it holds in the database too is whole, and may be gone", () => {
    const image = killed(3, (database) => database.exec("PRAGMA wal_checkpoint(PASSIVE)"));
    expect(walDamage(image.path)).toBeNull();
    rmSync(image.log);
    expect(walDamage(image.path)).toBeNull();
  });

  it("with the beginning of a transaction that was not committed is whole", () => {
    const image = killed(3);
    const bytes = readFileSync(image.log);
    const frame = Buffer.alloc(24 + 4096, 7);
    bytes.copy(frame, 8, 16, 24);
    frame.fill(0, 4, 8);
    for (const part of [10, 24, 3_000, frame.length]) {
      writeFileSync(image.log, Buffer.concat([bytes, frame.subarray(0, part)]));
      expect([part, walDamage(image.path)]).toEqual([part, null]);
    }
    // A commit that was being written: the index says that it never was.
    frame.fill(1, 4, 8);
    writeFileSync(image.log, Buffer.concat([bytes, frame]));
    expect(walDamage(image.path)).toBeNull();
  });

  it("is looked at while it is written", () => {
    const path = join(folder, "busy.db");
    const database = new SqliteDatabase({ path });
    database.exec("PRAGMA wal_autocheckpoint = 4; CREATE TABLE t (n INTEGER) STRICT");
    for (let number = 0; number < 50; number++) {
      database.run("INSERT INTO t VALUES (?)", BigInt(number));
      expect(walDamage(path)).toBeNull();
    }
    database.close();
  });
});
