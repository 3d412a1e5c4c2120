/** Moving from other books: nothing that those paid is paid again. */
import { describe, expect, it, vi } from "vitest";
import { openBalances } from "../../../src/pool/books/adjust.js";
import { setSince } from "../../../src/pool/books/cut-over.js";
import { JsonSplitter } from "../../../src/pool/books/events/json-splitter.js";
import { replayQuarantine } from "../../../src/pool/books/ingest/replay.js";
import {
  type Books,
  balances,
  enter,
  NOW_MS,
  openBooks,
  wrongIn,
} from "../../support/books/books.js";
import { ALICE, api, BOB, bucket, list, transcode } from "../../support/books/events.js";

const alice = { address: ALICE.toLowerCase(), nodeType: "transcode", region: "eu" };
const account = `pending:${alice.address}:transcode:eu`;
const FEBRUARY = Date.UTC(2026, 1, 1, 10);
const opening = (pendingWei: bigint, paidWei = 0n) => [{ ...alice, pendingWei, paidWei }];
const codes = ({ store }: Books) => store.quarantine.list().map(({ code }) => code);

describe("Opening balances", () => {
  it("are refused beside events that are older, unless told", () => {
    const books = openBooks();
    enter(books, list(transcode(ALICE, 8n)));
    const open = (options: object) =>
      openBalances(books.store, opening(100n), { origin: "o", nowMs: NOW_MS, ...options });
    expect(() => open({})).toThrow(
      /events from 2026-02-01T10:00:00Z on, older than these balances/,
    );
    expect(balances(books)[account]).toBe(6n);
    expect(open({ atMs: FEBRUARY })).toBe(1);
    expect(balances(books)[account]).toBe(106n);
    expect(wrongIn(books)).toEqual([]);

    const told = openBooks();
    enter(told, list(transcode(ALICE, 8n)));
    const options = { origin: "o", nowMs: NOW_MS, isBesideHistory: true };
    expect(openBalances(told.store, opening(100n), options)).toBe(1);
  });

  it("keep older events waiting, from wherever, unless told", () => {
    const books = openBooks();
    openBalances(books.store, opening(100n), { origin: "o", nowMs: NOW_MS, atMs: FEBRUARY + 1 });
    enter(books, list(transcode(ALICE, 8n)), { source: "late" });
    expect(codes(books)).toEqual(["BEFORE_OPENING"]);
    expect(balances(books)[account]).toBe(100n);
    const options = { now: () => NOW_MS };
    expect(replayQuarantine(books.store, books.ingest, options)).toBe(0);
    const told = { ...options, isBesideOpening: true };
    expect(replayQuarantine(books.store, books.ingest, told)).toBe(1);
    expect(balances(books)[account]).toBe(106n);
    expect(wrongIn(books)).toEqual([]);
  });

  it("again are the same, or refused", () => {
    const books = openBooks();
    const options = { origin: "o", nowMs: NOW_MS };
    expect(openBalances(books.store, opening(100n, 7n), options)).toBe(1);
    expect(openBalances(books.store, opening(100n, 7n), options)).toBe(0);
    for (const other of [opening(101n, 7n), opening(100n, 8n), opening(0n, 0n)]) {
      expect(() => openBalances(books.store, other, options)).toThrow(
        /before with another amount, 100 wei pending and 7 wei paid/,
      );
    }
    expect(() =>
      openBalances(
        books.store,
        [{ ...alice, region: "us", pendingWei: 2n ** 96n, paidWei: 0n }],
        options,
      ),
    ).toThrow(/2\^96/);
    expect(balances(books)[account]).toBe(100n);
  });
});

describe("A source's cut-over", () => {
  it("leaves out what is older, also when it is read again or was unreadable", () => {
    const books = openBooks();
    setSince(books.store, "o1", FEBRUARY + 1_000);
    const late = { DT: "2026-02-01T10:00:01Z" };
    const text = list(transcode(ALICE, 8n), transcode(ALICE, 40n, late));
    expect(enter(books, text)).toEqual({ recorded: 1, repeated: 0, quarantined: 0, early: 1 });
    expect(enter(books, list(transcode(ALICE, 4n)), { source: "o2" }).recorded).toBe(1);
    expect(balances(books)[account]).toBe(33n);
    expect(codes(books)).toEqual([]);
    expect(wrongIn(books)).toEqual([]);
  });

  it("is set once, before what it leaves out is entered", () => {
    const { store, ...books } = openBooks();
    setSince(store, "o1", FEBRUARY);
    setSince(store, "o1", FEBRUARY);
    expect(() => setSince(store, "o1", FEBRUARY - 1)).toThrow(
      /counts from 2026-02-01T10:00:00Z on/,
    );
    enter({ store, ...books }, list(transcode(ALICE, 8n)), { source: "o2" });
    expect(() => setSince(store, "o2", FEBRUARY + 1)).toThrow(/have events of it from 2026-02-01/);
  });
});

describe("The same dump under another source", () => {
  const dump = list(
    api(1, bucket("orchestrator-reset", {})),
    api(2, transcode(ALICE, 8n)),
    api(3, transcode(BOB, 8n)),
  );
  const labels = { nodeType: "transcode", region: "eu" };

  it("waits as probably the same node, told other labels too, and is let in when it is not", () => {
    const books = openBooks();
    expect(enter(books, dump, { source: "old", ...labels }).recorded).toBe(3);
    const again = { source: "new", nodeType: "transcode", region: "us" };
    // That a node started tells it from none: it pays nobody.
    expect(enter(books, dump, again)).toMatchObject({ recorded: 1, quarantined: 2 });
    expect(books.store.quarantine.list()[0]?.reason).toBe(
      "source old has the same ID, time and content: it is probably the same node",
    );
    expect(balances(books)["world"]).toBe(-16n);
    expect(enter(books, dump, { source: "old", ...labels }).repeated).toBe(3);
    const options = { now: () => NOW_MS, nodeType: "transcode", region: "us" };
    expect(replayQuarantine(books.store, books.ingest, options)).toBe(0);
    expect(replayQuarantine(books.store, books.ingest, { ...options, isDistinct: true })).toBe(2);
    expect(balances(books)["world"]).toBe(-32n);
    expect(wrongIn(books)).toEqual([]);
  });

  it("other times or contents under the same IDs are another node's", () => {
    const books = openBooks();
    enter(books, dump, { source: "old", ...labels });
    const other = list(
      api(2, transcode(ALICE, 12n)),
      api(3, transcode(BOB, 8n, { DT: "2026-02-01T10:00:01Z" })),
    );
    expect(enter(books, other, { source: "new", ...labels })).toMatchObject({ recorded: 2 });
  });
});

it("--replay finds the events in what earlier versions kept as damaged, in pieces cut anywhere", () => {
  const books = openBooks();
  const count = 300;
  const jobs = Array.from({ length: count }, () => transcode(ALICE, 8n));
  const text = list(...jobs);
  const at = text.indexOf('"', 300);
  const damaged = Buffer.from(`${text.slice(1, at)}${text.slice(at + 1, -1)}`);
  const parts = [
    damaged.subarray(0, 40_001),
    damaged.subarray(40_001, 80_007),
    damaged.subarray(80_007),
  ];
  let position = 1;
  const rows = parts.map((raw) => {
    const row = {
      source: "o1",
      origin: "a.json",
      position,
      code: "PIECE",
      reason: "old",
      raw,
      atMs: 1,
    };
    position += raw.length;
    return row;
  });
  expect(books.store.quarantine.add(rows)).toBe(3);
  expect(replayQuarantine(books.store, books.ingest, { now: () => NOW_MS })).toBe(3);
  expect(books.store.events.count()).toBe(count - 1);
  expect(books.store.quarantine.count()).toBe(1);
  expect(replayQuarantine(books.store, books.ingest, { now: () => NOW_MS })).toBe(0);
  expect(books.store.quarantine.count()).toBe(1);
  expect([...new JsonSplitter().push(damaged)].length).toBeGreaterThan(0);
});

it("--replay leaves out what another process has dismissed while it waited for its turn", () => {
  const { store, ingest } = openBooks();
  const late = { DT: new Date(NOW_MS + 3 * 86_400_000).toISOString() };
  enter({ store, ingest }, list(transcode(ALICE, 8n, late), transcode(BOB, 8n, late)));
  const [first] = store.quarantine.list({ limit: 1 });
  const transaction = store.transaction.bind(store);
  vi.spyOn(store, "transaction").mockImplementationOnce((work) => {
    store.quarantine.dismiss(first?.id ?? 0, NOW_MS);
    return transaction(work);
  });
  const now = () => NOW_MS + 4 * 86_400_000;
  expect(replayQuarantine(store, ingest, { now })).toBe(1);
  expect(balances({ store })[`pending:${ALICE.toLowerCase()}:transcode:eu`]).toBeUndefined();
  expect(balances({ store })[`pending:${BOB.toLowerCase()}:transcode:eu`]).toBe(6n);
});
