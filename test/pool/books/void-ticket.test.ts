/** Tickets that an operator takes out: as if they had never been told, and out of closed rounds too. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { voidEvent } from "../../../src/pool/books/decide.js";
import type { TicketRedeemed, WinningTicket } from "../../../src/pool/books/events/event.js";
import {
  type Books,
  balances,
  enter,
  NOW_MS,
  openBooks,
  wrongIn,
} from "../../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../../support/books/events.js";

const DAY = 86_400_000;
const pending = (address: string) =>
  pendingAccount({ address: address.toLowerCase(), nodeType: "transcode", region: "eu" });
const [alice, bob] = [pending(ALICE), pending(BOB)];

interface Told {
  readonly face: number;
  /** null: won; 0: its redemption failed; else its transaction. */
  readonly tx: number | null;
  /** Without names, as the API tells it. */
  readonly isNameless: boolean;
  readonly gas: number;
}

const NOBODY = `0x${"0".repeat(40)}`;
let next = 0;

function event({ face, tx, isNameless, gas }: Told): WinningTicket | TicketRedeemed {
  const id = next++;
  const ticket = {
    identity: { form: "caller", id: `t${id}` },
    atMs: NOW_MS - DAY + id * 1_000,
    region: "eu",
    nodeType: "transcode",
    recipient: isNameless ? NOBODY : ALICE.toLowerCase(),
    sender: isNameless ? NOBODY : BOB.toLowerCase(),
    faceValueWei: BigInt(face),
    winProb: 1n,
    creationRound: 4000n,
  } as const;
  if (tx === null) return { ...ticket, type: "winning-ticket" };
  return {
    ...ticket,
    type: "ticket-redeemed",
    pricePerPixel: null,
    txHash: tx === 0 ? null : `0x${`${face % 10}${tx}`.repeat(32)}`,
    gasFeesWei: gas === 0 ? null : BigInt(gas),
  };
}

const won = (face: number): Told => ({ face, tx: null, isNameless: false, gas: 0 });
const claimed = (face: number, tx = 1, gas = 0): Told => ({ face, tx, isNameless: false, gas });

const tell = ({ ingest }: Books, ...told: readonly Told[]) =>
  ingest.record(told.map(event), "node");

/** @param at of the event in the books, also from the end */
function take({ store }: Books, at: number, nowMs = NOW_MS) {
  const place = at < 0 ? store.events.count() + at : at;
  return voidEvent(store, { event: place, reason: "absurd", nowMs });
}

const close = ({ store }: Books, round: number) => closeRound(store, { round, nowMs: NOW_MS });

/** Tickets without their numbers, which say only when a row was made. */
const tickets = ({ store }: Books) =>
  store.tickets
    .list()
    .map(({ id: _, ...row }) => Object.values(row).join())
    .sort();

const toldArbitrary: fc.Arbitrary<Told> = fc.record({
  face: fc.constantFrom(1_001, 1_002),
  tx: fc.option(fc.nat(3), { freq: 2 }),
  isNameless: fc.boolean(),
  gas: fc.nat(2),
});

describe("A void ticket", () => {
  it.each(["per-job", "by-weights"] as const)(
    "%s: any tickets, some void: as if those had never been told",
    (scheme) => {
      const step = fc.record({ told: toldArbitrary, isVoid: fc.boolean(), later: fc.nat(6) });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
          const books = openBooks({ scheme });
          const without = openBooks({ scheme });
          const waiting: { readonly at: number; readonly place: number }[] = [];
          const voidUntil = (end: number) => {
            for (const { place } of waiting.filter(({ at }) => at <= end)) take(books, place);
            waiting.splice(0, waiting.length, ...waiting.filter(({ at }) => at > end));
          };
          for (const [index, { told, isVoid, later }] of steps.entries()) {
            const one = event(told);
            const [outcome] = books.ingest.record([one], "node");
            if (isVoid && outcome === "recorded") {
              waiting.push({ at: index + later, place: books.store.events.count() - 1 });
            }
            if (!isVoid) without.ingest.record([one], "node");
            voidUntil(index);
          }
          voidUntil(Number.POSITIVE_INFINITY);
          expect(balances(books)).toEqual(balances(without));
          expect(tickets(books)).toEqual(tickets(without));
          expect(wrongIn(books)).toEqual([]);
        }),
        { numRuns: 25 },
      );
    },
  );

  it("is known for ever, and void once", () => {
    const books = openBooks({ scheme: "by-weights" });
    const one = event(won(4_000));
    books.ingest.record([one], "node");
    expect(take(books, 0)).toMatchObject({ kind: "ticket", isNew: true, incomeWei: -4_000n });
    expect(take(books, 0)).toMatchObject({ kind: "ticket", isNew: false, incomeWei: 0n });
    expect(books.ingest.record([one], "node")).toEqual(["repeated"]);
    expect(balances(books)).toEqual({});
    expect(wrongIn(books)).toEqual([]);
  });

  it("whose redemption is void waits again; whose win is void is still redeemed", () => {
    const books = openBooks({ scheme: "by-weights" });
    tell(books, won(4_000), claimed(4_000, 1, 7));
    expect(take(books, 1)).toMatchObject({ incomeWei: 0n, walletWei: -3_993n });
    expect(balances(books)).toEqual({
      world: -8_000n,
      ticketsReceivable: 4_000n,
      feesEarned: 4_000n,
    });
    tell(books, claimed(4_000, 2, 7));
    expect(take(books, 0)).toMatchObject({ incomeWei: 0n, walletWei: 0n });
    expect(books.store.tickets.list()).toMatchObject([{ state: "redeemed" }]);
    expect(take(books, 2)).toMatchObject({ incomeWei: -4_000n, walletWei: -3_993n });
    expect(balances(books)).toEqual({});
    expect(wrongIn(books)).toEqual([]);
  });

  it.each(["by-weights", "sliding-window"] as const)(
    "%s: of a closed round: each gives its share back, to the wei; who was paid owes it",
    (scheme) => {
      const books = openBooks({ scheme });
      enter(books, list(transcode(ALICE, 8n), transcode(BOB, 16n)));
      tell(books, won(4_001), won(1_003));
      close(books, 1);
      const before = balances(books);
      books.store.ledger.post({
        cause: { kind: "adjust", id: "as a payout does" },
        atMs: NOW_MS,
        postings: [{ from: alice, to: "world", wei: before[alice] ?? 0n }],
      });
      const first = take(books, 2);
      expect(first).toMatchObject({ incomeWei: -4_001n, round: 1, waitingWei: 0n });
      const backWei = first.kind === "ticket" ? first.takenBack : [];
      expect(backWei.reduce((sum, { wei }) => sum + wei, 0n)).toBe(4_001n);
      expect(books.store.ledger.balance(alice)).toBeLessThan(0n);
      expect(take(books, 3)).toMatchObject({ incomeWei: -1_003n, round: 1, waitingWei: 0n });
      // All of the round is taken back: what was paid is all that is left of it.
      expect(balances(books)).toEqual({
        world: before[alice],
        [alice]: -(before[alice] ?? 0n),
      });
      expect(wrongIn(books)).toEqual([]);
      // What is earned next makes up for it.
      enter(books, list(transcode(ALICE, 800n)));
      tell(books, won(8_000));
      close(books, 2);
      expect(books.store.ledger.balance(alice)).toBeGreaterThan(0n);
      expect(wrongIn(books)).toEqual([]);
    },
  );

  it("comes out of the round that split it, told first by whichever event, void in either order", () => {
    for (const order of [
      [2, 5],
      [5, 2],
    ]) {
      const books = openBooks({ scheme: "by-weights" });
      enter(books, list(transcode(ALICE, 8n), transcode(BOB, 8n)));
      tell(books, won(4_000));
      close(books, 1);
      enter(books, list(transcode(BOB, 8n)));
      tell(books, won(600), claimed(4_000));
      close(books, 2);
      for (const place of order) take(books, place);
      // Of round 1 nothing is left, of round 2 all.
      expect(balances(books)).toEqual({
        world: -1_200n,
        ticketsReceivable: 600n,
        commission: 150n,
        [bob]: 450n,
      });
      expect(wrongIn(books)).toEqual([]);
    }
  });

  it("of a closed round with a part for delegators leaves nothing of it there", () => {
    const books = openBooks({ scheme: "by-weights" });
    books.store.setSetting("feeShare", "1/20");
    enter(books, list(transcode(ALICE, 8n), transcode(BOB, 16n)));
    tell(books, won(4_001), won(1_003), won(77));
    close(books, 1);
    expect(books.store.ledger.balance("delegators")).toBe(254n);
    for (const place of [3, 2, 4]) take(books, place);
    expect(balances(books)).toEqual({});
    expect(wrongIn(books)).toEqual([]);
  });

  it("in books that pay per job is no income: nobody's balance changes", () => {
    const books = openBooks();
    enter(books, list(transcode(ALICE, 8n)));
    tell(books, claimed(4_000, 1, 7));
    expect(take(books, 1)).toMatchObject({ incomeWei: 0n, walletWei: -3_993n, round: null });
    expect(balances(books)).toEqual({ world: -8n, commission: 2n, [alice]: 6n });
    expect(wrongIn(books)).toEqual([]);
  });

  it("frees its transaction for what it really was", () => {
    const books = openBooks({ scheme: "by-weights" });
    const [absurd, right] = [event(claimed(4_000_001)), event(claimed(4_001))];
    books.ingest.record([absurd], "node");
    expect(books.ingest.record([right], "node")).toEqual(["refused"]);
    take(books, 0);
    expect(books.ingest.record([right], "node")).toEqual(["recorded"]);
    expect(books.store.ledger.balance("feesEarned")).toBe(4_001n);
    expect(wrongIn(books)).toEqual([]);
  });
});
