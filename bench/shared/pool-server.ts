/** The built server of a pool for benchmarks: books, keys, signed writes, latencies. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Agent, request } from "undici";
import { Rational } from "../../src/core/rational.js";
import { HEADERS, signRequest } from "../../src/pool/api/index.js";
import { jobEvent, jobRequest } from "../../src/pool/api/requests.js";
import { EventIngest } from "../../src/pool/books/ingest/ingest.js";
import { addRates } from "../../src/pool/books/settings.js";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";

/** The built command. */
const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const SECRET = Buffer.alloc(32, 7);

/** The file of keys that `write` signs with. */
function writeKeys(path: string): void {
  const key = { keys: [{ id: "bench", secret: SECRET.toString("hex") }] };
  writeFileSync(path, JSON.stringify(key), { mode: 0o600 });
}

/** A job of a worker, by its number. */
export function jobBody(id: string, worker: number): object {
  return {
    id,
    at: new Date().toISOString(),
    jobDetails: {
      transcoder: `0x${String(1 + worker).padStart(40, "0")}`,
      pixels: 69_120_000,
      duration: 2,
      profiles: 4,
      faceValue: "180000000000000000",
      fees: "34560000000",
      roundJob: 3_200,
    },
  };
}

/** Books of a pool that has worked before. */
function makeBooks(path: string, count: number, workers: number): void {
  const store = new SqlitePoolStore({ path });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  const page = 10_000;
  const defaults = { nowMs: Date.now(), region: "default", isPerJob: true };
  for (let from = 0; from < count; from += page) {
    const events = Array.from({ length: Math.min(page, count - from) }, (_, index) =>
      jobEvent(jobRequest.parse(jobBody(`before-${from + index}`, index % workers)), defaults),
    );
    new EventIngest(store).record(events, "before");
  }
  store.close();
}

/** Where the server listens, once its log says so. */
async function urlIn(log: string): Promise<string> {
  for (;;) {
    const [, url] = /"url":"([^"]+)"/.exec(readFileSync(log, "utf8")) ?? [];
    if (url !== undefined) return url;
    await sleep(50);
  }
}

/** Nearest rank. */
export function quantile(latenciesMs: readonly number[], q: number): number {
  const sorted = Float64Array.from(latenciesMs).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Some of them, as text. */
export function quantiles(latenciesMs: readonly number[]): string {
  return [0.5, 0.9, 0.99, 0.999, 1]
    .map((q) => `${q === 1 ? "max" : `p${q * 100}`} ${quantile(latenciesMs, q).toFixed(1)} ms`)
    .join(", ");
}

/** Processor time of the server so far. */
export async function cpuSeconds(url: string, dispatcher: Agent): Promise<number> {
  const { body: text } = await request(`${url}/metrics`, { dispatcher });
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(await text.text())?.[1]);
}

/** Sends a signed job. @throws when it is not recorded */
export async function write(url: string, dispatcher: Agent, job: object): Promise<void> {
  const path = "/recordTranscoderJob";
  const timestamp = String(Date.now());
  const nonce = randomBytes(18).toString("base64url");
  const bytes = Buffer.from(JSON.stringify(job));
  const signed = { method: "POST", path, timestamp, nonce, body: bytes };
  const answer = await request(`${url}${path}`, {
    method: "POST",
    dispatcher,
    body: bytes,
    headers: {
      "content-type": "application/json",
      [HEADERS.key]: "bench",
      [HEADERS.timestamp]: timestamp,
      [HEADERS.nonce]: nonce,
      [HEADERS.signature]: signRequest(SECRET, signed),
    },
  });
  await answer.body.dump();
  if (answer.statusCode !== 201) throw new Error(`status ${answer.statusCode}`);
}

/** What of a server a bench needs. */
export interface BenchServer {
  readonly url: string;
  /** The books' file. */
  readonly db: string;
}

/** Starts the built server on books of its own, hands it over, and ends it. */
export async function withServer<T>(
  {
    jobs,
    workers,
    isPlain,
  }: { readonly jobs: number; readonly workers: number; readonly isPlain: boolean },
  work: (server: BenchServer) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pool-bench-"));
  const [db, keys, log] = [join(folder, "pool.db"), join(folder, "keys.json"), join(folder, "log")];
  makeBooks(db, jobs, workers);
  writeKeys(keys);
  const limits = ["--readRate", "1000000", "--writeRate", "1000000"];
  const args = ["pool", "serve", "--db", db, "--keys", keys, "--port", "0", ...limits];
  const server = spawn(process.execPath, [MAIN, ...args, ...(isPlain ? ["--plain"] : [])], {
    stdio: ["ignore", openSync(log, "w"), "inherit"],
  });
  try {
    return await work({ url: await urlIn(log), db });
  } finally {
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Requests of one kind, so many per second. */
export interface Stream {
  readonly perSecond: number;
  /** Sends one of them. @throws why it failed */
  readonly send: (index: number) => Promise<void>;
}

/** What became of them. */
export interface Sent {
  /** From the time at which each was due to its answer, ms; by stream. */
  readonly latenciesMs: readonly number[][];
  /** How many failed, by stream and reason. */
  readonly failures: ReadonlyMap<string, number>;
  readonly tookMs: number;
}

/**
 * Sends each request at its time, whether or not earlier ones are answered: a server that stalls is
 * not asked less, and the time that a request waits counts.
 */
export async function sendOnTime(
  streams: Readonly<Record<string, Stream>>,
  seconds: number,
): Promise<Sent> {
  const all = Object.entries(streams);
  const latenciesMs: number[][] = all.map(() => []);
  const sent = all.map(() => 0);
  const failures = new Map<string, number>();
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const one = async (
    name: string,
    work: Promise<void>,
    dueMs: number,
    into: number[],
  ): Promise<void> => {
    try {
      await work;
      into.push(performance.now() - dueMs);
    } catch (error) {
      const reason = `${name}: ${reasonOf(error)}`;
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
    }
  };
  const isOver = () => all.every(([, { perSecond }], at) => (sent[at] ?? 0) >= perSecond * seconds);
  while (!isOver()) {
    for (const [at, [name, { perSecond, send }]] of all.entries()) {
      const due = Math.min(seconds, (performance.now() - startMs) / 1_000) * perSecond;
      const into = latenciesMs[at] ?? [];
      for (; (sent[at] ?? 0) < due; sent[at] = (sent[at] ?? 0) + 1) {
        const index = sent[at] ?? 0;
        pending.push(one(name, send(index), startMs + (index / perSecond) * 1_000, into));
      }
    }
    await sleep(1);
  }
  await Promise.all(pending);
  return { latenciesMs, failures, tookMs: performance.now() - startMs };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? `${error.code} ${error.message}` : error.message;
}

/** Failures as text: how many, and of what. */
export function failuresText(failures: ReadonlyMap<string, number>): string {
  const count = countOf(failures);
  const reasons = [...failures].map(([reason, times]) => `${times} × ${reason}`).join("; ");
  return count === 0 ? "no failure" : `${count} failures (${reasons})`;
}

/** How many failed. */
export function countOf(failures: ReadonlyMap<string, number>): number {
  return [...failures.values()].reduce((sum, times) => sum + times, 0);
}
