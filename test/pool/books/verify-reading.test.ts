/** What `verify` reads once is hashed as it is read: what differs from the chain is found all the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { SqliteDatabase } from "../../../src/io/sqlite.js";
import { LotReading } from "../../../src/pool/books/store/lot-reading.js";
import { type Books, enter, openBooks, wrongIn } from "../../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-verify-reading-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** Books of three lots of events, one of them with a region that is not ASCII. */
function someBooks(): { readonly books: Books; readonly path: string } {
  const path = join(folder, `${files++}.db`);
  const books = openBooks({ path });
  enter(books, list(transcode(ALICE, 100n), transcode(BOB, 300n)));
  enter(books, list(transcode(ALICE, 7n)).replaceAll('"eu"', '"Zürich"'));
  enter(books, list(transcode(BOB, 9n), transcode(ALICE, 8n), transcode(ALICE, 5n)));
  return { books, path };
}

it("Pages that end where no lot does are hashed as one", () => {
  const { books, path } = someBooks();
  const expected = books.store.events.list(0, 100);
  books.store.close();
  for (const size of [1, 2, 3, 4, 5, 6, 100]) {
    const file = new SqliteDatabase({ path });
    const reading = new LotReading(file);
    const contents: unknown[] = [];
    for (let from = 0; from < expected.length; from += size) {
      for (const row of reading.page("events", from, size)) contents.push(row[6]);
    }
    expect(contents).toEqual(expected.map(({ content }) => content));
    expect([reading.confirms("events", 5), reading.confirms("events", 6)]).toEqual([true, false]);
    file.close();
  }
});

it("Who jumps has nothing confirmed beyond what he read in order", () => {
  const { books, path } = someBooks();
  books.store.close();
  const file = new SqliteDatabase({ path });
  const reading = new LotReading(file);
  reading.page("events", 0, 3);
  reading.page("events", 4, 2);
  expect([2, 3, 5].map((last) => reading.confirms("events", last))).toEqual([true, false, false]);
  expect(reading.confirms("entries", 0)).toBe(false);
  file.close();
});

it.each([
  ["a text that means the same", `events SET content = content || ' ' WHERE sequence = 2`],
  ["a text of a later lot", `events SET content = content || ' ' WHERE sequence = 5`],
  ["what is not read again", "events SET worker = 99 WHERE sequence = 2"],
  ["a text with a zero byte", "events SET content = content || char(0) WHERE sequence = 1"],
  ["a text of half a character", "events SET content = CAST(x'7b7dff' AS TEXT) WHERE sequence = 1"],
  ["a negative time", "entries SET at = -5 WHERE sequence = 3"],
  ["postings in another form", "entries SET postings = postings || ' ' WHERE sequence = 0"],
  ["a link's place", "chain SET place = '0-0' WHERE what = 'events' AND place = '0-1'"],
  ["a link's digest", "chain SET digest = replace(digest, 'a', 'b') WHERE what = 'entries'"],
])("%s is found", (_what, change) => {
  const { books, path } = someBooks();
  expect(wrongIn(books)).toEqual([]);
  const file = new SqliteDatabase({ path });
  file.exec(`UPDATE ${change}`);
  file.close();
  expect(wrongIn(books).length).toBeGreaterThan(0);
  books.store.close();
});

it("Changed after one look, it is found by the next of the same process", () => {
  const { books, path } = someBooks();
  expect(wrongIn(books)).toEqual([]);
  const file = new SqliteDatabase({ path });
  file.exec("UPDATE events SET source = source + 1 WHERE sequence = 0");
  file.close();
  expect(wrongIn(books).join()).toMatch(/events 0 … 1 are not what the chain covers|source/);
  books.store.close();
});
