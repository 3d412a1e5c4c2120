/** `pool payouts` without `--send`: who is due, and how much is not yet worth paying. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { pendingAccount } from "../../src/pool/books/accounts.js";
import { openBooks } from "../support/books/books.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-payouts-report-"));
afterAll(() => rmSync(folder, { recursive: true }));
const GWEI = 10n ** 9n;

const addressOf = (index: number) => `0x${String(index).padStart(40, "a")}`;

/** Books that owe each of them so many gwei. */
function booksOf(name: string, ...gwei: readonly bigint[]): string {
  const path = join(folder, name);
  const { store } = openBooks({ path });
  for (const [index, amount] of gwei.entries()) {
    const worker = pendingAccount({ address: addressOf(index), nodeType: "ai", region: "eu" });
    const wei = amount < 0n ? -amount * GWEI : amount * GWEI;
    const [from, to] = amount < 0n ? ([worker, "world"] as const) : (["world", worker] as const);
    store.ledger.post({
      cause: { kind: "test", id: `${index}` },
      atMs: 0,
      postings: [{ from, to, wei }],
    });
  }
  store.close();
  return path;
}

it("Those below the threshold are counted and added up; the JSON has each", async () => {
  const db = booksOf("many.db", 5_000_000n, 4_000_000n, 1n, -2n);
  const { exitCode, stdout } = await inProcess("pool", "payouts", "--db", db);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n").slice(0, 4)).toEqual([
    "Dry run: nothing is signed or sent without --send.",
    `${addressOf(0)}  0.005 ETH  due`,
    "2 addresses are below the threshold: 0.004000001 ETH all together; --json shows each.",
    "1 address is below zero: -0.000000002 ETH all together; --json shows each.",
  ]);
  const json = await inProcess("pool", "payouts", "--db", db, "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    owed: [0, 1, 2, 3].map((index) => ({ address: addressOf(index), isDue: index === 0 })),
  });
});

it("Another threshold makes others due", async () => {
  const db = booksOf("few.db", 10n, 9n);
  const { stdout } = await inProcess("pool", "payouts", "--db", db, "--threshold", "10gwei");
  expect(stdout).toContain(`${addressOf(0)}  0.00000001 ETH  due\n`);
  expect(stdout).toContain("1 address is below the threshold: 0.000000009 ETH all together");
});

it("The help says gas in gwei, and --json as all other commands do", async () => {
  const { stdout } = await inProcess("pool", "payouts", "--help");
  const text = stdout.replaceAll(/\s+/g, " ");
  expect(text).toContain("most for a unit of gas, e.g. 0.5gwei; default: 10gwei");
  expect(text).toContain("--json for programs: one JSON document; amounts are text, times UTC");
});
