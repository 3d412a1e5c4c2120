/**
 * The defects of today's pool managers, by their numbers, and what happens here instead. Those of
 * payouts are in payouts/defects.test.ts, those of the API's reads in api/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { decodeEvent } from "../../../src/pool/books/events/decode.js";
import { EventIngest } from "../../../src/pool/books/ingest/ingest.js";
import { replayQuarantine } from "../../../src/pool/books/ingest/replay.js";
import { changeLimits } from "../../../src/pool/books/limits.js";
import { importFiles } from "../../../src/pool/books/sources/files.js";
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

const alice = `pending:${ALICE.toLowerCase()}`;
const bob = `pending:${BOB.toLowerCase()}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-defects-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const imported = { source: "o1", now: () => NOW_MS };

it("EG-D1: a commission of 1/4 leaves 3/4 to the worker", () => {
  const books = openBooks({ commission: Rational.of(1n, 4n) });
  enter(books, list(transcode(ALICE, 1000n)));
  expect(balances(books)).toMatchObject({ [`${alice}:transcode:eu`]: 750n, commission: 250n });
});

it("EG-D2: commission is exact beyond 2^53 wei", () => {
  const books = openBooks({ commission: Rational.of(1n, 3n) });
  const fees = 9_007_199_254_740_993n;
  const job = JSON.stringify(transcode(ALICE, 7n)).replace(
    /"computeUnits":7/,
    `"computeUnits":${fees}`,
  );
  enter(books, `[${job.replace(/"fees":7/, `"fees":${fees}`)}]`);
  expect(balances(books)).toMatchObject({
    [`${alice}:transcode:eu`]: fees - fees / 3n,
    commission: fees / 3n,
  });
});

it("EG-D3: AI jobs are attributed without a node type in the payload", () => {
  const books = openBooks();
  enter(books, list(api(1, received("r1", ALICE)), api(2, aiJob("r1", 400))), { region: "eu" });
  // The API form has no labels: the source says them.
  expect(books.store.quarantine.count()).toBe(2);
  const labelled = { source: "o1", origin: "poll", nodeType: "ai", region: "eu", nowMs: NOW_MS };
  const pieces = [api(1, received("r1", ALICE)), api(2, aiJob("r1", 400))].map((event) => ({
    raw: Buffer.from(JSON.stringify(event)),
    position: 0,
    problem: null,
  }));
  books.ingest.ingest({ ...labelled, pieces });
  expect(balances(books)).toMatchObject({ [`${alice}:ai:eu`]: 300n, commission: 100n });
});

it("EG-D4: unattributed fees wait in their own account, and the zero address owns nothing", () => {
  const books = openBooks();
  enter(books, list(aiJob("r1", 400), transcode(`0x${"0".repeat(40)}`, 5n)));
  expect(balances(books)).toEqual({ world: -400n, unattributed: 400n });
  expect(books.store.quarantine.list()[0]).toMatchObject({ code: "ADDRESS" });
});

it("EG-D5: a request received before a restart is found after it", () => {
  const path = join(folder, "pool.db");
  const before = openBooks({ path });
  enter(before, list(received("r1", ALICE)));
  before.store.close();
  const after = openBooks({ path });
  enter(after, list(aiJob("r1", 400)));
  expect(balances(after)).toMatchObject({ [`${alice}:ai:eu`]: 300n });
  after.store.close();
});

it("EG-D6: each source has its own cursor", async () => {
  const books = openBooks();
  const { store, ingest } = books;
  for (const name of ["fast", "lagging"]) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, "fast", "a.json"),
    list(transcode(ALICE, 8n, { DT: "2026-03-01T00:00:00Z" })),
  );
  await importFiles([join(folder, "fast")], store, ingest, { ...imported, source: "fast" });
  writeFileSync(join(folder, "lagging", "a.json"), list(transcode(BOB, 8n)));
  await importFiles([join(folder, "lagging")], store, ingest, { ...imported, source: "lagging" });
  expect(balances(books)).toMatchObject({
    [`${alice}:transcode:eu`]: 6n,
    [`${bob}:transcode:eu`]: 6n,
  });
  expect([...store.cursors().keys()]).toHaveLength(2);
});

it("EG-D7: an event and its fee are in the books together, or neither is", () => {
  const books = openBooks();
  expect(() =>
    books.store.transaction(() => {
      enter(books, list(transcode(ALICE, 8n)));
      throw new Error("crash");
    }),
  ).toThrow("crash");
  expect([books.store.events.count(), balances(books)]).toEqual([0, {}]);
});

it("EG-D8: events of the same second, seen by overlapping polls, count once each", () => {
  const books = openBooks();
  const [first, second] = [api(1, transcode(ALICE, 8n)), api(2, transcode(ALICE, 16n))];
  const labelled = (events: object[]) =>
    books.ingest.ingest({
      source: "o1",
      origin: "poll",
      nodeType: "transcode",
      region: "eu",
      nowMs: NOW_MS,
      pieces: events.map((event) => ({
        raw: Buffer.from(JSON.stringify(event)),
        position: 0,
        problem: null,
      })),
    });
  labelled([first]);
  expect(labelled([first, second])).toEqual({ recorded: 1, repeated: 1, quarantined: 0 });
  expect(balances(books)).toMatchObject({ [`${alice}:transcode:eu`]: 18n });
});

it("EG-D9: unknown events go to quarantine once, block nothing and can be replayed", () => {
  const books = openBooks();
  const odd = bucket("worker-promoted", {});
  for (let poll = 0; poll < 3; poll++)
    enter(books, list(odd, transcode(ALICE, 8n, { ID: odd.ID.replace(/./, "f") })));
  expect(books.store.quarantine.list()).toMatchObject([{ code: "TYPE_UNKNOWN", position: 1 }]);
  expect([books.store.events.count(), books.store.quarantine.count()]).toEqual([1, 1]);
  expect(replayQuarantine(books.store, books.ingest, { now: () => NOW_MS })).toBe(0);
  expect(books.store.quarantine.count()).toBe(1);
});

it("EG-D14: balances have no upper limit", () => {
  const books = openBooks();
  changeLimits(books.store, { jobCapWei: 2n ** 64n });
  const fees = 9_000_000_000_000_000_000n;
  for (let job = 0; job < 5; job++) {
    const text = JSON.stringify(transcode(ALICE, 7n))
      .replace(/"computeUnits":7/, `"computeUnits":${fees}`)
      .replace(/"fees":7/, `"fees":${fees}`);
    enter(books, `[${text}]`);
  }
  expect(books.store.ledger.balance("world")).toBe(-5n * fees);
  expect(wrongIn(books)).toEqual([]);
});

it("EG-D15: one worker's rows are asked for, not filtered afterwards", () => {
  const books = openBooks();
  enter(books, list(transcode(ALICE, 8n), transcode(BOB, 8n)));
  expect(books.store.workers.list(ALICE).map(({ address }) => address)).toEqual([
    ALICE.toLowerCase(),
  ]);
  expect(books.store.workers.list()).toHaveLength(2);
});

it("EG-D18, ED-D16: what a job is shows by its payload, whatever the node calls itself", () => {
  const books = openBooks();
  enter(
    books,
    list(
      received("r1", ALICE, { NodeType: "transcode" }),
      aiJob("r1", 400, { NodeType: "transcode" }),
      transcode(BOB, 8n, { NodeType: "ai" }),
    ),
  );
  expect(balances(books)).toMatchObject({ [`${alice}:ai:eu`]: 300n, [`${bob}:transcode:eu`]: 6n });
});

it("ED-D5, ED-D6: events are known for ever and late ones count, without a time window", () => {
  const books = openBooks();
  const old = transcode(ALICE, 8n, { DT: "2025-01-01T00:00:00Z" });
  enter(books, list(transcode(BOB, 8n)));
  for (let batch = 0; batch < 3; batch++) enter(books, list(old, transcode(BOB, 8n)));
  expect(balances(books)).toMatchObject({
    [`${alice}:transcode:eu`]: 6n,
    [`${bob}:transcode:eu`]: 24n,
  });
});

it("ED-D7, ED-D17: a later file with an earlier name is read; a whole directory is", async () => {
  const { store, ingest } = openBooks();
  writeFileSync(join(folder, "b.json"), list(transcode(ALICE, 8n)));
  await importFiles([folder], store, ingest, imported);
  writeFileSync(join(folder, "a.json"), list(transcode(ALICE, 16n)));
  const result = await importFiles([folder], store, ingest, imported);
  expect(result).toMatchObject({ files: 1, unchanged: 1, recorded: 1 });
});

it("ED-D8: of a damaged file everything readable counts, the rest waits with its bytes", () => {
  const books = openBooks();
  const text = `[${JSON.stringify(transcode(ALICE, 8n))}, {"ID": nonsense}, ${JSON.stringify(transcode(BOB, 8n))}, {"ID": "cut o`;
  expect(enter(books, text)).toEqual({ recorded: 2, repeated: 0, quarantined: 2 });
  const [bad, cut] = books.store.quarantine.list();
  expect([bad?.code, Buffer.from(bad?.raw ?? []).toString()]).toEqual(["JSON", '{"ID": nonsense}']);
  expect([cut?.code, cut?.position]).toEqual(["PIECE", text.indexOf('{"ID": "cut o')]);
});

it("ED-D9: a pair that was not committed is found again", () => {
  const books = openBooks();
  enter(books, list(received("r1", ALICE)));
  expect(() =>
    books.store.transaction(() => {
      enter(books, list(aiJob("r1", 400)));
      throw new Error("a later step fails");
    }),
  ).toThrow();
  enter(books, list(aiJob("r1", 400)));
  expect(balances(books)).toMatchObject({ [`${alice}:ai:eu`]: 300n });
});

it("ED-D10: fees seen before their worker is known are attributed when it is", () => {
  const books = openBooks();
  enter(books, list(aiJob("r1", 400, { DT: "2026-02-01T10:00:05Z" })));
  enter(books, list(received("r1", BOB, { DT: "2026-02-01T10:00:01Z" })));
  expect(balances(books)).toEqual({ world: -400n, [`${bob}:ai:eu`]: 300n, commission: 100n });
  // A later attempt before the payment is the one that earned it: corrected, not paid again.
  enter(books, list(received("r1", ALICE, { DT: "2026-02-01T10:00:04Z" })));
  expect(balances(books)).toEqual({ world: -400n, [`${alice}:ai:eu`]: 300n, commission: 100n });
  expect(wrongIn(books)).toEqual([]);
});

it("ED-D11: the real-time ratio is kept as it is, higher is better (E-13)", () => {
  const event = decodeEvent(Buffer.from(JSON.stringify(transcode(ALICE, 8n))));
  expect(event).toMatchObject({ realTimeRatio: 4n, durationMs: 2000n });
});

it("ED-D12: response times are nanoseconds inside, of transcoding (ms) and of AI (ns)", () => {
  const both = [transcode(ALICE, 8n), aiJob("r1", 4)].map((event) =>
    decodeEvent(Buffer.from(JSON.stringify(event))),
  );
  expect(both).toMatchObject([
    { responseTimeNs: 500_000_000n },
    { responseTimeNs: 1_500_000_000n },
  ]);
});

it("ED-D13: every job is kept, so that any statistic can be made of all of them", () => {
  const books = openBooks();
  for (let batch = 0; batch < 3; batch++)
    enter(books, list(transcode(ALICE, 8n), transcode(ALICE, 8n)));
  expect(books.store.jobs.list().map(({ responseTimeNs }) => responseTimeNs)).toEqual(
    Array.from({ length: 6 }, () => 500_000_000n),
  );
});

it("ED-D14: who connects in the second of a reset is online, in any order", () => {
  const DT = "2026-02-01T10:00:00Z";
  const reset = bucket("orchestrator-reset", {}, { DT });
  const connected = bucket(
    "worker-connected",
    { ethAddress: ALICE, connection: "1.2.3.4:5" },
    { DT },
  );
  for (const order of [list(reset, connected), list(connected, reset)]) {
    const books = openBooks();
    enter(books, order);
    expect(books.store.workers.list()[0]?.connections).toBe(1);
  }
});

it("ED-D18: no endpoint and no bucket is built in: books need nothing but what is given", () => {
  const { store } = openBooks();
  expect([...store.cursors()]).toEqual([]);
  expect(() => new EventIngest(store)).not.toThrow();
});

it("E-8: face values of 256 bits are exact; E-8: a hash of zeros is a failure, not income", () => {
  const books = openBooks();
  const faceValue = 2n ** 255n + 1n;
  enter(books, list(redeemed(`${faceValue}`), redeemed("5", `0x${"0".repeat(64)}`)));
  expect(balances(books)).toEqual({ world: -faceValue, wallet: faceValue });
  expect(books.store.tickets.list().map(({ state }) => state)).toEqual(["failed", "redeemed"]);
});

it("E-12: fees that wrapped at 64 bits are what their factors say", () => {
  const books = openBooks();
  changeLimits(books.store, { jobCapWei: 2n ** 95n });
  const [units, price] = [4_000_000_000_000n, 5_000_000_000n];
  const wrapped = BigInt.asIntN(64, units * price);
  const job = JSON.stringify(transcode(ALICE, 7n))
    .replace('"computeUnits":7', `"computeUnits":${units}`)
    .replace('"pricePerComputeUnit":1', `"pricePerComputeUnit":${price}`)
    .replace('"fees":7', `"fees":${wrapped}`);
  enter(books, `[${job}]`);
  expect(books.store.ledger.balance("world")).toBe(-units * price);
});
