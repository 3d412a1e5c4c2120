/** What is special about books in a file; what any store does is in test/testing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pendingAccount } from "../../../../src/pool/books/accounts.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";

const alice = pendingAccount({ address: "0xA11CE", nodeType: "ai", region: "eu" });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("A file is there again when it is opened again, and a reader needs no writer", () => {
  const path = join(folder, "pool.db");
  const store = new SqlitePoolStore({ path });
  store.ledger.post({
    cause: { kind: "adjust", id: "1" },
    atMs: 0,
    postings: [{ from: "world", to: alice, wei: 7n }],
  });
  store.close();
  const again = new SqlitePoolStore({ path, readOnly: true });
  expect(again.ledger.balance(alice)).toBe(7n);
  expect(() => again.setSetting("a", "b")).toThrow(/readonly/);
  again.close();
});
