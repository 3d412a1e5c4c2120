/**
 * Verifying a pool's books, in the poolsim of the folder that the process runs in, which may be an
 * earlier one: books of made-up events are made there and verified.
 *
 * usage: node --import tsx <here>/bench/verify.ts <folder of its src/pool> <events>
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Rational } from "../src/core/rational.js";
import { recorded } from "../test/support/books/recorded.js";

interface Store {
  close(): void;
}

/** What is used of a poolsim, whichever it is. */
interface Parts {
  readonly SqlitePoolStore: new (options: { path: string; isScratch?: boolean }) => Store;
  readonly EventIngest: new (store: Store) => unknown;
  readonly addRates: (store: Store, rates: readonly object[]) => unknown;
  readonly importFiles: (...given: readonly unknown[]) => Promise<unknown>;
  readonly verifyBooks: (
    store: Store,
    fresh: Store,
  ) => { readonly events: number; readonly wrong: readonly string[] };
}

const [books = "", count = ""] = process.argv.slice(2);
const events = Number(count);

async function parts(): Promise<Parts> {
  const load = (name: string): Promise<Partial<Parts>> =>
    import(pathToFileURL(join(process.cwd(), books, name)).href);
  const verify = books.endsWith("books") ? "verify/verify.ts" : "verify.ts";
  const files = [
    "store/sqlite-pool-store.ts",
    "ingest/ingest.ts",
    "settings.ts",
    "sources/files.ts",
  ];
  const loaded = await Promise.all([...files, verify].map(load));
  const { SqlitePoolStore, EventIngest, addRates, importFiles, verifyBooks } = Object.assign(
    {},
    ...loaded.map((module) => ({ ...module })),
  );
  return { SqlitePoolStore, EventIngest, addRates, importFiles, verifyBooks };
}

const folder = mkdtempSync(join(tmpdir(), "poolsim-bench-verify-"));
try {
  const { SqlitePoolStore, EventIngest, addRates, importFiles, verifyBooks } = await parts();
  const text: string[] = [];
  for (const event of recorded({ jobs: events })) {
    if (text.length === events) break;
    text.push(JSON.stringify(event));
  }
  const file = join(folder, "events.jsonl");
  writeFileSync(file, text.join("\n"));
  const store = new SqlitePoolStore({ path: join(folder, "pool.db") });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  const options = { source: "bench", now: () => Date.now() };
  await importFiles([file], store, new EventIngest(store), options);
  const verified = (): number => {
    const fresh = new SqlitePoolStore({ path: join(folder, "fresh.db"), isScratch: true });
    const before = process.cpuUsage();
    const result = verifyBooks(store, fresh);
    const { user, system } = process.cpuUsage(before);
    fresh.close();
    for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `fresh.db${end}`), { force: true });
    if (result.wrong.length > 0 || result.events !== events) throw new Error("they are not right");
    return events / ((user + system) / 1e6);
  };
  console.log(`${Math.round(verified())} events per second of CPU`);
  store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
