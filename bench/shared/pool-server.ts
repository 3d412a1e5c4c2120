/** The built server of a pool for benchmarks: books, keys, signed writes, latencies. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
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
export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const SECRET = Buffer.alloc(32, 7);

/** The file of keys that {@link write} signs with. */
export function writeKeys(path: string): void {
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
export function makeBooks(path: string, count: number, workers: number): void {
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
export async function urlIn(log: string): Promise<string> {
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

/** Sends a signed job. @returns the status */
export async function write(url: string, dispatcher: Agent, job: object): Promise<number> {
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
  return answer.statusCode;
}
