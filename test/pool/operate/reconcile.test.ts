/** Which tickets of a transaction no node told, where several of them have the same amount. */
import { expect, it } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import type { IncomeRow } from "../../../src/pool/books/store/store.js";
import { enterUntold } from "../../../src/pool/operate/income/enter-untold.js";
import { reconcile } from "../../../src/pool/operate/income/reconcile.js";
import { balances, enter, NOW_MS, openBooks, wrongIn } from "../../support/books/books.js";

const RECIPIENT = `0x${"0c".repeat(20)}`;
const SENDERS = [`0x${"5e".repeat(20)}`, `0x${"5f".repeat(20)}`] as const;
const OPTIONS = { recipient: RECIPIENT, region: "eu", nowMs: NOW_MS };

const row = (transaction: number, logIndex: number, sender: string, wei: bigint): IncomeRow => ({
  chainId: 1n,
  txHash: `0x${transaction.toString(16).padStart(64, "0")}`,
  logIndex,
  blockNumber: transaction,
  blockHash: `0x${"b".repeat(64)}`,
  recipient: RECIPIENT,
  sender,
  faceValueWei: wei,
  paidWei: wei,
  winProb: 7n,
  creationRound: 9n,
  gasWei: 3n,
  atMs: NOW_MS - 1_000,
});

let ids = 0;
function told(type: "winning-ticket" | "ticket-redeemed", ticket: IncomeRow): string {
  const id = `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`;
  const { recipient, sender, faceValueWei, winProb, creationRound, txHash } = ticket;
  const hash = type === "ticket-redeemed" ? `,"txHash":"${txHash}","gasFees":3` : "";
  return (
    `[{"ID":"${id}","DT":"2026-11-01T00:00:00Z","EventType":"${type}","Version":1,"NodeType":"transcode",` +
    `"Region":"eu","Payload":{"recipient":"${recipient}","sender":"${sender}","faceValue":${faceValueWei},` +
    `"winProb":${winProb},"creationRound":${creationRound}${hash}}}]`
  );
}

/** Enters what was told and then what nobody told; what the books have of it. */
function entered(
  rows: readonly IncomeRow[],
  events: readonly string[],
  entersAfter: boolean[] = [],
) {
  const books = openBooks({ scheme: "by-weights" });
  const enterAll = () => enterUntold(books.store, rows, OPTIONS);
  for (const [index, event] of events.entries()) {
    enter(books, event);
    if (entersAfter[index] === true) enterAll();
  }
  enterAll();
  const { agreed, untold, unfound, different } = reconcile(books.store, rows, RECIPIENT);
  const tickets = books.store.tickets.list();
  const { feesEarned } = balances(books);
  const wrong = wrongIn(books);
  books.store.close();
  const counts = [agreed, untold, unfound, different].map(({ length }) => length);
  return { counts, feesEarned, states: new Set(tickets.map(({ state }) => state)), wrong };
}

it("a told ticket is the one of its sender, not another of the same amount", () => {
  const [one, other] = [row(1, 4, SENDERS[0], 10n), row(1, 5, SENDERS[1], 10n)];
  const events = [told("ticket-redeemed", other), told("winning-ticket", one)];
  expect(entered([one, other], events)).toEqual({
    counts: [2, 0, 0, 0],
    feesEarned: 20n,
    states: new Set(["redeemed"]),
    wrong: [],
  });
});

it("a ticket that a node told while the chain was read is not entered again", () => {
  const books = openBooks({ scheme: "by-weights" });
  const rows = [row(1, 4, SENDERS[0], 10n), row(2, 5, SENDERS[1], 7n)];
  expect(reconcile(books.store, rows, RECIPIENT).untold).toEqual(rows);
  // As the import does meanwhile, in another process.
  enter(books, told("ticket-redeemed", rows[0] ?? row(1, 4, SENDERS[0], 10n)));
  const { entered: fresh } = enterUntold(books.store, rows, OPTIONS);
  expect([fresh, balances(books)["feesEarned"]]).toEqual([[rows[1]], 17n]);
  expect(wrongIn(books)).toEqual([]);
  books.store.close();
});

it("whatever nodes told, in any order: each ticket is income once", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { k0, k1 } = makeKey(seed, 77);
    let draws = 0;
    const draw = () => uniform(k0, k1, draws++);
    const below = (end: number) => Math.floor(draw() * end);
    const rows: IncomeRow[] = [];
    for (let transaction = 1 + below(2); transaction > 0; transaction--) {
      for (let count = 2 + below(3); count > 0; count--) {
        const sender = SENDERS[below(2)] ?? SENDERS[0];
        rows.push(row(transaction, rows.length, sender, 10n));
      }
    }
    const events = rows
      .flatMap((ticket) => [
        ...(draw() < 0.5 ? [told("winning-ticket", ticket)] : []),
        ...(draw() < 0.4 ? [told("ticket-redeemed", ticket)] : []),
      ])
      .map((event) => ({ event, place: draw() }))
      .sort((first, second) => first.place - second.place)
      .map(({ event }) => event);
    const found = entered(
      rows,
      events,
      events.map(() => draw() < 0.3),
    );
    expect(found, `seed ${seed}`).toEqual({
      counts: [rows.length, 0, 0, 0],
      feesEarned: rows.reduce((sum, { paidWei }) => sum + paidWei, 0n),
      states: new Set(["redeemed"]),
      wrong: [],
    });
  }
});
