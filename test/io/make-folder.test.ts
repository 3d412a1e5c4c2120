import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeFolder } from "../../src/io/make-folder.js";
import { lockWallet } from "../../src/pool/payouts/wallet-lock.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-folders-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("folders above that are missing are made too, and one that is there stays", () => {
  const path = join(folder, "a/b/c");
  makeFolder(path, 0o700);
  makeFolder(path, 0o755);
  for (const made of ["a", "a/b", "a/b/c"]) {
    expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
  }
});

it("what is there and is no folder is an error of the system", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow("EEXIST");
  expect(() => makeFolder(join(file, "below/it"))).toThrow("ENOTDIR");
});

it("where no folder can be made, it ends with an error instead of never", async () => {
  expect(() => makeFolder("/proc/poolsim")).toThrow();
  expect(() => makeFolder("/proc/poolsim/locks")).toThrow();
  const lock = lockWallet({
    folder: "/proc/poolsim",
    chainId: 42161n,
    wallet: "0x4416a274f86e1db860b513548b672154d43b81b2",
    holder: "test",
    waitMs: 0,
  });
  await expect(lock).rejects.toMatchObject({ code: "PAYOUT_LOCK_FOLDER" });
});
