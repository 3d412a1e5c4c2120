/** How books are kept: set before the first event, the same from then on. */
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import type { CommissionRate } from "../../../src/pool/books/commission.js";
import { EventIngest } from "../../../src/pool/books/ingest/ingest.js";
import { replayQuarantine } from "../../../src/pool/books/ingest/replay.js";
import {
  addRates,
  changeSettings,
  readSettings,
  SETTING_KEYS,
} from "../../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { balances, enter, openBooks, wrongIn } from "../../support/books/books.js";
import { ALICE, aiJob, BOB, list, redeemed, transcode } from "../../support/books/events.js";

const alice = `pending:${ALICE.toLowerCase()}:transcode:eu`;
const bob = `pending:${BOB.toLowerCase()}:transcode:eu`;
const number = (text: string) => Rational.parse(text);
const rate = (text: string, part: Partial<CommissionRate> = {}): CommissionRate => ({
  rate: number(text),
  fromMs: 0,
  nodeType: null,
  region: null,
  ...part,
});
const march = Date.UTC(2026, 2, 1);

describe("Settings", () => {
  it("have the proposal's weights unless told otherwise", () => {
    const { store } = openBooks();
    expect(readSettings(store)).toMatchObject({
      schemeName: "per-job",
      feeShare: Rational.ZERO,
      weights: { duration: Rational.ONE, pixels: number("1/1000000"), renditions: Rational.ONE },
      renditions: 1n,
      windowRounds: 10,
    });
  });

  it("are kept with the books, exactly", () => {
    const { store } = openBooks();
    const weights = { duration: number("1/3"), pixels: number("0"), renditions: number("2.5") };
    changeSettings(store, {
      scheme: "sliding-window",
      feeShare: number("1/7"),
      weights,
      renditions: 4n,
      windowRounds: 3,
    });
    expect(readSettings(store)).toMatchObject({
      schemeName: "sliding-window",
      scheme: { windowRounds: 3 },
      feeShare: number("1/7"),
      weights,
      renditions: 4n,
    });
    for (const key of SETTING_KEYS) expect(store.setting(key)).not.toBeNull();
  });

  it("are settled by the first event; saying them again is no change", () => {
    const books = openBooks({ scheme: "by-weights" });
    changeSettings(books.store, { renditions: 4n });
    enter(books, list(transcode(ALICE, 8n)));
    changeSettings(books.store, { renditions: 4n, scheme: "by-weights", feeShare: number("0/9") });
    const changes = [
      { renditions: 3n },
      { scheme: "per-job" },
      { feeShare: number("0.1") },
      { weights: { pixels: number("1") } },
      { windowRounds: 9 },
    ] as const;
    for (const change of changes) {
      expect(() => changeSettings(books.store, change)).toThrow(/from their first event on/);
    }
  });

  it("are settled by a closed round too: verify closes it again", () => {
    const books = openBooks({ scheme: "by-weights" });
    closeRound(books.store, { round: 1, nowMs: march });
    expect(() => changeSettings(books.store, { scheme: "per-job" })).toThrow(/can't become/);
    expect(wrongIn(books)).toEqual([]);
  });

  it("out of range change nothing, nor does what comes with them", () => {
    const { store } = openBooks();
    const before = SETTING_KEYS.map((key) => store.setting(key));
    const wrong = [
      { feeShare: number("1.1") },
      { renditions: -1n },
      { windowRounds: 0 },
      { weights: { pixels: number("-1") } },
      { weights: { duration: number("0"), pixels: number("0"), renditions: number("0") } },
      { commission: [rate("2")] },
      { commission: [rate("0.1", { fromMs: march }), rate("0.2", { fromMs: march })] },
    ];
    for (const change of wrong) {
      expect(() => changeSettings(store, { scheme: "by-weights", ...change })).toThrow();
    }
    expect(SETTING_KEYS.map((key) => store.setting(key))).toEqual(before);
  });

  it("of a scheme that splits tickets need a commission for everything", () => {
    const store = new SqlitePoolStore({ path: ":memory:" });
    const perType = [rate("0.1", { nodeType: "ai" }), rate("0.2", { nodeType: "transcode" })];
    expect(() => changeSettings(store, { scheme: "by-weights", commission: perType })).toThrow(
      /no commission for everything/,
    );
    changeSettings(store, { scheme: "per-job", commission: perType });
    expect(readSettings(store).commission.rates).toHaveLength(2);
    store.close();
  });
});

describe("A commission", () => {
  it("said again before the first event replaces the one before", () => {
    const { store } = openBooks();
    changeSettings(store, { commission: [rate("0.3")] });
    expect(readSettings(store).commission.rates).toEqual([rate("0.3")]);
  });

  it("can't begin before what is in the books, nor before a round that was closed", () => {
    const books = openBooks({ scheme: "by-weights" });
    enter(books, list(transcode(ALICE, 8n, { DT: "2026-02-01T00:00:00Z" })));
    expect(() => changeSettings(books.store, { commission: [rate("0.3")] })).toThrow(
      "a commission can't begin without a date: there are events until 2026-02-01T00:00:00Z",
    );
    closeRound(books.store, { round: 1, nowMs: march });
    const before = [rate("0.3", { fromMs: march - 1 })];
    expect(() => changeSettings(books.store, { commission: before })).toThrow(
      "round 1 was closed at 2026-03-01T00:00:00Z",
    );
    changeSettings(books.store, { commission: [rate("0.3", { fromMs: march + 1 })] });
  });
});

it("Whoever enters events for long follows the settings as they change", () => {
  const books = openBooks();
  enter(books, list(transcode(ALICE, 8n)));
  changeSettings(books.store, { commission: [rate("1", { fromMs: march })] });
  enter(books, list(transcode(ALICE, 80n, { DT: "2026-03-01T00:00:01Z" })));
  expect(balances(books)).toMatchObject({ [alice]: 6n, commission: 82n });
  expect(wrongIn(books)).toEqual([]);
});

it("A change that was undone counts for nobody, whatever is changed next", () => {
  const books = openBooks();
  const set = (text: string) => changeSettings(books.store, { commission: [rate(text)] });
  expect(() =>
    books.store.transaction(() => {
      set("1/2");
      enter(books, list(transcode(ALICE, 8n)));
      throw new Error("killed");
    }),
  ).toThrow("killed");
  set("1/8");
  enter(books, list(transcode(ALICE, 8n)));
  expect(balances(books)).toMatchObject({ [alice]: 7n, commission: 1n });
});

it("A commission that was missing counts from the moment it is set", () => {
  const store = new SqlitePoolStore({ path: ":memory:" });
  addRates(store, [{ ...rate("1/4"), nodeType: "transcode" }]);
  const books = { store, ingest: new EventIngest(store) };
  addRates(store, [{ ...rate("1/4"), nodeType: "ai" }]);
  expect(enter(books, list(aiJob("r", 8))).recorded).toBe(1);
});

it("Events before the first commission wait, and are entered once one for then is set", () => {
  const store = new SqlitePoolStore({ path: ":memory:" });
  addRates(store, [rate("1/4", { fromMs: march }), rate("1/2", { fromMs: march, region: "us" })]);
  const books = { store, ingest: new EventIngest(store) };
  const late = { DT: "2026-03-01T00:00:01Z" };
  const early = [transcode(ALICE, 8n), aiJob("r", 8, { Region: "us" })];
  enter(
    books,
    list(...early, transcode(BOB, 8n, late), transcode(BOB, 8n, { ...late, Region: "us" })),
  );
  expect(store.quarantine.count()).toBe(2);
  const before = balances(books);
  addRates(store, [rate("1")]);
  expect(balances(books)).toEqual(before);
  expect(replayQuarantine(store, books.ingest, { now: () => march })).toBe(2);
  expect(balances(books)).toMatchObject({ [bob]: 6n, commission: 14n, unattributed: 8n });
  expect(wrongIn(books)).toEqual([]);
  expect(() => addRates(store, [rate("1/2", { fromMs: 1 })])).toThrow(/there are events until/);
});

describe("A round", () => {
  it("is split by the books' weights, less the rate for everything, the delegators' part apart", () => {
    const books = openBooks({ scheme: "by-weights", commission: number("1/4") });
    const hundred = { duration: number("0"), pixels: number("1"), renditions: number("100") };
    changeSettings(books.store, {
      weights: hundred,
      renditions: 2n,
      feeShare: number("1/10"),
      commission: [rate("1", { nodeType: "transcode" })],
    });
    // 100 + 200 against 300 + 2 · 200.
    const jobs = [transcode(ALICE, 100n), transcode(BOB, 100n), transcode(BOB, 200n)];
    enter(books, list(...jobs, redeemed("4000")));
    closeRound(books.store, { round: 1, nowMs: march });
    expect(balances(books)).toMatchObject({
      [alice]: 900n,
      [bob]: 2100n,
      commission: 600n,
      delegators: 400n,
    });
    expect(wrongIn(books)).toEqual([]);
  });

  it("that the operator keeps all of is split all the same", () => {
    const books = openBooks({ scheme: "by-weights", commission: Rational.ONE });
    enter(books, list(transcode(ALICE, 8n), redeemed("4000")));
    expect(closeRound(books.store, { round: 1, nowMs: march })).toMatchObject({
      incomeWei: 4000n,
      commissionWei: 4000n,
    });
    expect(balances(books)).toMatchObject({ commission: 4000n });
    expect(closeRound(books.store, { round: 2, nowMs: march })).toMatchObject({ incomeWei: 0n });
  });

  it("is made again by verify: what was split otherwise is found", () => {
    const books = openBooks({ scheme: "by-weights" });
    enter(books, list(transcode(ALICE, 8n), redeemed("4000")));
    closeRound(books.store, { round: 1, nowMs: march });
    books.store.ledger.post({
      cause: { kind: "round", id: "1" },
      atMs: march,
      postings: [{ from: "commission", to: "rounding", wei: 1n }],
    });
    expect(wrongIn(books)).toEqual([
      "commission: the events make 1000 wei, the entries for them say 999",
      "rounding: the events make 0 wei, the entries for them say 1",
      "entry 2 is not what round 1 makes",
    ]);
  });

  it("says what is missing when no rate for everything is valid yet", () => {
    const books = openBooks({ scheme: "by-weights" });
    books.store.setSetting("commission", '[["1/4",0,"transcode",null],["1/4",9,null,null]]');
    enter(books, list(transcode(ALICE, 8n), redeemed("4000")));
    expect(() => closeRound(books.store, { round: 1, nowMs: 5 })).toThrow(
      "no commission for everything is set at 1970-01-01T00:00:00Z",
    );
  });
});
