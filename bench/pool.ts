/**
 * Importing a pool's events, from JSON text to durable postings: against the way today's managers
 * do it (one event, one row, one commit at a time) in the same run, and with memory watched.
 *
 * usage: npm run bench:pool [-- events]
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rational } from "../src/core/rational.js";
import { EventIngest } from "../src/pool/books/ingest/ingest.js";
import { addRates } from "../src/pool/books/settings.js";
import { importFiles } from "../src/pool/books/sources/files.js";
import { SqlitePoolStore } from "../src/pool/books/store/sqlite-pool-store.js";
import { recorded } from "../test/support/books/recorded.js";

const EVENTS = Number(process.argv[2] ?? 300_000);
const ROW_AT_A_TIME = 3_000;
const PER_FILE = 10_000;

function booksAt(path: string): { store: SqlitePoolStore; ingest: EventIngest } {
  const store = new SqlitePoolStore({ path });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  return { store, ingest: new EventIngest(store) };
}

function record(folder: string, events: number): string[] {
  const files: string[] = [];
  let [count, text]: [number, string[]] = [0, []];
  const flush = () => {
    const file = join(folder, `events-${String(files.length).padStart(5, "0")}.json`);
    appendFileSync(file, `[\n${text.join(",\n")}\n]`);
    files.push(file);
    text = [];
  };
  for (const event of recorded({ jobs: events })) {
    if (count++ >= events) break;
    text.push(JSON.stringify(event, null, 2));
    if (text.length === PER_FILE) flush();
  }
  if (text.length > 0) flush();
  return files;
}

const folder = mkdtempSync(join(tmpdir(), "poolsim-bench-"));
try {
  const files = record(folder, EVENTS);
  const small = mkdtempSync(join(folder, "small-"));
  const few = record(small, ROW_AT_A_TIME);
  const options = { source: "bench", now: () => Date.now() };

  const rows = booksAt(join(folder, "rows.db"));
  const rowsStart = performance.now();
  await importFiles(few, rows.store, rows.ingest, { ...options, batchSize: 1 });
  const rowsPerSecond = (ROW_AT_A_TIME / (performance.now() - rowsStart)) * 1000;
  rows.store.close();

  const { store, ingest } = booksAt(join(folder, "pool.db"));
  await importFiles(few, store, ingest, { ...options, source: "warm-up" });
  const memory: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  await importFiles(files, store, ingest, {
    ...options,
    onFile: () => memory.push(process.memoryUsage().rss),
  });
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const rate = EVENTS / seconds;
  const mib = (bytes: number | undefined) => Math.round((bytes ?? 0) / 2 ** 20);
  console.log(`${EVENTS} events in ${seconds.toFixed(2)} s: ${Math.round(rate)} events/s`);
  console.log(`${Math.round(EVENTS / cpuSeconds)} events per second of CPU`);
  console.log(
    `row at a time: ${Math.round(rowsPerSecond)} events/s: ${(rate / rowsPerSecond).toFixed(1)}×`,
  );
  console.log(
    `memory: ${mib(memory[Math.floor(memory.length / 4)])} MiB after a quarter, ${mib(memory.at(-1))} MiB at the end`,
  );
  console.log(`entries ${store.ledger.entryCount()}, quarantine ${store.quarantine.count()}`);
  store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
