/** A live pool from recorded days: however its files come, the books are the same to the wei. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { importFiles } from "../../../../src/pool/books/sources/files.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";
import { disturbed } from "../../../../src/sim/record/disturb.js";
import type { EventFile } from "../../../../src/sim/record/files.js";
import type { Form } from "../../../../src/sim/record/form-names.js";
import { balances, NOW_MS, wrongIn } from "../../../support/books/books.js";
import {
  disagreements,
  enterFile,
  FEW_DAYS,
  filesIn,
  ingestInto,
  recorded,
  stateOf,
  writeFiles,
} from "../../../support/books/recorded-month.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-month-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In memory, one file after the other. */
async function straight(files: readonly EventFile[], form: Form) {
  const store = new SqlitePoolStore({ path: ":memory:" });
  const ingest = ingestInto(store);
  for (const file of files) await enterFile(file, { form, ingest });
  return store;
}

describe("A month of a pool of 200 workers", () => {
  const record = recorded({}, { aiPerDay: 100, restarts: 1 });
  const files = disturbed(filesIn(record, 24), 1);

  it("is what it should be: all kinds of events, and files as bad as can be", () => {
    const { events, earned } = record;
    const count = (type: string) => events.filter(({ event }) => event.type === type).length;
    expect(count("job-processed")).toBeGreaterThan(30_000);
    expect(count("worker-disconnected")).toBeGreaterThan(1_000);
    expect(count("ticket-redeemed")).toBeGreaterThan(6);
    expect(count("reset")).toBe(2 * record.sources.length);
    const connected = events.flatMap(({ event }) =>
      event.type === "worker-connected" ? [event.address] : [],
    );
    expect(new Set(connected).size).toBe(200);
    expect(new Set(earned.map(({ address }) => address)).size).toBeGreaterThan(190);
    expect(files.filter(({ isLate }) => isLate).length).toBeGreaterThan(10);
    const told = files.reduce((sum, file) => sum + file.events.length, 0);
    expect(told).toBeGreaterThan(1.01 * events.length);
    const requests = files.map(
      ({ events: inFile }) =>
        new Map(
          inFile.flatMap(({ event }) =>
            event.type === "job-received" || event.type === "job-processed"
              ? [[event.requestId, event.type]]
              : [],
          ),
        ),
    );
    const halves = (type: string) =>
      new Set(
        requests.flatMap((inFile, index) =>
          [...inFile].flatMap(([id, is]) => (is === type ? [`${id} ${index}`] : [])),
        ),
      );
    const [received, processed] = [halves("job-received"), halves("job-processed")];
    expect([...received].filter((half) => !processed.has(half)).length).toBeGreaterThan(1_000);
  });

  it("makes the same books in both forms of nodes: those of the simulator, to the wei", async () => {
    const bucket = join(folder, "month");
    writeFiles(bucket, "bucket", files);
    const store = new SqlitePoolStore({ path: join(folder, "month.db") });
    const result = await importFiles([bucket], store, ingestInto(store), {
      source: "bucket",
      now: () => NOW_MS,
    });
    expect(result).toMatchObject({ recorded: record.events.length, quarantined: 0 });
    expect(disagreements(record, store)).toEqual([]);
    expect(wrongIn({ store })).toEqual([]);
    const api = await straight(files, "api");
    expect(stateOf(api)).toEqual(stateOf(store));
    api.close();
    store.close();
  });
});

it("A few days in poolsim's own form make the same balances as in a node's", async () => {
  const files = disturbed(filesIn(recorded(FEW_DAYS, { aiPerDay: 60, restarts: 1 })), 3);
  const [own, bucket] = [await straight(files, "poolsim"), await straight(files, "bucket")];
  expect(balances({ store: own })).toEqual(balances({ store: bucket }));
  expect(own.workers.list().map(({ lastSeenMs: _, ...row }) => row)).toEqual(
    bucket.workers.list().map(({ lastSeenMs: _, ...row }) => row),
  );
  for (const store of [own, bucket]) store.close();
});

/** How a stream of a file's bytes may break off. */
const FAULTS = ["none", "source fails", "closed under it", "within the transaction"] as const;
type Fault = (typeof FAULTS)[number];

/** Fails when the last batch of a file is nearly in. */
class FailingStore extends SqlitePoolStore {
  isFailing = false;

  override setCursor(source: string, cursor: string): void {
    super.setCursor(source, cursor);
    if (this.isFailing) throw new Error("killed");
  }
}

describe.each(["bucket", "api"] as const)("A few days in the form %s", (form) => {
  const record = recorded(FEW_DAYS, { aiPerDay: 60, restarts: 2 });
  /** The same events, cut and disturbed in one way and another. */
  const cuts = [5, 11, 24].map((hours) =>
    disturbed(filesIn(record, hours), hours, {
      lateFiles: 1 / 3,
      repeatedFiles: 1 / 5,
      repeatedEvents: 1 / 10,
    }),
  );
  const cut = fc.constantFrom(...cuts);
  const attempt = fc.record({
    order: cut.chain((files) => fc.shuffledSubarray(files, { minLength: 1 })),
    chunkBytes: fc.integer({ min: 200, max: 100_000 }),
    batchSize: fc.integer({ min: 1, max: 500 }),
    fault: fc.constantFrom(...FAULTS),
    /** Of the last file's bytes that are read before. */
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  let run = 0;

  it("in any order, split and killed anywhere, makes the simulator's books", async () => {
    const undisturbed = await straight(filesIn(record), form === "api" ? "bucket" : "api");
    const due = stateOf(undisturbed);
    undisturbed.close();
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 3 }),
        cut.chain((files) => fc.shuffledSubarray(files, { minLength: files.length })),
        async (attempts, last) => {
          const path = join(folder, `${form}-${run++}.db`);
          for (const { order, fault, part, ...sizes } of attempts) {
            await broken({ path, form, order, fault, part, ...sizes });
          }
          const store = new SqlitePoolStore({ path });
          const ingest = ingestInto(store);
          for (const file of last) await enterFile(file, { form, ingest });
          expect(stateOf(store)).toEqual(due);
          expect(disagreements(record, store)).toEqual([]);
          expect(wrongIn({ store })).toEqual([]);
          store.close();
        },
      ),
      { numRuns: 5 },
    );
  });
});

interface Broken {
  readonly path: string;
  readonly form: Form;
  readonly order: readonly EventFile[];
  readonly chunkBytes: number;
  readonly batchSize: number;
  readonly fault: Fault;
  readonly part: number;
}

/** Enters files until the fault in the last of them; the books that are left must be right. */
async function broken({ path, form, order, chunkBytes, batchSize, fault, part }: Broken) {
  const store = new FailingStore({ path });
  const ingest = ingestInto(store);
  const enter = (file: EventFile, isLast: boolean) =>
    enterFile(file, {
      form,
      ingest,
      batchSize,
      async *chunks(text: Buffer) {
        for (let at = 0; at < text.length; at += chunkBytes) {
          if (isLast && fault !== "none" && at + chunkBytes > part * text.length) {
            if (fault === "source fails") throw new Error("killed");
            if (fault === "closed under it") store.close();
            else store.isFailing = true;
          }
          yield text.subarray(at, at + chunkBytes);
        }
      },
    });
  try {
    for (const file of order.slice(0, -1)) await enter(file, false);
    const [last] = order.slice(-1);
    const ended = last === undefined ? null : enter(last, true);
    if (fault === "none") await ended;
    else await expect(ended).rejects.toThrow();
  } finally {
    store.isFailing = false;
    store.close();
  }
  const left = new SqlitePoolStore({ path });
  expect(wrongIn({ store: left })).toEqual([]);
  left.close();
}
