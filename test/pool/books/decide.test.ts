/** Limits, and what an operator decides about single jobs: exact, once, and found by verify. */
import { describe, expect, it } from "vitest";
import { recordWrites } from "../../../src/pool/api/recorder.js";
import { pendingAccount } from "../../../src/pool/books/accounts.js";
import { closeRound } from "../../../src/pool/books/close-round.js";
import { assignJob, releaseJob, voidJob } from "../../../src/pool/books/decide.js";
import type { JobProcessed } from "../../../src/pool/books/events/event.js";
import { replayQuarantine } from "../../../src/pool/books/ingest/replay.js";
import { changeLimits } from "../../../src/pool/books/limits.js";
import {
  type Books,
  balances,
  enter,
  NOW_MS,
  openBooks,
  wrongIn,
} from "../../support/books/books.js";
import {
  ALICE,
  aiJob,
  BOB,
  list,
  received,
  redeemed,
  transcode,
} from "../../support/books/events.js";

const ETH = 10n ** 18n;
const DAY = 86_400_000;
const alice = (nodeType = "transcode") =>
  pendingAccount({ address: ALICE.toLowerCase(), nodeType, region: "eu" });
const bob = (nodeType = "transcode") =>
  pendingAccount({ address: BOB.toLowerCase(), nodeType, region: "eu" });
const codes = ({ store }: Books) => store.quarantine.list().map(({ code }) => code);
const replay = ({ store, ingest }: Books) => replayQuarantine(store, ingest, { now: () => NOW_MS });

function priced(who: string, wei: bigint): string {
  return JSON.stringify(transcode(who, 7n))
    .replace('"computeUnits":7', '"computeUnits":1')
    .replace('"pricePerComputeUnit":1', `"pricePerComputeUnit":${wei}`)
    .replace('"fees":7', `"fees":${wei}`);
}

function own(id: string, feesWei: bigint): JobProcessed {
  return {
    type: "job-processed",
    identity: { form: "caller", id },
    atMs: NOW_MS - DAY,
    region: "eu",
    nodeType: "transcode",
    job: "transcode",
    address: ALICE.toLowerCase(),
    requestId: null,
    pipeline: "",
    modelId: "",
    computeUnits: 1n,
    pricePerComputeUnitWei: feesWei,
    feesWei,
    durationMs: 2_000n,
    responseTimeNs: 1n,
    realTimeRatio: null,
    renditions: null,
    round: null,
  };
}

const write = (books: Books, id: string, wei: bigint, nowMs = NOW_MS, source = "key") =>
  recordWrites(books.store, [{ source, event: own(id, wei) }], nowMs)[0];

describe("Limits", () => {
  it("a job of more than 1 ETH waits, one of 1 ETH does not; set higher, it is entered", () => {
    const books = openBooks();
    enter(books, list(priced(ALICE, ETH), priced(ALICE, ETH + 1n), transcode(BOB, 8n)));
    expect(codes(books)).toEqual(["JOB_CAP"]);
    expect(books.store.ledger.balance(alice())).toBe((ETH * 3n) / 4n);
    expect(replay(books)).toBe(0);
    changeLimits(books.store, { jobCapWei: 2n * ETH });
    expect(replay(books)).toBe(1);
    expect(books.store.ledger.balance("world")).toBe(-(2n * ETH + 9n));
    expect(wrongIn(books)).toEqual([]);
  });

  it.each([2n ** 96n, 2n ** 200n])("a job of %s wei never gets in, whatever the limit", (wei) => {
    const books = openBooks();
    changeLimits(books.store, { jobCapWei: 2n ** 96n - 1n, keyDayCapWei: 2n ** 96n - 1n });
    expect(write(books, "a", wei)).toBe("quarantined");
    expect(() => changeLimits(books.store, { jobCapWei: 2n ** 96n })).toThrow(
      /expected 0 to 2\^96/,
    );
    expect(balances(books)).toEqual({});
  });

  it("a job that is in the books already is known, though a limit became lower", () => {
    const books = openBooks();
    const text = list(priced(ALICE, ETH));
    enter(books, text);
    changeLimits(books.store, { jobCapWei: 1n });
    expect(enter(books, text)).toMatchObject({ repeated: 1, quarantined: 0 });
    expect(wrongIn(books)).toEqual([]);
  });

  it("by the API a source brings 10 ETH a day; what is more waits, is told so again, and is kept", () => {
    const books = openBooks();
    for (let job = 0; job < 10; job++) expect(write(books, `j${job}`, ETH)).toBe("recorded");
    expect(write(books, "more", 1n)).toBe("quarantined");
    expect(write(books, "more", 1n)).toBe("quarantined");
    expect(write(books, "j3", ETH)).toBe("repeated");
    expect(write(books, "other", 1n, NOW_MS, "key-2")).toBe("recorded");
    expect(codes(books)).toEqual(["KEY_DAY_CAP"]);
    // Tried again it is still that day's.
    expect(replay(books)).toBe(0);
    expect(write(books, "next day", ETH, NOW_MS + DAY)).toBe("recorded");
    changeLimits(books.store, { keyDayCapWei: 11n * ETH });
    expect(replay(books)).toBe(1);
    expect(write(books, "more", 1n)).toBe("repeated");
    expect(wrongIn(books)).toEqual([]);
  });

  it("where tickets are income, a ticket and a job's work have limits", () => {
    const books = openBooks({ scheme: "by-weights" });
    const units = JSON.stringify(transcode(ALICE, 7n))
      .replace('"computeUnits":7', `"computeUnits":${10n ** 13n + 1n}`)
      .replace('"fees":7', `"fees":${10n ** 13n + 1n}`);
    const long = JSON.stringify(transcode(ALICE, 7n)).replace(
      '"duration":2000',
      '"duration":86400001',
    );
    enter(books, list(redeemed(`${10n * ETH + 1n}`), units, long, transcode(BOB, 8n)));
    expect(codes(books)).toEqual(["TICKET_CAP", "WORK_CAP", "WORK_CAP"]);
    expect(books.store.events.count()).toBe(1);
  });
});

describe("A void job", () => {
  it("leaves all as if it had never been, and is known for ever", () => {
    const books = openBooks();
    const text = list(transcode(ALICE, 8n), priced(ALICE, ETH), transcode(BOB, 12n));
    enter(books, text);
    expect(voidJob(books.store, { event: 1, reason: "absurd", nowMs: NOW_MS })).toMatchObject({
      isNew: true,
      feesWei: ETH,
    });
    expect(voidJob(books.store, { event: 1, reason: "absurd", nowMs: NOW_MS }).isNew).toBe(false);
    expect(balances(books)).toEqual({ world: -20n, commission: 5n, [alice()]: 6n, [bob()]: 9n });
    expect(books.store.workers.list(ALICE)).toMatchObject([{ jobs: 1n, feesWei: 8n }]);
    expect(books.store.jobs.list()).toHaveLength(2);
    expect(enter(books, text)).toMatchObject({ recorded: 0, repeated: 3 });
    enter(books, list(transcode(BOB, 4n)));
    expect(wrongIn(books)).toEqual([]);
  });

  it("that was paid leaves less than 0, which the next job makes up for", () => {
    const books = openBooks();
    enter(books, list(transcode(ALICE, 8n)));
    books.store.ledger.post({
      cause: { kind: "adjust", id: "as a payout does" },
      atMs: NOW_MS,
      postings: [{ from: alice(), to: "world", wei: 6n }],
    });
    voidJob(books.store, { event: 0, reason: "absurd", nowMs: NOW_MS });
    expect(books.store.ledger.balance(alice())).toBe(-6n);
    enter(books, list(transcode(ALICE, 40n)));
    expect(books.store.ledger.balance(alice())).toBe(24n);
    expect(wrongIn(books)).toEqual([]);
  });

  it.each(["by-weights", "sliding-window"] as const)(
    "%s counts in no later round; what was split stays",
    (scheme) => {
      const books = openBooks({ scheme });
      enter(books, list(transcode(ALICE, 8n), transcode(BOB, 8n), aiJob("r", 1), redeemed("4000")));
      const options = { event: 0, reason: "absurd", nowMs: NOW_MS };
      expect(voidJob(books.store, options).countedIn).toBeNull();
      voidJob(books.store, { ...options, event: 2 });
      closeRound(books.store, { round: 1, nowMs: NOW_MS });
      expect([books.store.ledger.balance(alice()), books.store.ledger.balance(bob())]).toEqual([
        0n,
        3000n,
      ]);
      enter(books, list(transcode(ALICE, 8n), transcode(BOB, 8n)));
      expect(voidJob(books.store, { ...options, event: 1 }).countedIn).toBe(1);
      enter(books, list(redeemed("4000", `0x${"cd".repeat(32)}`)));
      closeRound(books.store, { round: 2, nowMs: NOW_MS + 1 });
      expect([books.store.ledger.balance(alice()), books.store.ledger.balance(bob())]).toEqual([
        1500n,
        4500n,
      ]);
      expect(wrongIn(books)).toEqual([]);
    },
  );

  it("is none without a reason, or where there is no job", () => {
    const books = openBooks();
    enter(books, list(transcode(ALICE, 8n), received("r", BOB)));
    const at =
      (event: number, reason = "x") =>
      () =>
        voidJob(books.store, { event, reason, nowMs: NOW_MS });
    expect(at(0, " ")).toThrow(/needs a reason/);
    expect(at(1)).toThrow(/event 1 is job-received, expected a job/);
    expect(at(2)).toThrow(/there is no event 2/);
    expect(wrongIn(books)).toEqual([]);
  });
});

describe("An AI job that nobody claimed", () => {
  const at = (DT: string, Region = "eu") => ({ DT, Region });

  it("is not taken by a claim of long before, or of another region", () => {
    const books = openBooks();
    enter(books, list(received("r", BOB, at("2026-01-10T10:00:00Z"))));
    enter(books, list(received("r", BOB, at("2026-06-01T10:00:00Z", "us"))));
    enter(books, list(aiJob("r", 40, at("2026-06-01T10:00:00Z"))));
    expect(books.store.ledger.balance("unattributed")).toBe(40n);
    enter(books, list(received("r", ALICE, at("2026-06-01T09:59:00Z"))));
    expect(books.store.ledger.balance(alice("ai"))).toBe(30n);
    expect(wrongIn(books)).toEqual([]);
  });

  it("is assigned once, and no claim changes that", () => {
    const books = openBooks();
    enter(books, list(aiJob("r", 40), transcode(ALICE, 8n), received("q", BOB), aiJob("q", 8)));
    const decide = { event: 0, reason: "its log", nowMs: NOW_MS };
    expect(assignJob(books.store, { ...decide, address: ALICE.toLowerCase() })).toBe(true);
    expect(assignJob(books.store, { ...decide, address: ALICE.toLowerCase() })).toBe(false);
    expect(() => assignJob(books.store, { ...decide, address: BOB.toLowerCase() })).toThrow(
      /was given to 0x/,
    );
    expect(() => assignJob(books.store, { ...decide, event: 3, address: ALICE })).toThrow(
      /is claimed by/,
    );
    enter(books, list(received("r", BOB)));
    expect(balances(books)).toEqual({
      world: -56n,
      commission: 14n,
      [alice("ai")]: 30n,
      [alice()]: 6n,
      [bob("ai")]: 6n,
    });
    voidJob(books.store, decide);
    expect(books.store.ledger.balance(alice("ai"))).toBe(0n);
    expect(wrongIn(books)).toEqual([]);
  });

  it("is the operator's after a release, until it is claimed", () => {
    const books = openBooks();
    enter(books, list(aiJob("r", 40), aiJob("s", 8)));
    for (const event of [0, 1]) releaseJob(books.store, { event, reason: "old", nowMs: NOW_MS });
    expect(releaseJob(books.store, { event: 0, reason: "old", nowMs: NOW_MS })).toBe(false);
    expect(balances(books)).toEqual({ world: -48n, commission: 48n });
    enter(books, list(received("r", BOB)));
    expect(balances(books)).toEqual({ world: -48n, commission: 18n, [bob("ai")]: 30n });
    voidJob(books.store, { event: 1, reason: "absurd", nowMs: NOW_MS });
    expect(balances(books)).toEqual({ world: -40n, commission: 10n, [bob("ai")]: 30n });
    expect(wrongIn(books)).toEqual([]);
  });
});
