/** What reports ask of the books. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { SqliteDatabase } from "../../../../src/io/sqlite.js";
import { adjust } from "../../../../src/pool/books/adjust.js";
import type { SchemeName } from "../../../../src/pool/books/attribution/registry.js";
import { changeSettings, type SettingsChange } from "../../../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";
import { enter, openBooks } from "../../../support/books/books.js";
import { ALICE, aiJob, list, received, transcode } from "../../../support/books/events.js";
import { emptyFolder } from "../../../support/cli/command.js";

it("Jobs come by time, then by arrival, page after page, each once", () => {
  const books = openBooks();
  const at = (time: string) => ({ DT: `2026-02-01T10:00:0${time}Z` });
  enter(books, list(aiJob("r", 3, at("5")), transcode(ALICE, 1n, at("9"))));
  enter(books, list(transcode(ALICE, 4n, at("5")), transcode(ALICE, 2n, at("1"))));
  enter(books, list(received("r", ALICE, at("4"))));
  const seen = [];
  let page = books.store.reports.jobsAfter(null, 1);
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    seen.push([last.feesWei, last.address]);
    page = books.store.reports.jobsAfter(last, 1);
  }
  const alice = ALICE.toLowerCase();
  expect(seen).toEqual([2n, 3n, 4n, 1n].map((fees) => [fees, alice]));
});

it("Entries of a kind that no event caused, and what the log says of them", () => {
  const { store, ingest } = openBooks();
  enter({ store, ingest }, list(transcode(ALICE, 100n)));
  const who = { address: ALICE, nodeType: "transcode", region: "eu" };
  for (const id of ["a", "b"])
    adjust(store, { ...who, wei: 7n, reason: `for ${id}`, id, nowMs: 2 });
  expect(store.reports.entriesOfKind("adjust").map(({ cause }) => cause.id)).toEqual(["a", "b"]);
  expect(store.reports.entriesOfKind("round")).toEqual([]);
  expect(store.reports.logged("adjust b")).toEqual([expect.stringMatching(/7 wei: for b$/)]);
});

it("A job's weight is in the proposal's table, as a float, in books that pay by it", () => {
  const folder = emptyFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const weightsIn = (scheme: SchemeName, change: SettingsChange) => {
    const path = join(folder, `${scheme}.db`);
    const books = openBooks({ path, scheme });
    changeSettings(books.store, change);
    enter(books, list(transcode(ALICE, 3_000_000n), aiJob("r", 9)));
    books.store.close();
    const dashboard = new SqliteDatabase({ path, readOnly: true });
    const rows = dashboard.all('SELECT weight FROM "transcoderJobs" ORDER BY duration DESC');
    dashboard.close();
    return rows.map(({ weight }) => weight);
  };
  expect(weightsIn("per-job", {})).toEqual([null, null]);
  // 2 s, 3 megapixels, 1 rendition; an AI job has neither duration nor pixels.
  expect(weightsIn("by-weights", {})).toEqual([6, 1]);
  const weights = { duration: Rational.of(1n, 4n), pixels: Rational.ZERO };
  expect(weightsIn("sliding-window", { weights, renditions: 4n })).toEqual([4.5, 4]);
});

it("A snapshot stays as it is while another process writes", () => {
  const folder = emptyFolder();
  const path = join(folder, "pool.db");
  const books = openBooks({ path });
  const reader = new SqlitePoolStore({ path, readOnly: true });
  onTestFinished(() => {
    reader.close();
    books.store.close();
    rmSync(folder, { recursive: true });
  });
  const counts = reader.reports.snapshot(() => {
    const before = reader.events.count();
    enter(books, list(transcode(ALICE, 100n)));
    return [before, reader.events.count(), reader.ledger.entryCount()];
  });
  expect(counts).toEqual([0, 0, 0]);
  expect(reader.events.count()).toBe(1);
});
