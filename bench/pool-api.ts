/**
 * The pool's API over TLS on loopback, on books in a file: half signed writes, each durable before
 * it is answered, half reads.
 *
 *     npm run bench:pool-api                        # 1,000 requests/s for 10 s
 *     npm run bench:pool-api -- --rate 2000 --seconds 30 --plain
 *     npm run bench:pool-api -- --lock 300          # another process writes 300 ms of each second
 *     npm run bench:pool-api -- --jobs 200000       # on books that have so many jobs already
 *
 * The server is the built command, `poolsim pool serve`, in a process of its own, its log written
 * to a file. Requests are sent at their times whether or not earlier ones are answered, and a
 * latency counts from the time at which the request was due, so that a server that stalls is not
 * asked less. How late the sender itself was is shown too: that is part of the latencies. The bar:
 * p99 under 50 ms at 1,000 requests/s on 2 cores.
 */
import { execFileSync, fork, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { SqlitePoolStore } from "../src/pool/books/store/sqlite-pool-store.js";
import {
  cpuSeconds,
  jobBody,
  MAIN,
  makeBooks,
  quantile,
  quantiles,
  urlIn,
  write,
  writeKeys,
} from "./shared/pool-server.js";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "64" },
    jobs: { type: "string", default: "0" },
    lock: { type: "string", default: "0" },
    plain: { type: "boolean", default: false },
    writer: { type: "string" },
  },
});

const WARM_UP_SECONDS = 3;
const WORKERS = 200;
const READS = ["/getTranscodersJobs", "/status", "/workers", "/getRewards"];
const P99_LIMIT_MS = 50;

if (values.writer === undefined) await bench();
else await holdLock(values.writer);

/** Another process that writes: it has the lock for so many ms of each second. */
async function holdLock(path: string): Promise<void> {
  const store = new SqlitePoolStore({ path });
  process.once("disconnect", () => process.exit());
  for (;;) {
    store.transaction(() => {
      store.setSetting("bench", "held");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(values.lock));
    });
    await sleep(1_000 - Number(values.lock));
  }
}

/** Starts the server, sends the load and reports. */
async function bench(): Promise<void> {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  const folder = mkdtempSync(join(tmpdir(), "pool-api-"));
  const [db, keys, log] = ["pool.db", "keys.json", "log"].map((name) => join(folder, name));
  if (db === undefined || keys === undefined || log === undefined) return;
  makeBooks(db, Number(values.jobs), WORKERS);
  writeKeys(keys);
  const limits = ["--readRate", "1000000", "--writeRate", "1000000"];
  const args = ["pool", "serve", "--db", db, "--keys", keys, "--port", "0", ...limits];
  const server = spawn(process.execPath, [MAIN, ...args, ...(values.plain ? ["--plain"] : [])], {
    stdio: ["ignore", openSync(log, "w"), "inherit"],
  });
  const url = await urlIn(log);
  const writer =
    values.lock === "0"
      ? null
      : fork(fileURLToPath(import.meta.url), ["--writer", db, "--lock", values.lock]);
  try {
    await report(url);
  } finally {
    writer?.disconnect();
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function report(url: string): Promise<void> {
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const newAgent = (): Agent =>
    new Agent({
      connections: Number(values.connections),
      connect: { rejectUnauthorized: false },
    });
  // Readers do not stand behind writers that wait for somebody else's lock.
  const agents: Agents = { reader: newAgent(), writer: newAgent() };
  await send(url, agents, { rate, seconds: WARM_UP_SECONDS, name: "warm" });
  const load = loadavg()[0] ?? 0;
  const cpuBefore = await cpuSeconds(url, agents.reader);
  const own = process.cpuUsage();
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const { reads, writes, failures, tookMs } = await send(url, agents, {
    rate,
    seconds,
    name: "run",
  });
  delays.disable();
  const { user, system } = process.cpuUsage(own);
  const cpu = (await cpuSeconds(url, agents.reader)) - cpuBefore;
  await Promise.all([agents.reader.close(), agents.writer.close()]);
  const all = [...reads, ...writes];
  const p99 = quantile(all, 0.99);
  console.log(
    [
      `${all.length} answers in ${(tookMs / 1_000).toFixed(1)} s: ${((all.length / tookMs) * 1_000).toFixed(0)}/s, ${failures} failures`,
      `all    ${quantiles(all)}`,
      `reads  ${quantiles(reads)}`,
      `writes ${quantiles(writes)}`,
      `server: ${cpu.toFixed(2)} s of CPU; sender: ${((user + system) / 1e6).toFixed(2)} s, late by ${(delays.percentile(99) / 1e6).toFixed(1)} ms at p99, ${(delays.max / 1e6).toFixed(1)} ms at most`,
      `${values.plain ? "HTTP" : "HTTPS"}, ${values.connections} connections each for reads and writes, ${values.jobs} jobs before, lock ${values.lock} ms/s, ${cpus().length} cores, load before ${load.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}`,
    ].join("\n"),
  );
  process.exitCode = failures === 0 && p99 < P99_LIMIT_MS ? 0 : 1;
}

interface Agents {
  readonly reader: Agent;
  readonly writer: Agent;
}

interface Sent {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly failures: number;
  readonly tookMs: number;
}

async function send(
  url: string,
  { reader, writer }: Agents,
  { rate, seconds, name }: { rate: number; seconds: number; name: string },
): Promise<Sent> {
  const [reads, writes]: [number[], number[]] = [[], []];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const count = rate * seconds;
  const one = async (index: number, dueMs: number): Promise<void> => {
    const isWrite = index % 2 === 0;
    const status = await (isWrite
      ? write(url, writer, jobBody(`${name}-${index}`, index % WORKERS))
      : read(url, reader, index)
    ).catch(() => 0);
    const isDone = status === 200 || status === 201;
    if (isDone) (isWrite ? writes : reads).push(performance.now() - dueMs);
    else failures++;
  };
  for (let index = 0; index < count; ) {
    const due = Math.min(count, ((performance.now() - startMs) / 1_000) * rate);
    for (; index < due; index++) pending.push(one(index, startMs + (index / rate) * 1_000));
    await sleep(1);
  }
  await Promise.all(pending);
  return { reads, writes, failures, tookMs: performance.now() - startMs };
}

async function read(url: string, dispatcher: Agent, index: number): Promise<number> {
  const path = READS[(index >> 1) % READS.length] ?? "/status";
  const answer = await request(`${url}${path}`, { dispatcher });
  await answer.body.dump();
  return answer.statusCode;
}
