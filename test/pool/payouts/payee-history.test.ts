/** Blocks tell whole seconds, by another clock than that of nodes and of the pool's machine. */
import { describe, expect, it, onTestFinished } from "vitest";
import { openBalances } from "../../../src/pool/books/adjust.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { PayeeHistory } from "../../../src/pool/payouts/payee-history.js";
import { worker } from "../../support/chain/wallet.js";
import { DAY_MS } from "../../support/chain/world.js";

const PAID_MS = Date.UTC(2026, 0, 1, 12, 0, 0, 900);
/** Of a block that was made at that time. */
const BLOCK_MS = PAID_MS - 900;

function emptyStore(): SqlitePoolStore {
  const store = new SqlitePoolStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  return store;
}

function historyOf(...earned: readonly (readonly [atMs: number, wei: bigint])[]): PayeeHistory {
  const store = emptyStore();
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

it("takes no payment for history whose event is dated ahead of its time, as far as such are entered", () => {
  const paid = (atMs: number) => ({ to: worker(1), paidWei: 7n, atMs });
  const history = historyOf([PAID_MS + 20 * 3_600_000, 7n]);
  expect(history.concerns(paid(BLOCK_MS))).toBe(true);
  expect(history.concerns(paid(BLOCK_MS - 5 * 3_600_000))).toBe(false);
});

describe("What was done again after a restore, long after it was paid", () => {
  const LATER_MS = PAID_MS + 90 * DAY_MS;
  const pending = `pending:${worker(1)}:transcode:eu` as const;
  const payment = { to: worker(1), paidWei: 7n, atMs: BLOCK_MS };

  it.each(["round", "adjust"])("is recognised, and no history: %s", (kind) => {
    const store = emptyStore();
    const postings = [{ from: "feesEarned", to: pending, wei: 7n }] as const;
    const seen = { firstSeenMs: PAID_MS - DAY_MS, lastSeenMs: PAID_MS, jobs: 1n, feesWei: 0n };
    if (kind === "round") {
      store.workers.add([{ address: worker(1), nodeType: "transcode", region: "eu", ...seen }]);
    }
    const won = [{ from: "world", to: "feesEarned", wei: 7n }] as const;
    const cause = { kind: "winning-ticket", id: "1" };
    store.ledger.post({ cause, atMs: PAID_MS - 3 * DAY_MS, postings: won });
    // Who worked is somebody of these books before his round is closed.
    expect(new PayeeHistory(store).concerns(payment)).toBe(kind === "round");
    store.ledger.post({ cause: { kind, id: "2" }, atMs: LATER_MS, postings });
    const history = new PayeeHistory(store);
    expect(history.concerns(payment)).toBe(true);
    expect(history.wasDue(worker(1), 7n, BLOCK_MS)).toBe(true);
    expect(history.concerns({ ...payment, atMs: PAID_MS - 4 * DAY_MS })).toBe(false);
  });

  it("is recognised, and no history: opening balances, by the date for which they are", () => {
    const store = emptyStore();
    const balance = { address: worker(1), nodeType: "transcode", region: "eu" };
    const opened = [{ ...balance, pendingWei: 7n, paidWei: 9n }];
    const dates = { nowMs: LATER_MS, atMs: PAID_MS - DAY_MS };
    openBalances(store, opened, { origin: "old", ...dates });
    const history = new PayeeHistory(store);
    expect(history.concerns(payment)).toBe(true);
    expect(history.wasDue(worker(1), 7n, BLOCK_MS)).toBe(true);
    const before = { ...payment, atMs: PAID_MS - DAY_MS - 3_600_000 };
    expect(history.concerns(before)).toBe(false);
    expect(history.concerns({ ...before, paidWei: 10n })).toBe(true);
  });
});
