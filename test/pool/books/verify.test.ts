/** Whatever is changed in the file behind the books' back, verify says so. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import type { SchemeName } from "../../../src/pool/books/attribution/registry.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import type { Payout } from "../../../src/pool/payouts/payout.js";
import { closing, reopening, reservation } from "../../../src/pool/payouts/postings.js";
import { type Books, enter, openBooks, wrongIn } from "../../support/books/books.js";
import {
  ALICE,
  aiJob,
  BOB,
  list,
  received,
  redeemed,
  transcode,
} from "../../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const DAY = 86_400_000;
const alice = { address: ALICE.toLowerCase(), nodeType: "transcode", region: "eu" };

/** Books of some jobs, a ticket and, where there are rounds, one that was closed. */
function someBooks(scheme: SchemeName, fill?: (books: Books) => void) {
  const path = join(folder, `${files++}.db`);
  const books = openBooks({ path, scheme });
  const jobs = [transcode(ALICE, 100n), transcode(BOB, 300n), transcode(ALICE, 100n)];
  enter(books, list(...jobs, aiJob("r1", 40), aiJob("r2", 60), redeemed("4000")));
  enter(books, list(received("r1", BOB)));
  fill?.(books);
  if (scheme !== "per-job") closeRound(books.store, { round: 1, nowMs: DAY });
  expect(wrongIn(books)).toEqual([]);
  return { books, path };
}

/** What verify says after a change of the file. */
function findings(
  sql: string,
  scheme: SchemeName = "per-job",
  fill?: (books: Books) => void,
): string {
  const { books, path } = someBooks(scheme, fill);
  const file = new SqliteDatabase({ path });
  file.exec(sql);
  file.close();
  const wrong = wrongIn(books).join("; ");
  books.store.close();
  return wrong;
}

describe("Of events", () => {
  it.each([
    [
      "an amount",
      `content = replace(content, '"feesWei":"300"', '"feesWei":"301"')`,
      /commission|world/,
    ],
    [
      "a worker",
      `content = replace(content, '${alice.address}', '${BOB.toLowerCase()}')`,
      /the events make/,
    ],
    [
      "who is told apart by what",
      "key = key + 1 WHERE sequence = 1",
      /uuid:.* is not found by its identity/,
    ],
    ["the text", "content = '{' WHERE sequence = 1", /can't be read/],
  ])("%s", (_what, change, finding) => {
    expect(findings(`UPDATE events SET ${change}`)).toMatch(finding);
  });

  it("that one is missing", () => {
    expect(findings("DELETE FROM events WHERE sequence = 1")).toMatch(/can't be read|was due/);
  });

  it("that one is there twice", () => {
    const again = `INSERT INTO events SELECT sequence + 7, identity, key, source, at, worker, content
      FROM events WHERE sequence = 1`;
    expect(findings(again)).toMatch(/event uuid:.* is there twice, as 8 and as 1/);
    const found = "INSERT INTO event_keys SELECT key, sequence FROM events WHERE sequence = 8";
    expect(findings(`${again}; ${found}`)).toMatch(/event uuid:.* is there twice, as 1 and as 8/);
  });

  it("that one can't be found any more", () => {
    const lost = "DELETE FROM new_event_keys WHERE event = 1";
    expect(findings(lost)).toMatch(/event uuid:.* is not found by its identity/);
  });
});

describe("Of entries", () => {
  it("what two of them moved, though the sums are the same", () => {
    const swap = `UPDATE entries SET postings = (SELECT e.postings FROM entries e
      WHERE e.sequence = 3 - entries.sequence) WHERE sequence IN (1, 2)`;
    expect(findings(swap)).toMatch(/entry 1 is not what job-processed .* makes/);
  });

  it("a balance", () => {
    expect(
      findings("UPDATE flows SET in_wei = '9', balance_wei = '9' WHERE account = 'commission'"),
    ).toMatch(/commission is kept as 9 wei/);
  });
});

describe("Of what is kept beside them", () => {
  it("what can't be read, and all else that is wrong", () => {
    const unread = "UPDATE processed SET address = x'00'; UPDATE flows SET in_wei = '9'";
    expect(
      findings(`PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') WHERE name = 'processed';
      PRAGMA writable_schema = RESET; ${unread}`),
    ).toMatch(/is kept as .*can't be read: .*address/);
  });

  it.each([
    ["whose an AI job is", `UPDATE processed SET address = '${alice.address}'`, /is kept as 0x/],
    ["a ticket", "UPDATE tickets SET state = 'won', tx_hash = NULL", /ticket 1 is not/],
    ["that there is a ticket", "DELETE FROM tickets", /there are 0 tickets, the events make 1/],
    ["a worker's sum", "UPDATE workers SET jobs = jobs + 1", /is kept with 3 jobs, 200 wei/],
  ])("%s", (_what, change, finding) => {
    expect(findings(change)).toMatch(finding);
  });

  it.each(["by-weights", "sliding-window"] as const)(
    "where the next round goes on (%s)",
    (scheme) => {
      const change = "UPDATE settings SET value = '[]' WHERE key = 'roundBoundaries'";
      expect(findings(change, scheme)).toMatch(/roundBoundaries is not what/);
    },
  );
});

describe("Of payouts", () => {
  const pay =
    (...states: readonly Payout["state"][]) =>
    ({ store }: Books) => {
      const account = pendingAccount(alice);
      const wallet = BOB.toLowerCase();
      const intent = {
        address: alice.address,
        amountWei: 90n,
        createdAtMs: 1,
        chainId: 1n,
        nonce: 0,
      };
      const id = store.payouts.add({
        ...intent,
        fromAddress: wallet,
        sources: [{ account, wei: 90n }],
      });
      const parts = [{ ...alice, wei: 90n }];
      const txHash = `0x${"01".repeat(32)}`;
      const inclusion = {
        txHash,
        blockNumber: 1,
        blockHash: txHash,
        outcome: "paid",
        gasWei: 3n,
      } as const;
      const payout = { ...intent, id, wallet, parts, attempts: [], inclusion, updatedAtMs: 1 };
      store.ledger.post(reservation(payout));
      for (const state of states) {
        if (state === "sent") store.ledger.post(reopening({ ...payout, state: "confirmed" }, 2));
        else store.ledger.post(closing({ ...payout, state }, 2));
        store.payouts.change(id, {
          state,
          gasFeesWei: state === "sent" ? null : 3n,
          updatedAtMs: 2,
        });
      }
      if (states.length === 0) store.payouts.change(id, { state: "signed", updatedAtMs: 1 });
    };

  it.each([
    ["an amount on its way", [], "amount = '91'"],
    ["an amount that was paid", ["confirmed"], "amount = '91'"],
    ["that it was paid", ["confirmed"], "state = 'sent'"],
    ["that it failed", ["failed"], "state = 'confirmed'"],
    ["its gas", ["failed"], "gas_fees = '4'"],
    ["that it was undone", ["confirmed", "sent"], "state = 'confirmed'"],
  ] as const)("%s", (_what, states, change) => {
    const wrong = findings(`UPDATE payouts SET ${change}`, "per-job", pay(...states));
    expect(wrong).toMatch(/payout 1, .* has other entries/);
  });

  it("that there was one", () => {
    const wrong = findings("DELETE FROM payouts", "per-job", pay("confirmed"));
    expect(wrong).toBe(
      "payout 1 has entries and is not there; payouts 1 is missing, and the chain covers it",
    );
  });
});
