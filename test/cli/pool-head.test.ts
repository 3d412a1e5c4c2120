/** `export --what head` and `verify --head`: a file that was changed, its chain of hashes too. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { SqliteDatabase } from "../../src/io/sqlite.js";
import { adjust } from "../../src/pool/books/adjust.js";
import { chainAll } from "../../src/pool/books/store/chain-links.js";
import { enter, NOW_MS, openBooks } from "../support/books/books.js";
import { ALICE, list, transcode } from "../support/books/events.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-head-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const db = join(folder, "pool.db");
const pool = (...args: readonly string[]) => inProcess("pool", ...args, "--db", db);

it("verify says what it can't tell without a head, and what it finds with one", async () => {
  const books = openBooks({ path: db });
  expect((await pool("export", "--what", "head")).stdout).toMatch(
    /^head\r?\n\d+:[0-9a-f]{64}\r?\n$/,
  );
  enter(books, list(transcode(ALICE, 100n), transcode(ALICE, 200n)));
  const alice = { address: ALICE.toLowerCase(), nodeType: "transcode", region: "eu" };
  adjust(books.store, { ...alice, wei: 7n, reason: "outage", id: "a1", nowMs: NOW_MS });
  books.store.close();
  const [{ head }] = JSON.parse((await pool("export", "--what", "head", "--json")).stdout);
  const right = await pool("verify", "--head", head);
  expect(right).toMatchObject({ exitCode: 0, stderr: "" });
  expect(right.stdout).toMatch(/and compared with the head from outside.*The books are right/s);

  const file = new SqliteDatabase({ path: db });
  file.exec(`UPDATE logs SET "value" = replace("value", 'outage', 'a gift'); DELETE FROM chain`);
  chainAll(file);
  file.close();
  const blind = await pool("verify");
  expect(blind.exitCode).toBe(0);
  expect(blind.stdout).toMatch(/who made all of them anew is found with --head only/);
  const found = await pool("verify", "--head", head);
  expect(found.exitCode).toBe(1);
  expect(found.stdout).toMatch(/head from outside/);
});

it.each(["", "12", "0:", `0:${"a".repeat(64)}`, `12:${"A".repeat(64)}`])(
  "a head that is none is refused: %j",
  async (head) => {
    const { exitCode, stderr } = await pool("verify", "--head", head);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--head.*expected what pool export --what head wrote/s);
  },
);
