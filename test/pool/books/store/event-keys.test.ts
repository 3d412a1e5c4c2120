/** Keys of events: they are found while they are few and new, and once they went to the large table. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { SqliteDatabase } from "../../../../src/io/sqlite.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-event-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const event = (sequence: number) => ({
  sequence,
  identity: `uuid:${sequence}`,
  source: "o1",
  atMs: sequence,
  content: "{}",
  worker: null,
});
const events = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => event(from + index));

it("Events are found before, at and after the end of a lot, and when a lot is undone", () => {
  const path = join(folder, "pool.db");
  const store = new SqlitePoolStore({ path });
  const names = events(65_500, 65_600).map(({ identity }) => identity);
  const found = () => [...store.events.known(names).keys()].sort();
  const counts = () => {
    const file = new SqliteDatabase({ path, readOnly: true });
    const count = (table: string) => file.get(`SELECT count(*) AS n FROM ${table}`)?.["n"];
    const both = [count("new_event_keys"), count("event_keys")];
    file.close();
    return both;
  };
  store.events.add(events(65_500, 65_535));
  expect([found().length, ...counts()]).toEqual([35, 35n, 0n]);
  expect(() =>
    store.transaction(() => {
      store.events.add(events(65_535, 65_540));
      throw new Error("no");
    }),
  ).toThrow("no");
  expect([found().length, ...counts()]).toEqual([35, 35n, 0n]);
  store.events.add(events(65_535, 65_536));
  expect([found().length, ...counts()]).toEqual([36, 0n, 36n]);
  store.events.add(events(65_536, 65_540));
  expect([found().length, ...counts()]).toEqual([40, 4n, 36n]);
  expect(store.events.byIdentity("uuid:65535")?.sequence).toBe(65_535);
  expect(store.events.byIdentity("uuid:65539")?.sequence).toBe(65_539);
  expect(store.events.misplaced(events(65_500, 65_540)).size).toBe(0);
  store.close();
});
