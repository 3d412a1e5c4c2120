/** Whole books over a store: ingested, closed by rounds, reported and verified. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Rational } from "../../core/rational.js";
import { closeRound } from "../../pool/books/close-round.js";
import { compareSchemes } from "../../pool/books/compare-schemes.js";
import { JsonSplitter } from "../../pool/books/events/json-splitter.js";
import { EventIngest } from "../../pool/books/ingest/ingest.js";
import { addRates, changeSettings } from "../../pool/books/settings.js";
import type { PoolStore } from "../../pool/books/store/store.js";
import { verifyBooks } from "../../pool/books/verify/verify.js";
import { ALICE, BOB, type StoreCase } from "./case.js";

const NOW_MS = Date.UTC(2027, 0);
const AT_MS = Date.UTC(2026, 1, 1);

/** Tells events apart. */
function idOf(index: number): string {
  return `00000000-0000-4000-8000-${`${index}`.padStart(12, "0")}`;
}

interface Told {
  readonly type: string;
  readonly payload: object;
  readonly nodeType?: "transcode" | "ai";
}

/** A second apart, in the form of buckets. */
function bucket({ type, payload, nodeType = "transcode" }: Told, index: number): object {
  return {
    ID: idOf(index),
    EventType: type,
    Version: 1,
    Payload: payload,
    NodeType: nodeType,
    Region: "eu",
    DT: new Date(AT_MS + index * 1000).toISOString(),
  };
}

function transcoded(ethAddress: string, fees: number): Told {
  const units = { computeUnits: fees, pricePerComputeUnit: 1, fees };
  const times = { responseTime: 500, realTimeRatio: 4, duration: 2000 };
  return { type: "job-processed", payload: { ethAddress, ...units, ...times } };
}

function aiPaid(requestID: string, fees: number): Told {
  const units = { computeUnits: fees, pricePerComputeUnit: 1, fees, responseTime: 1_500_000_000 };
  const payload = { requestID, pipeline: "llm", modelID: "m", ...units };
  return { type: "job-processed", nodeType: "ai", payload };
}

function aiClaimed(requestID: string, ethAddress: string): Told {
  const payload = { ethAddress, requestID, pipeline: "llm", modelID: "m" };
  return { type: "job-received", nodeType: "ai", payload };
}

function redeemed(faceValue: number): Told {
  const who = { recipient: ALICE, sender: BOB };
  const payload = { ...who, faceValue, winProb: 1, pricePerPixel: null, creationRound: 4000 };
  return { type: "ticket-redeemed", payload: { ...payload, txHash: `0x${"ab".repeat(32)}` } };
}

function enter(store: PoolStore, told: readonly Told[]): void {
  const splitter = new JsonSplitter();
  const text = Buffer.from(JSON.stringify(told.map(bucket)));
  const pieces = [...splitter.push(text), ...splitter.end()];
  const ingest = new EventIngest(store);
  ingest.ingest({ source: "o1", origin: "events.json", pieces, nowMs: NOW_MS });
}

function setUp(store: PoolStore, scheme: "per-job" | "sliding-window"): void {
  changeSettings(store, { scheme });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
}

function wrongIn(store: PoolStore, open: () => PoolStore): readonly string[] {
  const fresh = open();
  try {
    return verifyBooks(store, fresh).wrong;
  } finally {
    fresh.close();
  }
}

const TOLD = [
  transcoded(ALICE, 1_000),
  transcoded(BOB, 400),
  aiPaid("r1", 80),
  aiPaid("r2", 20),
  aiClaimed("r1", BOB),
  redeemed(800),
];

export const bookCases: readonly StoreCase[] = [
  {
    name: "books that pay per job: jobs, workers and balances follow from events, and verify",
    check: (store, open) => {
      setUp(store, "per-job");
      enter(store, TOLD);
      enter(store, TOLD);
      strictEqual(store.events.count(), TOLD.length);
      const owed = store.ledger.flows("pending:").map(({ account, inWei }) => [account, inWei]);
      deepStrictEqual(owed, [
        [`pending:${ALICE}:transcode:eu`, 750n],
        [`pending:${BOB}:ai:eu`, 60n],
        [`pending:${BOB}:transcode:eu`, 300n],
      ]);
      const jobs = store.jobs.list().map(({ sequence, address }) => [sequence, address]);
      deepStrictEqual(jobs, [
        [3, null],
        [2, BOB],
        [1, BOB],
        [0, ALICE],
      ]);
      const places = (rows: readonly { readonly sequence: number }[]) =>
        rows.map(({ sequence }) => sequence);
      deepStrictEqual(places(store.jobs.list({ address: BOB })), [2, 1]);
      deepStrictEqual(places(store.jobs.list({ beforeSequence: 2, limit: 1 })), [1]);
      deepStrictEqual(places(store.jobs.list({ sinceMs: AT_MS + 2000 })), [3, 2]);
      deepStrictEqual(store.jobs.unclaimedSum(), { jobs: 1, feesWei: 20n });
      deepStrictEqual(
        store.jobs.unclaimed({ beforeMs: NOW_MS, limit: 5 }).map(({ requestId }) => requestId),
        ["r2"],
      );
      strictEqual(store.jobs.processedOf(2)?.address, BOB);
      strictEqual(store.events.firstMoneyMs(NOW_MS), AT_MS);
      strictEqual(store.events.firstMoneyMs(NOW_MS, "o2"), null);
      deepStrictEqual(
        store.workers.list(BOB).map(({ nodeType, jobs: count }) => [nodeType, count]),
        [
          ["ai", 1n],
          ["transcode", 1n],
        ],
      );
      deepStrictEqual(wrongIn(store, open), []);
    },
  },
  {
    name: "books that close rounds: income waits for work, is split once, and verifies",
    check: (store, open) => {
      setUp(store, "sliding-window");
      enter(store, TOLD.slice(0, 5));
      closeRound(store, { round: 1, nowMs: NOW_MS });
      enter(store, TOLD);
      const row = closeRound(store, { round: 2, nowMs: NOW_MS });
      deepStrictEqual([row.incomeWei, row.sharedWei, row.commissionWei], [800n, 600n, 200n]);
      deepStrictEqual(closeRound(store, { round: 2, nowMs: NOW_MS + 1 }), row);
      strictEqual(store.ledger.balance("feesEarned"), 0n);
      deepStrictEqual(
        store.reports.entriesOfKind("round").map(({ sequence }) => sequence),
        [row.entrySequence],
      );
      deepStrictEqual(wrongIn(store, open), []);
    },
  },
  {
    name: "reports walk through all jobs by time, at one instant",
    check: (store) => {
      setUp(store, "per-job");
      enter(store, TOLD);
      store.reports.snapshot(() => {
        const [first, second] = store.reports.jobsAfter(null, 2);
        deepStrictEqual([first?.sequence, second?.sequence], [0, 1]);
        const rest = store.reports.jobsAfter(second ?? null, 5);
        deepStrictEqual(
          rest.map(({ sequence }) => sequence),
          [2, 3],
        );
        deepStrictEqual(store.reports.linkedJobs(-1, 5), [
          { event: 2, address: BOB },
          { event: 3, address: null },
        ]);
      });
      strictEqual(compareSchemes(store).jobs, 3);
    },
  },
  {
    name: "adds links to a chain for all that is entered, and none for what is undone",
    check: (store) => {
      setUp(store, "per-job");
      const before = store.chain.head();
      ok(before !== null, "settings have a link");
      enter(store, TOLD);
      const after = store.chain.head();
      strictEqual((after?.links ?? 0) > before.links, true);
      throws(() =>
        store.transaction(() => {
          store.setSetting("x", "y");
          throw new Error("undone");
        }),
      );
      deepStrictEqual(store.chain.head(), after);
      for (const head of [undefined, before]) {
        deepStrictEqual(store.chain.check(head), { links: after?.links, wrong: [] });
      }
      const other = { links: before.links, hash: "0".repeat(64) };
      strictEqual(store.chain.check(other).wrong.length, 1);
      strictEqual(store.chain.check({ ...before, links: 1_000_000 }).wrong.length, 1);
    },
  },
];
