/** Looking at a database's file takes no lock away from the process's own connections. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { checkBooks, fileKind } from "../../src/cli/pool/shared/open-books.js";
import { pastOfBooks } from "../../src/cli/shared/pool-past.js";
import { readBeginning } from "../../src/io/lock-safe-read.js";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { walDamage } from "../../src/io/wal-damage.js";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-locks-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
let path = "";
let store: SqlitePoolStore;
beforeEach(() => {
  path = join(folder, `${++files}.db`);
  store = new SqlitePoolStore({ path });
  store.setSetting("commission", "1/4");
  return () => store.close();
});

/** Another process that writes, and closes the file as the last one. */
function other(): string {
  const driver = pathToFileURL(join(process.cwd(), "node_modules/libsql/index.js")).href;
  const program = `
    import Driver from ${JSON.stringify(driver)};
    try {
      const file = new Driver(${JSON.stringify(path)}, { timeout: 100 });
      file.exec("BEGIN IMMEDIATE; INSERT INTO cursors VALUES ('other', 'x'); COMMIT");
      file.close();
      console.log("wrote");
    } catch (error) { console.log(error.code); }`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  return stdout.trim();
}

const LOOKS: readonly (readonly [name: string, look: () => unknown])[] = [
  ["the log", () => walDamage(path)],
  ["the books before they are opened", () => checkBooks(path, "write")],
  ["what kind of file it is", () => fileKind(path)],
  [
    "the books, opened and closed again",
    () => new SqlitePoolStore({ path, readOnly: true }).close(),
  ],
  ["a past to calibrate from", () => pastOfBooks(path)],
];

describe("who looks at", () => {
  it.each(LOOKS)("%s leaves a writer alone with the file", (_, look) => {
    store.transaction(() => {
      store.setCursor("ours", "x");
      look();
      expect(other()).toBe("SQLITE_BUSY");
    });
  });

  it.each(LOOKS)("%s leaves the log with who has it open", (_, look) => {
    look();
    expect(other()).toBe("wrote");
    expect(existsSync(`${path}-wal`)).toBe(true);
    store.setCursor("ours", "y");
    const file = new SqliteDatabase({ path, readOnly: true });
    expect(file.all("SELECT source FROM cursors ORDER BY source")).toEqual([
      { source: "other" },
      { source: "ours" },
    ]);
    file.close();
  });
});

describe("what it protects from", () => {
  it.runIf(process.platform !== "win32")("closing any descriptor gives up the locks", () => {
    store.transaction(() => {
      store.setCursor("ours", "x");
      closeSync(openSync(`${path}-shm`, "r"));
      expect(other()).toBe("wrote");
    });
  });

  it("a file that was removed is forgotten, and one in its place is read", () => {
    const before = readBeginning(path, 16).toString("latin1");
    expect(before).toBe("SQLite format 3\0");
    store.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
    store = new SqlitePoolStore({ path });
    expect(readBeginning(path, 6).toString()).toBe("SQLite");
    expect(() => readBeginning(join(folder, "none"), 1)).toThrow("ENOENT");
  });
});
