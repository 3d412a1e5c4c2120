/** Blocks tell whole seconds, by another clock than that of nodes and of the pool's machine. */
import { expect, it, onTestFinished } from "vitest";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { PayeeHistory } from "../../../src/pool/payouts/payee-history.js";
import { worker } from "../../support/chain/wallet.js";

const PAID_MS = Date.UTC(2026, 0, 1, 12, 0, 0, 900);
/** Of a block that was made at that time. */
const BLOCK_MS = PAID_MS - 900;

function historyOf(...earned: readonly (readonly [atMs: number, wei: bigint])[]): PayeeHistory {
  const store = new SqlitePoolStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  for (const [index, [atMs, wei]] of earned.entries()) {
    const to = `pending:${worker(1)}:transcode:eu` as const;
    const cause = { kind: "job-processed", id: String(index) };
    store.ledger.post({ cause, atMs, postings: [{ from: "world", to, wei }] });
  }
  return new PayeeHistory(store);
}

it("recognises what was earned in the second of the block that paid it", () => {
  const history = historyOf([PAID_MS - 90_000, 5n], [PAID_MS - 100, 2n]);
  expect(history.wasDue(worker(1), 7n, BLOCK_MS)).toBe(true);
  expect(history.wasDue(worker(1), 5n, BLOCK_MS)).toBe(true);
});

it("takes no payment for history that was made in the second of what it paid", () => {
  const history = historyOf([PAID_MS - 100, 7n]);
  expect(history.concerns({ to: worker(1), paidWei: 7n, atMs: BLOCK_MS })).toBe(true);
});

it("does not recognise what was earned long after", () => {
  const history = historyOf([PAID_MS - 90_000, 5n], [PAID_MS + 90_000, 2n]);
  expect(history.wasDue(worker(1), 7n, BLOCK_MS)).toBe(false);
});
