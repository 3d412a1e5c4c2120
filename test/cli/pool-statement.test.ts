/** Statements of a worker and tables of a period: they add up to the wei, and name their transactions. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pendingAccount } from "../../src/pool/books/accounts.js";
import { adjust } from "../../src/pool/books/adjust.js";
import { closing, reservation } from "../../src/pool/payouts/postings.js";
import { enter, openBooks } from "../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../support/books/events.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const db = join(folder, "pool.db");
const alice = ALICE.toLowerCase();
const HASH = `0x${"ab".repeat(32)}`;
const PAID_MS = Date.UTC(2026, 10, 10);

beforeAll(() => {
  const books = openBooks({ path: db });
  const { store } = books;
  enter(books, list(transcode(ALICE, 1_000n), transcode(BOB, 300n)));
  const place = { address: alice, nodeType: "transcode", region: "eu" };
  const wallet = { chainId: 1n, fromAddress: BOB.toLowerCase(), nonce: 0 };
  const sources = [{ account: pendingAccount(place), wei: 750n }];
  const created = { address: alice, amountWei: 750n, createdAtMs: PAID_MS };
  const id = store.payouts.add({ ...created, ...wallet, sources });
  const inclusion = { txHash: HASH, blockNumber: 1, blockHash: "0x1", gasWei: 3n } as const;
  const payout = {
    ...{ ...created, id, chainId: 1n, wallet: BOB, nonce: 0, attempts: [], updatedAtMs: PAID_MS },
    parts: [{ nodeType: "transcode", region: "eu", wei: 750n }],
    state: "confirmed" as const,
    inclusion: { ...inclusion, outcome: "paid" as const },
  };
  store.ledger.post(reservation(payout), closing(payout, PAID_MS + 1));
  const { blockNumber, blockHash, gasWei: gasFeesWei } = inclusion;
  const where = { txHash: HASH, blockNumber, blockHash, gasFeesWei };
  store.payouts.change(id, { state: "confirmed", ...where, updatedAtMs: PAID_MS + 1 });
  const why = { reason: "<b>outage</b>", id: "<script>", nowMs: PAID_MS + 86_400_000 };
  adjust(store, { ...place, wei: 7n, ...why });
  store.close();
});

const exported = async (...args: readonly string[]) =>
  await inProcess("pool", "export", "--db", db, ...args);

it("A statement has what was earned, paid with its transaction, and what is owed after each", async () => {
  const { stdout } = await exported("--what", "statement", "--address", ALICE, "--json");
  const rows: readonly Record<string, unknown>[] = JSON.parse(stdout);
  expect(
    rows.map((row) => [
      row["kind"],
      row["owed_wei"],
      row["paid_wei"],
      row["balance_wei"],
      row["tx_hash"],
    ]),
  ).toEqual([
    ["job-processed", "750", "0", "750", null],
    ["payout-reserved", "-750", "0", "0", HASH],
    ["payout-confirmed", "0", "750", "0", HASH],
    ["adjust", "7", "0", "7", null],
  ]);
});

it("A period begins with what was owed then, and has nothing of before or after", async () => {
  const period = ["--since", "2026-11-10", "--until", "2026-11-11"];
  const page = await exported("--what", "statement", "--address", ALICE, "--html", ...period);
  expect(page.stdout).toContain(
    "<td>Owed at the beginning</td><td>0.00000000000000075 ETH (750 wei)</td>",
  );
  expect(page.stdout).toContain("<td>Owed at the end</td><td>0 ETH (0 wei)</td>");
  expect(page.stdout).toContain(HASH);
  expect(page.stdout).not.toContain("adjust");
  for (const [what, count] of [
    ["journal", 4],
    ["payouts", 1],
    ["jobs", 0],
    ["tickets", 0],
  ] as const) {
    const { stdout } = await exported("--what", what, "--json", ...period);
    expect(JSON.parse(stdout)).toHaveLength(count);
  }
  const all = await exported("--what", "statement", "--address", ALICE, "--html");
  expect(all.stdout).toContain("&lt;script&gt;");
  expect(all.stdout).not.toContain("<script");
});

it.each([
  ["a period of balances", ["--what", "workers", "--since", "2026-11-10"], /--since/],
  ["nobody's statement", ["--what", "statement"], /--address/],
  ["a page of a table", ["--what", "payouts", "--html"], /statement/],
  [
    "a period that ends before it begins",
    ["--since", "2026-11-10", "--until", "2026-11-10"],
    /after/,
  ],
  ["no address", ["--what", "statement", "--address", "0x12"], /address/],
])("Refuses %s", async (_, args, expected) => {
  const { exitCode, stderr } = await exported(...args);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(expected)]);
});
