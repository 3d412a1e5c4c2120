/**
 * The pool's API over TLS on loopback, on books in a file: half signed writes, each durable before
 * it is answered, half reads.
 *
 *     npm run bench:pool-api                        # 1,000 requests/s for 10 s
 *     npm run bench:pool-api -- --rate 2000 --seconds 30 --plain
 *
 * The server is a process of its own. Requests are sent at their times whether or not earlier ones
 * are answered, and a latency counts from the time at which the request was due, so that a server
 * that stalls is not asked less. The bar: p99 under 50 ms at 1,000 requests/s on 2 cores.
 */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { Rational } from "../src/core/rational.js";
import {
  createPoolApi,
  HEADERS,
  KeyRing,
  recorderOf,
  selfSignedCertificate,
  servePoolApi,
  signRequest,
} from "../src/pool/api/index.js";
import { createAdmission } from "../src/pool/index.js";
import { addRates } from "../src/pool/settings.js";
import { SqlitePoolStore } from "../src/pool/store/sqlite-pool-store.js";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    plain: { type: "boolean", default: false },
    serve: { type: "string" },
  },
});

const SECRET = Buffer.alloc(32, 7);
const WARM_UP_SECONDS = 3;
const WORKERS = 200;
const READS = ["/getTranscodersJobs", "/status", "/workers", "/getRewards"];

if (values.serve === undefined) await load();
else await serve(values.serve);

/** The server, told where its books are. */
async function serve(path: string): Promise<void> {
  const store = new SqlitePoolStore({ path });
  addRates(store, [{ rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null }]);
  const noLimit = { perSecond: 1e9, burst: 1e9 };
  const api = createPoolApi({
    books: store,
    record: recorderOf(store),
    keys: new KeyRing([
      {
        id: "bench",
        source: "bench",
        secret: SECRET,
        notBeforeMs: 0,
        notAfterMs: Number.POSITIVE_INFINITY,
      },
    ]),
    admission: createAdmission({}),
    version: "bench",
    readLimit: noLimit,
    writeLimit: noLimit,
  });
  const tls = values.plain ? null : await selfSignedCertificate("127.0.0.1");
  const server = await servePoolApi({ api, host: "127.0.0.1", port: 0, tls });
  process.send?.(server.url);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  let before = process.cpuUsage();
  process.on("message", async (message) => {
    if (message === "start") {
      delays.enable();
      before = process.cpuUsage();
      return;
    }
    const { user, system } = process.cpuUsage(before);
    const stall = delays.percentile(99) / 1e6;
    process.send?.(`${((user + system) / 1e6).toFixed(2)} ${stall.toFixed(1)}`);
    await server.close();
    store.close();
    process.disconnect();
  });
}

/** Sends the load and reports. */
async function load(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pool-api-"));
  const args = ["--serve", join(folder, "pool.db"), ...(values.plain ? ["--plain"] : [])];
  const child = fork(fileURLToPath(import.meta.url), args);
  const url = await new Promise<string>((resolve) =>
    child.once("message", (message) => resolve(String(message))),
  );
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const agent = new Agent({
    connections: Number(values.connections),
    connect: { rejectUnauthorized: false },
  });
  await send(url, agent, { rate, seconds: WARM_UP_SECONDS, name: "warm" });
  const before = loadavg()[0] ?? 0;
  child.send("start");
  const { latenciesMs, failures, tookMs } = await send(url, agent, { rate, seconds, name: "run" });
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (q: number): string =>
    `${(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN).toFixed(1)} ms`;
  await agent.close();
  const used = new Promise<string>((resolve) => child.once("message", (m) => resolve(String(m))));
  child.send("stop");
  const [cpuSeconds, stallMs] = (await used).split(" ");
  console.log(
    [
      `${sorted.length} answers in ${(tookMs / 1_000).toFixed(1)} s: ${((sorted.length / tookMs) * 1_000).toFixed(0)}/s`,
      `${failures} failures`,
      `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`,
      `server: ${cpuSeconds} s of CPU, event loop late by ${stallMs} ms at the 99th percentile`,
      `${values.plain ? "HTTP" : "HTTPS"}, ${values.connections} connections, ${cpus().length} cores, load before ${before.toFixed(1)}`,
    ].join("\n"),
  );
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  const p99 = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
  process.exitCode = failures === 0 && p99 < 50 ? 0 : 1;
}

interface Sent {
  readonly latenciesMs: readonly number[];
  readonly failures: number;
  readonly tookMs: number;
}

async function send(
  url: string,
  dispatcher: Agent,
  { rate, seconds, name }: { rate: number; seconds: number; name: string },
): Promise<Sent> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const count = rate * seconds;
  const one = async (index: number, dueMs: number): Promise<void> => {
    const status = await (index % 2 === 0
      ? write(url, dispatcher, `${name}-${index}`)
      : read(url, dispatcher, index)
    ).catch(() => 0);
    if (status === 200 || status === 201) latenciesMs.push(performance.now() - dueMs);
    else failures++;
  };
  for (let index = 0; index < count; ) {
    const due = Math.min(count, ((performance.now() - startMs) / 1_000) * rate);
    for (; index < due; index++) pending.push(one(index, startMs + (index / rate) * 1_000));
    await sleep(1);
  }
  await Promise.all(pending);
  return { latenciesMs, failures, tookMs: performance.now() - startMs };
}

async function read(url: string, dispatcher: Agent, index: number): Promise<number> {
  const path = READS[(index >> 1) % READS.length] ?? "/status";
  const { statusCode, body } = await request(`${url}${path}`, { dispatcher });
  await body.dump();
  return statusCode;
}

async function write(url: string, dispatcher: Agent, id: string): Promise<number> {
  const path = "/recordTranscoderJob";
  const timestamp = String(Date.now());
  const nonce = randomBytes(18).toString("base64url");
  const body = Buffer.from(
    JSON.stringify({
      id,
      at: new Date().toISOString(),
      jobDetails: {
        transcoder: `0x${String(1 + (Number(id.split("-")[1]) % WORKERS)).padStart(40, "0")}`,
        pixels: 69_120_000,
        duration: 2,
        profiles: 4,
        faceValue: "34560000000",
        roundJob: 3_200,
      },
    }),
  );
  const signed = { method: "POST", path, timestamp, nonce, body };
  const answer = await request(`${url}${path}`, {
    method: "POST",
    dispatcher,
    body,
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
