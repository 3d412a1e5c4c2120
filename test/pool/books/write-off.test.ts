/** Tickets that won and will never be redeemed: no income after all, and taken back where they are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { voidEvent } from "../../../src/pool/books/decide.js";
import type { TicketRedeemed, WinningTicket } from "../../../src/pool/books/events/event.js";
import { waitingTickets, writeOffTicket, writtenOff } from "../../../src/pool/books/write-off.js";
import {
  type Books,
  balances,
  enter,
  NOW_MS,
  openBooks,
  wrongIn,
} from "../../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../../support/books/events.js";

const alice = pendingAccount({ address: ALICE.toLowerCase(), nodeType: "transcode", region: "eu" });
let next = 0;

/** @param tx of the redemption; null: a win */
function event(face: number, tx: number | null): WinningTicket | TicketRedeemed {
  const id = next++;
  const ticket = {
    identity: { form: "caller", id: `w${id}` },
    atMs: NOW_MS - 86_400_000 + id * 1_000,
    region: "eu",
    nodeType: "transcode",
    recipient: ALICE.toLowerCase(),
    sender: BOB.toLowerCase(),
    faceValueWei: BigInt(face),
    winProb: 1n,
    creationRound: 4000n,
  } as const;
  if (tx === null) return { ...ticket, type: "winning-ticket" };
  const txHash = `0x${`${face % 10}${tx}`.repeat(32)}`;
  return { ...ticket, type: "ticket-redeemed", pricePerPixel: null, txHash, gasFeesWei: 3n };
}

const won = ({ ingest }: Books, face: number) => ingest.record([event(face, null)], "node");
const redeemed = ({ ingest }: Books, face: number, tx = 1) =>
  ingest.record([event(face, tx)], "node");
const why = { reason: "the gateway has no reserve", author: "Ada", nowMs: NOW_MS };
const off = ({ store }: Books, place: number) => writeOffTicket(store, { event: place, ...why });
const undo = ({ store }: Books, place: number) =>
  writeOffTicket(store, { event: place, isUndone: true, ...why });

describe("A ticket that is written off", () => {
  it.each(["per-job", "by-weights"] as const)(
    "%s: any order of wins, redemptions, write-offs and their ends: as if what is off was never told",
    (scheme) => {
      const step = fc.record({
        what: fc.constantFrom("win", "win", "redeem", "off", "off", "undo"),
        face: fc.constantFrom(1_001, 1_002),
        pick: fc.nat(20),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
          const books = openBooks({ scheme });
          const told: (WinningTicket | TicketRedeemed)[] = [];
          const out = new Set<number>();
          for (const [index, { what, face, pick }] of steps.entries()) {
            if (what === "win" || what === "redeem") {
              const one = event(face, what === "win" ? null : index);
              told.push(one);
              books.ingest.record([one], "node");
              continue;
            }
            const rows = what === "off" ? waitingTickets(books.store) : writtenOff(books.store);
            const row = rows[pick % Math.max(rows.length, 1)];
            if (row === undefined) continue;
            if (what === "off") out.add(row.event);
            else out.delete(row.event);
            const done = what === "off" ? off(books, row.event) : undo(books, row.event);
            expect(done.isNew).toBe(true);
          }
          const without = openBooks({ scheme });
          without.ingest.record(
            told.filter((_, place) => !out.has(place)),
            "node",
          );
          expect(balances(books)).toEqual(balances(without));
          expect(
            writtenOff(books.store)
              .map(({ event: place }) => place)
              .sort(),
          ).toEqual([...out].sort());
          const waits = books.store.tickets.list().filter(({ state }) => state === "won");
          expect(waitingTickets(books.store)).toHaveLength(waits.length);
          expect(wrongIn(books)).toEqual([]);
        }),
        { numRuns: 40 },
      );
    },
  );

  it("of a closed round comes back out of its shares; taken back, the next round splits it", () => {
    const books = openBooks({ scheme: "by-weights" });
    enter(books, list(transcode(ALICE, 8n), transcode(BOB, 16n)));
    won(books, 4_001);
    closeRound(books.store, { round: 1, nowMs: NOW_MS });
    const before = balances(books);
    expect(off(books, 2)).toMatchObject({ isNew: true, incomeWei: -4_001n, round: 1 });
    expect(off(books, 2)).toMatchObject({ isNew: false });
    expect(balances(books)).toEqual({});
    expect(writtenOff(books.store)).toMatchObject([{ event: 2, faceValueWei: 4_001n }]);
    expect(undo(books, 2)).toMatchObject({ isNew: true, incomeWei: 4_001n });
    expect(balances(books)).toMatchObject({ feesEarned: 4_001n, ticketsReceivable: 4_001n });
    enter(books, list(transcode(ALICE, 8n), transcode(BOB, 16n)));
    closeRound(books.store, { round: 2, nowMs: NOW_MS });
    expect(books.store.ledger.balance(alice)).toBe(before[alice]);
    expect(wrongIn(books)).toEqual([]);
    expect(
      books.store.acts.list().map(({ kind, author, reason }) => [kind, author, reason]),
    ).toEqual([
      ["write-off-undone", "Ada", why.reason],
      ["write-off", "Ada", why.reason],
    ]);
  });

  it("that is redeemed after all counts, once", () => {
    const books = openBooks({ scheme: "by-weights" });
    won(books, 4_000);
    off(books, 0);
    redeemed(books, 4_000);
    expect(balances(books)).toMatchObject({ feesEarned: 4_000n, wallet: 3_997n });
    undo(books, 0);
    expect(balances(books)).toMatchObject({ feesEarned: 4_000n, wallet: 3_997n });
    expect(balances(books)["ticketsReceivable"] ?? 0n).toBe(0n);
    expect(() => off(books, 0)).toThrow(/was redeemed/);
    expect(wrongIn(books)).toEqual([]);
  });

  it("has to be one: refused, and nothing kept", () => {
    const books = openBooks({ scheme: "by-weights" });
    enter(books, list(transcode(ALICE, 8n)));
    won(books, 4_000);
    expect(() => off(books, 0)).toThrow(/job-processed, expected a ticket that won/);
    expect(() => off(books, 9)).toThrow(/there is no event 9/);
    expect(() => writeOffTicket(books.store, { event: 1, ...why, reason: " " })).toThrow(
      /a reason/,
    );
    expect(undo(books, 1)).toMatchObject({ isNew: false });
    voidEvent(books.store, { event: 1, reason: "absurd", nowMs: NOW_MS });
    expect(() => off(books, 1)).toThrow(/is void/);
    expect(books.store.decisions.list()).toHaveLength(1);
  });
});
