/**
 * Books that poolsim made at commit 3db21f5 (`version-1/*.db.gz`): they open, also to be read only,
 * are what they were to the wei, and go on.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { SqliteDatabase } from "../../../../src/io/sqlite.js";
import { EventIngest } from "../../../../src/pool/books/ingest/ingest.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";
import { balances, enter, wrongIn } from "../../../support/books/books.js";
import { aiJob, list, received } from "../../../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-version-1-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function oldBooks(scheme: string): string {
  const path = join(folder, `${files++}.db`);
  const packed = readFileSync(new URL(`version-1/${scheme}.db.gz`, import.meta.url));
  writeFileSync(path, gunzipSync(packed));
  return path;
}

/** As the old code printed them. */
const PER_JOB = {
  commission: 1085n,
  [`paid:0x${"a".repeat(39)}1`]: 7n,
  [`pending:0x${"a".repeat(39)}1:ai:eu`]: 31n,
  [`pending:0x${"a".repeat(39)}1:transcode:eu`]: 5800n,
  [`pending:0x${"b".repeat(39)}2:ai:us`]: 376n,
  [`pending:0x${"b".repeat(39)}2:transcode:us`]: 2251n,
  unattributed: 77n,
  wallet: 180_000n,
  world: -189_627n,
};

describe("Books of a later poolsim", () => {
  it.each([true, false])(
    "are refused (only read: %s): what their tables mean is not known",
    (readOnly) => {
      const path = oldBooks("per-job");
      new SqlitePoolStore({ path }).close();
      const file = new SqliteDatabase({ path });
      file.exec("PRAGMA user_version = 99");
      file.close();
      const code = "STORE_VERSION";
      const message = expect.stringContaining("the file has version 99, this poolsim knows");
      expect(() => new SqlitePoolStore({ path, readOnly })).toThrow(
        expect.objectContaining({ code, message }),
      );
    },
  );

  it("are not written any more by who had them open when they became that", () => {
    const path = oldBooks("per-job");
    const store = new SqlitePoolStore({ path });
    onTestFinished(() => store.close());
    const file = new SqliteDatabase({ path });
    file.exec("PRAGMA user_version = 99");
    file.close();
    const before = store.ledger.entryCount();
    const cause = { kind: "adjust", id: "late" };
    const postings = [{ from: "world", to: "commission", wei: 1n }] as const;
    const run = { job: "import", trigger: "schedule", dueMs: 0, attempt: 1, startedMs: 0 } as const;
    const writes = [
      () => store.ledger.post({ cause, atMs: 0, postings }),
      () => store.transaction(() => store.ledger.post({ cause, atMs: 0, postings })),
      () => store.setCursor("files", "1"),
      () => store.runs.begin(run),
    ];
    for (const write of writes) {
      expect(write).toThrow(expect.objectContaining({ code: "STORE_VERSION" }));
    }
    expect([store.ledger.entryCount(), store.cursor("files")]).toEqual([before, null]);
  });
});

describe("Books of version 1", () => {
  it.each(["per-job", "by-weights"])("that pay %s are right, also when only read", (scheme) => {
    const path = oldBooks(scheme);
    const file = new SqliteDatabase({ path, readOnly: true });
    expect(file.get("PRAGMA user_version")?.["user_version"]).toBe(1n);
    file.close();
    for (const readOnly of [true, false, true]) {
      const store = new SqlitePoolStore({ path, readOnly });
      expect(wrongIn({ store })).toEqual([]);
      if (scheme === "per-job") expect(balances({ store })).toEqual(PER_JOB);
      else expect(store.rounds.list()).toMatchObject([{ round: 10, sharedWei: 135_000n }]);
      expect(store.jobs.list().length).toBe(5);
      const identities = store.events.list(0, 100).map(({ identity }) => identity);
      expect(store.events.known(identities).size).toBe(identities.length);
      store.close();
    }
  });

  it("keep whose their AI jobs are; from now on claims are bound by time and region", () => {
    const store = new SqlitePoolStore({ path: oldBooks("per-job") });
    const books = { store, ingest: new EventIngest(store) };
    const late = { DT: "2026-06-05T10:00:00Z", Region: "us" };
    // The claim of January also took this one in the old code.
    enter(books, list(aiJob("reqJan", 1_000, late)));
    expect(store.ledger.balance("unattributed")).toBe(1_077n);
    enter(books, list(received("reqJan", `0x${"a".repeat(39)}1`, late)));
    expect(store.ledger.balance("unattributed")).toBe(77n);
    expect(balances(books)[`pending:0x${"b".repeat(39)}2:ai:us`]).toBe(376n);
    expect(wrongIn(books)).toEqual([]);
    store.close();
  });
});
