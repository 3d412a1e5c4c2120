/** Whatever way events come, the books are the same to the wei. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { ticketEvent, ticketRequest } from "../../../src/pool/api/requests.js";
import { adjust, openBalances } from "../../../src/pool/books/adjust.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { compareSchemes } from "../../../src/pool/books/compare-schemes.js";
import { decodeEvent } from "../../../src/pool/books/events/decode.js";
import type { PoolEvent } from "../../../src/pool/books/events/event.js";
import { encodeStored } from "../../../src/pool/books/events/stored.js";
import { EventIngest } from "../../../src/pool/books/ingest/ingest.js";
import { addRates } from "../../../src/pool/books/settings.js";
import { identityKey } from "../../../src/pool/books/store/identity-key.js";
import type { JobQuery } from "../../../src/pool/books/store/store.js";
import { balances, enter, NOW_MS, openBooks, wrongIn } from "../../support/books/books.js";
import {
  ALICE,
  aiJob,
  api,
  BOB,
  bucket,
  list,
  received,
  redeemed,
  transcode,
} from "../../support/books/events.js";
import { recorded } from "../../support/books/recorded.js";

const alice = `pending:${ALICE.toLowerCase()}:transcode:eu`;
const bob = `pending:${BOB.toLowerCase()}:transcode:eu`;

function won(faceValue: number, envelope = {}): object {
  const payload = { recipient: ALICE, sender: BOB, faceValue, winProb: 1, creationRound: 4000 };
  return bucket("winning-ticket", payload, envelope);
}

/** Pieces of a shuffled list, some of them twice. */
function scattered<T>(events: readonly T[]) {
  return fc
    .record({
      order: fc.shuffledSubarray([...events], { minLength: events.length }),
      repeats: fc.subarray([...events]),
      size: fc.integer({ min: 1, max: 40 }),
    })
    .map(({ order, repeats, size }) => {
      const all = [...order, ...repeats];
      const parts: T[][] = [];
      for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
      return parts;
    });
}

describe("Events in any order, split anywhere, some of them twice", () => {
  const events = [
    ...recorded({ jobs: 60, workers: 4, aiPart: 0.5 }),
    received("retried", ALICE, { DT: "2026-02-01T10:00:01Z" }),
    received("retried", BOB, { DT: "2026-02-01T10:00:02Z" }),
    aiJob("retried", 999, { DT: "2026-02-01T10:00:03Z" }),
    aiJob("nobody's", 77),
    won(50, { DT: "2026-02-01T11:00:00Z" }),
    won(50, { DT: "2026-02-01T11:00:00Z" }),
    JSON.parse(redeemed("50", `0x${"1".repeat(64)}`)),
  ];
  const straight = openBooks();
  enter(straight, list(...events));

  it("make the same balances and the same workers", () => {
    fc.assert(
      fc.property(scattered(events), (parts) => {
        const books = openBooks();
        for (const part of parts) enter(books, list(...part));
        expect(balances(books)).toEqual(balances(straight));
        expect(books.store.workers.list()).toEqual(straight.store.workers.list());
        expect(wrongIn(books)).toEqual([]);
        books.store.close();
      }),
      { numRuns: 25 },
    );
  });

  it("in the API form too, when IDs start again", () => {
    const old = Array.from({ length: 20 }, (_, id) =>
      api(id + 1, transcode(ALICE, BigInt(id + 1), { DT: "2026-02-01T10:00:00Z" })),
    );
    const renewed = Array.from({ length: 12 }, (_, id) =>
      api(id + 1, transcode(BOB, BigInt(id + 5), { DT: "2026-02-01T12:00:00Z" })),
    );
    fc.assert(
      fc.property(scattered([...old, ...renewed]), (parts) => {
        const books = openBooks({ commission: Rational.ZERO });
        for (const part of parts) {
          const pieces = part.map((event) => ({
            raw: Buffer.from(JSON.stringify(event)),
            position: 0,
            problem: null,
          }));
          const labels = { nodeType: "transcode", region: "eu" };
          books.ingest.ingest({ source: "o1", origin: "poll", nowMs: NOW_MS, pieces, ...labels });
        }
        expect(balances(books)).toEqual({ world: -336n, [alice]: 210n, [bob]: 126n });
        books.store.close();
      }),
      { numRuns: 25 },
    );
  });
});

it("In the API form the same job with the same ID at another time is another job, when IDs start again", () => {
  const books = openBooks({ commission: Rational.ZERO });
  for (const hour of ["10", "12", "10"]) {
    enter(books, list(api(1, transcode(ALICE, 8n, { DT: `2026-02-01T${hour}:00:00Z` }))), {
      nodeType: "transcode",
      region: "eu",
    });
  }
  expect(balances(books)).toEqual({ world: -16n, [alice]: 16n });
  books.store.close();
});

it("The same id with other content is refused, and waits in quarantine", () => {
  const books = openBooks();
  const job = transcode(ALICE, 8n);
  enter(books, list(job));
  expect(enter(books, list({ ...job, Region: "us" }))).toEqual({
    recorded: 0,
    repeated: 0,
    quarantined: 1,
  });
  expect(books.store.quarantine.list()[0]).toMatchObject({ code: "CONTRADICTION" });
});

it("An API event is the same when its source is told another node type or region", () => {
  const books = openBooks();
  const event = list(api(1, transcode(ALICE, 8n)));
  enter(books, event, { nodeType: "transcode", region: "eu" });
  expect(enter(books, event, { nodeType: "ai", region: "us" }).repeated).toBe(1);
  expect(balances(books)).toEqual({ [alice]: 6n, commission: 2n, world: -8n });
});

describe("A redemption told twice, under two ids", () => {
  const told = (faceValue: string, gasFees: number | null) => {
    const event = JSON.parse(redeemed(faceValue));
    return { ...event, Payload: { ...event.Payload, gasFees } };
  };

  it("counts once, with the most gas that was told, in either order", () => {
    const [bare, whole] = [told("1000", null), told("1000", 7)];
    for (const order of [
      [bare, whole],
      [whole, bare],
    ]) {
      const books = openBooks();
      enter(books, list(...order));
      expect(balances(books)).toEqual({ wallet: 993n, gas: 7n, world: -1000n });
      expect(wrongIn(books)).toEqual([]);
    }
  });

  it("is refused with another face value", () => {
    const books = openBooks();
    const outcome = enter(books, list(told("1000", 1), told("2000", 2)));
    expect(outcome).toEqual({ recorded: 1, repeated: 0, quarantined: 1 });
    expect(enter(books, list(told("3000", 3))).quarantined).toBe(1);
    expect(balances(books)).toEqual({ wallet: 999n, gas: 1n, world: -1000n });
    expect(books.store.quarantine.list()[0]?.reason).toMatch(
      /transaction 0xab.* with other content/,
    );
  });
});

it("Transcoding without an address keeps nothing back: only AI jobs are linked", () => {
  const books = openBooks();
  const job = { type: "job-processed", job: "transcode", requestId: "r", feesWei: "8" };
  const outcome = enter(
    books,
    list({ id: "1", atMs: 5, region: "eu", ...job }, transcode(ALICE, 8n)),
  );
  expect(outcome).toEqual({ recorded: 1, repeated: 0, quarantined: 1 });
});

it("A caller's events are told apart by its own ids", () => {
  const { ingest, store } = openBooks();
  const event = (feesWei: string) =>
    decodeEvent(
      Buffer.from(
        JSON.stringify({
          id: "job-1",
          atMs: 5,
          type: "job-processed",
          job: "transcode",
          region: "eu",
          address: ALICE,
          feesWei,
        }),
      ),
    );
  expect(ingest.record([event("8")], "orchestrator")).toEqual(["recorded"]);
  expect(ingest.record([event("8"), event("9")], "orchestrator")).toEqual(["repeated", "refused"]);
  expect(store.ledger.balance("world")).toBe(-8n);
});

it("What is stored of an event is read again as the same event", () => {
  for (const event of recorded({ jobs: 20, aiPart: 0.5 })) {
    const decoded = decodeEvent(Buffer.from(JSON.stringify(event)));
    const own = { ...JSON.parse(encodeStored(decoded)), id: "x", atMs: decoded.atMs };
    const again = decodeEvent(Buffer.from(JSON.stringify(own)));
    expect({ ...again, identity: null }).toEqual({ ...decoded, identity: null });
  }
});

describe("Commission", () => {
  it("depends on node type, region and the time of the event, not of its arrival", () => {
    const books = openBooks();
    const rate = (text: string) => Rational.parse(text);
    addRates(books.store, [
      { rate: rate("1/2"), fromMs: 1, nodeType: "ai", region: null },
      { rate: rate("1/10"), fromMs: 1, nodeType: null, region: "us" },
    ]);
    addRates(books.store, [
      { rate: rate("0"), fromMs: Date.UTC(2026, 2, 1), nodeType: null, region: null },
    ]);
    const settled = { ...books, ingest: new EventIngest(books.store) };
    enter(settled, list(transcode(ALICE, 100n, { DT: "2026-03-01T00:00:01Z" })));
    enter(settled, list(transcode(ALICE, 100n), transcode(BOB, 100n, { Region: "us" })));
    enter(settled, list(received("r", ALICE), aiJob("r", 100)));
    expect(balances(settled)).toMatchObject({ [alice]: 175n, commission: 85n });
  });

  it("can't be changed for what is in the books", () => {
    const { store, ingest } = openBooks();
    enter({ store, ingest }, list(transcode(ALICE, 100n)));
    const rates = [{ rate: Rational.ONE, fromMs: 1, nodeType: null, region: null }];
    expect(() => addRates(store, rates)).toThrow(/there are events until/);
  });
});

describe("A round", () => {
  it("splits what tickets brought by weight, once", () => {
    const books = openBooks({ scheme: "by-weights" });
    enter(books, list(transcode(ALICE, 1_000_000n), transcode(BOB, 1_000_000n), won(1000)));
    expect(balances(books)).toMatchObject({ feesEarned: 1000n, ticketsReceivable: 1000n });
    const row = closeRound(books.store, { round: 7, nowMs: 5 });
    expect(row).toMatchObject({ incomeWei: 1000n, sharedWei: 750n, commissionWei: 250n });
    expect(closeRound(books.store, { round: 7, nowMs: 6 })).toMatchObject({ closedAtMs: 5 });
    expect(balances(books)).toMatchObject({ [alice]: 375n, [bob]: 375n, commission: 250n });
    expect(() => closeRound(books.store, { round: 6, nowMs: 6 })).toThrow(/is over/);
  });

  it("without a win pays nothing, and its work counts at the next; AI jobs when they are known", () => {
    const books = openBooks({ scheme: "by-weights", commission: Rational.ZERO });
    enter(books, list(transcode(ALICE, 1_000_000n), aiJob("r", 5)));
    expect(closeRound(books.store, { round: 1, nowMs: 5 })).toMatchObject({ incomeWei: 0n });
    enter(books, list(won(400)));
    closeRound(books.store, { round: 2, nowMs: 6 });
    expect(balances(books)).toMatchObject({ [alice]: 400n });
    enter(books, list(received("r", BOB), won(90)));
    closeRound(books.store, { round: 3, nowMs: 7 });
    expect(balances(books)[`pending:${BOB.toLowerCase()}:ai:eu`]).toBe(90n);
    expect(wrongIn(books)).toEqual([]);
  });

  it("over a sliding window pays work of the rounds before again", () => {
    const books = openBooks({ scheme: "sliding-window", commission: Rational.ZERO });
    enter(books, list(transcode(ALICE, 1_000_000n), won(100)));
    closeRound(books.store, { round: 1, nowMs: 5 });
    enter(books, list(transcode(BOB, 1_000_000n), won(100)));
    closeRound(books.store, { round: 2, nowMs: 6 });
    expect(balances(books)).toMatchObject({ [alice]: 150n, [bob]: 50n });
  });

  it("is nothing that books paid per job have", () => {
    expect(() => closeRound(openBooks().store, { round: 1, nowMs: 5 })).toThrow(/per job/);
  });
});

it("A round is closed at a whole millisecond", () => {
  const { store } = openBooks({ scheme: "by-weights" });
  expect(closeRound(store, { round: 1, nowMs: 5.5 })).toMatchObject({ closedAtMs: 5 });
});

it("All schemes side by side give away the same income", () => {
  const books = openBooks();
  enter(books, list(transcode(ALICE, 1000n), transcode(BOB, 3000n), won(4000)));
  const comparison = compareSchemes(books.store, { roundMs: 1e12 });
  expect(comparison).toMatchObject({ feesWei: 4000n, incomeWei: 4000n, rounds: 1 });
  expect(comparison.workers.map(({ wei }) => wei["per-job"])).toEqual([750n, 2250n]);
  for (const name of ["per-job", "by-weights", "sliding-window"] as const) {
    const given = comparison.workers.reduce((sum, { wei }) => sum + wei[name], 0n);
    expect(given + comparison.commissionWei[name]).toBe(4000n);
  }
});

it("Corrections and opening balances are entries with reasons, each once", () => {
  const books = openBooks();
  const who = { address: ALICE, nodeType: "transcode", region: "eu" };
  const balance = { ...who, pendingWei: 10n, paidWei: 5n };
  const origin = { origin: "old.db", nowMs: 1 };
  expect([1, 2].map(() => openBalances(books.store, [balance], origin))).toEqual([1, 0]);
  const correction = { ...who, wei: 7n, reason: "thanks", id: "a", nowMs: 2 };
  expect(adjust(books.store, correction)?.postings).toHaveLength(1);
  expect(adjust(books.store, correction)).toBeNull();
  expect(() => adjust(books.store, { ...correction, wei: 8n })).toThrow(/another amount/);
  expect(() => adjust(books.store, { ...correction, id: "b", wei: -99n })).toThrow(/is owed 17/);
  expect(() => adjust(books.store, { ...correction, id: "b", reason: " " })).toThrow(/reason/);
  expect(balances(books)).toMatchObject({ [alice]: 17n, commission: -7n });
  expect(wrongIn(books)).toEqual([]);
});

it("What is owed below zero can be made up for in parts", () => {
  const books = openBooks();
  // Paid for an AI job that turns out to be somebody else's.
  enter(books, list(received("r", ALICE, { DT: "2026-02-01T10:00:00Z" }), aiJob("r", 80)));
  const who = { address: ALICE, nodeType: "ai", region: "eu", reason: "paid", nowMs: 2 };
  adjust(books.store, { ...who, wei: -60n, id: "a" });
  enter(books, list(received("r", BOB)));
  const owed = () => books.store.ledger.balance(`pending:${ALICE.toLowerCase()}:ai:eu`);
  expect(owed()).toBe(-60n);
  adjust(books.store, { ...who, wei: 20n, id: "b" });
  expect(owed()).toBe(-40n);
  expect(() => adjust(books.store, { ...who, wei: -1n, id: "c" })).toThrow(/is owed -40/);
});

it("verify reads tickets of which little was said", () => {
  const books = openBooks();
  const nobody = `0x${"0".repeat(40)}`;
  const ticket: PoolEvent = {
    identity: { form: "caller", id: "1" },
    atMs: 5,
    region: "eu",
    nodeType: "transcode",
    type: "winning-ticket",
    recipient: nobody,
    sender: nobody,
    faceValueWei: 9n,
    winProb: 0n,
    creationRound: 2n ** 70n,
  };
  books.ingest.record([ticket], "orchestrator");
  expect(wrongIn(books)).toEqual([]);
});

it("verify finds what was changed behind its back", () => {
  const books = openBooks();
  enter(books, list(transcode(ALICE, 100n)));
  books.store.ledger.post({
    cause: { kind: "job-processed", id: "made up" },
    atMs: 0,
    postings: [{ from: "world", to: "commission", wei: 1n }],
  });
  expect(wrongIn(books)).toEqual([
    "commission: the events make 25 wei, the entries for them say 26",
    "world: the events make -100 wei, the entries for them say -101",
    "entry 1 is not what job-processed made up makes",
  ]);
});

describe("Tickets told in two ways, by a node in full and by an API without names", () => {
  const H = (n: number) => `0x${String(n).repeat(64)}`;
  const told = (id: string, txHash?: string) =>
    ticketEvent(
      ticketRequest.parse({
        id,
        at: "2026-02-01T10:00:00Z",
        winningTicket: {
          value: "1000",
          ...(txHash === undefined
            ? { paymentStatus: "Not claimed" }
            : { paymentStatus: "Claimed", txHash }),
        },
      }),
      { nowMs: Date.UTC(2027, 0), region: "eu" },
    );
  const inFull = [redeemed("1000", H(1)), redeemed("1000", H(3)), JSON.stringify(won(1000))];
  const byName = [
    told("a"),
    told("b", H(1)),
    told("c", H(2)),
    told("d"),
    told("e"),
    told("f", H(1)),
  ];

  it("count once in any order, and what was not redeemed still waits", () => {
    // H1 is one of the wins told without names, H2 another; the node's win is H1 too; H3 came alone.
    const due = { feesEarned: 4000n, ticketsReceivable: 1000n, wallet: 3000n, world: -8000n };
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...inFull, ...byName], { minLength: 9 }),
        fc.subarray([...inFull, ...byName]),
        (order, again) => {
          const books = openBooks({ scheme: "by-weights" });
          for (const event of [...order, ...again]) {
            if (typeof event === "string") enter(books, list(event));
            else books.ingest.record([event], "api");
          }
          expect(balances(books)).toEqual(due);
          expect(
            books.store.tickets
              .list()
              .map(({ state }) => state)
              .sort(),
          ).toEqual([...["redeemed", "redeemed", "redeemed", "won"]]);
          expect(wrongIn(books)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it("Events of days to come wait in quarantine: a clock is wrong, and no rate could ever change", () => {
  const books = openBooks();
  const at = (ms: number) => ({ DT: new Date(ms).toISOString() });
  const [soon, late] = [NOW_MS + 3_600_000, NOW_MS + 2 * 86_400_000];
  enter(books, list(transcode(ALICE, 100n, at(soon)), transcode(ALICE, 1000n, at(late))));
  expect(balances(books)).toMatchObject({ [alice]: 75n });
  expect(books.store.quarantine.list()).toMatchObject([{ code: "FUTURE" }]);
});

it("A node that starts anew takes its own workers offline, not those of its neighbour", () => {
  const books = openBooks();
  const connected = (address: string) =>
    bucket("worker-connected", { ethAddress: address, connection: "1.2.3.4:5" });
  const reset = bucket("orchestrator-reset", {}, { DT: "2026-02-01T11:00:00Z" });
  const node = (source: string, ...events: readonly object[]) =>
    enter(books, list(...events), { source, region: "eu", nodeType: "transcode" });
  node("o1", api(1, connected(ALICE)));
  node("o2", api(1, connected(BOB)), api(2, reset));
  expect(
    books.store.workers.list().map(({ address, connections }) => [address, connections]),
  ).toEqual([
    [ALICE.toLowerCase(), 1],
    [BOB.toLowerCase(), 0],
  ]);
});

describe("Events are found by a short key", () => {
  // Found by search: both have the key 274985875450630.
  const [one, other] = [
    "00000000-0000-4000-8000-00266440e80a",
    "00000000-0000-4000-8000-00312c746590",
  ];

  it("and two with the same key are still two", () => {
    expect(identityKey(`uuid:${one}`)).toBe(identityKey(`uuid:${other}`));
    const books = openBooks();
    const { store } = books;
    enter(books, list(transcode(ALICE, 100n, { ID: one })));
    enter(books, list(transcode(BOB, 200n, { ID: other })));
    enter(books, list(transcode(ALICE, 100n, { ID: one }), transcode(BOB, 200n, { ID: other })));
    expect(store.events.count()).toBe(2);
    expect(balances(books)).toMatchObject({ [alice]: 75n, [bob]: 150n });
  });
});

it("Jobs of an address are its own and those linked to it, newest first, by pages", () => {
  const books = openBooks();
  const { store } = books;
  const jobs = (query: JobQuery) => store.jobs.list(query).map(({ feesWei }) => Number(feesWei));
  enter(books, list(transcode(ALICE, 1n), transcode(BOB, 2n), aiJob("r", 3), transcode(ALICE, 4n)));
  enter(books, list(received("r", ALICE), aiJob("nobody's", 5)));
  expect(jobs({ address: ALICE })).toEqual([4, 3, 1]);
  expect(jobs({ address: ALICE.toLowerCase(), limit: 2 })).toEqual([4, 3]);
  expect(jobs({ address: ALICE, beforeSequence: 2 })).toEqual([1]);
  expect(jobs({ address: ALICE, sinceMs: Date.UTC(2100, 0) })).toEqual([]);
  expect(jobs({ address: `0x${"9".repeat(40)}` })).toEqual([]);
  expect(jobs({})).toEqual([5, 4, 3, 2, 1]);
});
