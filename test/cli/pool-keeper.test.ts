/** Who keeps a pool, or restores one: the lock, where it can't be made or is somebody's, and jobs that a pool does not have. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockPool } from "../../src/cli/pool/shared/keeper.js";
import { inProcessIn } from "../support/cli/in-process.js";

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

it("says of a job that the pool does not have what it is only there with, and of no job which there are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-keeper-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "pool.yaml"), "books: pool.db\ncommission: ['0.25']\n");
  const run = (job: string) => inProcessIn(folder, "pool", "run", job, "--config", "pool.yaml");
  expect(await run("payouts")).toMatchObject({
    exitCode: 2,
    stderr: `this pool has no job "payouts" (Pays what is due; only with payouts.send); it has verify, prune\n`,
  });
  expect((await run("nothing")).stderr).toBe(
    `this pool has no job "nothing", expected one of verify, prune\n`,
  );
});
