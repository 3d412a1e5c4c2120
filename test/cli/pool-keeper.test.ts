/** The lock of those who keep a pool or restore one, where it can't be made: a full disk, one that may only be read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockPool } from "../../src/cli/pool/shared/keeper.js";

it("is named where it can't be made", () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-keeper-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const books = join(folder, "pool.db");
  mkdirSync(`${books}.lock`);
  expect(() => lockPool({ books })).toThrow(
    `--db ${books}: the file and its folder have to be writable`,
  );
});

it("is that of the file, whatever links to it are called", () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-keeper-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [books, link] = [join(folder, "pool.db"), join(folder, "link.db")];
  writeFileSync(books, "");
  symlinkSync("pool.db", link);
  const lock = lockPool({ books: link });
  if (typeof lock === "string") throw new Error(lock);
  onTestFinished(() => lock.release());
  expect(lockPool({ books })).toBe(`process ${process.pid}`);
});
