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
import { execFileSync, fork } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { SqlitePoolStore } from "../src/pool/books/store/sqlite-pool-store.js";
import {
  countOf,
  cpuSeconds,
  failuresText,
  jobBody,
  quantile,
  quantiles,
  type Sent,
  sendOnTime,
  withServer,
  write,
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
  const books = { jobs: Number(values.jobs), workers: WORKERS, isPlain: values.plain };
  await withServer(books, async ({ url, db }) => {
    const writer =
      values.lock === "0"
        ? null
        : fork(fileURLToPath(import.meta.url), ["--writer", db, "--lock", values.lock]);
    try {
      await report(url);
    } finally {
      writer?.disconnect();
    }
  });
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
  const { latenciesMs, failures, tookMs } = await send(url, agents, { rate, seconds, name: "run" });
  const [reads = [], writes = []] = latenciesMs;
  delays.disable();
  const { user, system } = process.cpuUsage(own);
  const cpu = (await cpuSeconds(url, agents.reader)) - cpuBefore;
  await Promise.all([agents.reader.close(), agents.writer.close()]);
  const all = [...reads, ...writes];
  const p99 = quantile(all, 0.99);
  console.log(
    [
      `${all.length} answers in ${(tookMs / 1_000).toFixed(1)} s: ${((all.length / tookMs) * 1_000).toFixed(0)}/s, ${failuresText(failures)}`,
      `all    ${quantiles(all)}`,
      `reads  ${quantiles(reads)}`,
      `writes ${quantiles(writes)}`,
      `server: ${cpu.toFixed(2)} s of CPU; sender: ${((user + system) / 1e6).toFixed(2)} s, late by ${(delays.percentile(99) / 1e6).toFixed(1)} ms at p99, ${(delays.max / 1e6).toFixed(1)} ms at most`,
      `${values.plain ? "HTTP" : "HTTPS"}, ${values.connections} connections each for reads and writes, ${values.jobs} jobs before, lock ${values.lock} ms/s, ${cpus().length} cores, load before ${load.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}`,
    ].join("\n"),
  );
  process.exitCode = countOf(failures) === 0 && p99 < P99_LIMIT_MS ? 0 : 1;
}

interface Agents {
  readonly reader: Agent;
  readonly writer: Agent;
}

async function send(
  url: string,
  { reader, writer }: Agents,
  { rate, seconds, name }: { rate: number; seconds: number; name: string },
): Promise<Sent> {
  return await sendOnTime(
    {
      read: { perSecond: rate / 2, send: (index) => read(url, reader, index) },
      write: {
        perSecond: rate / 2,
        send: (index) => write(url, writer, jobBody(`${name}-${index}`, index % WORKERS)),
      },
    },
    seconds,
  );
}

async function read(url: string, dispatcher: Agent, index: number): Promise<void> {
  const path = READS[index % READS.length] ?? "/status";
  const answer = await request(`${url}${path}`, { dispatcher });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
}
