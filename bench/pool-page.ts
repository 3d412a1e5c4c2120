/**
 * Who looks at a pool's page beside who writes: 200 viewers, each asking twice a second what the page
 * asks for, first alone, then beside 500 signed writes per second, in one run.
 *
 *     npm run bench:pool-page                       # 60 s each
 *     npm run bench:pool-page -- --seconds 10 --jobs 200000
 *
 * Each viewer has a connection of its own, takes packed answers and sends the tag of what it has, as
 * browsers do. Requests are sent at their times whether or not earlier ones are answered, and a latency
 * counts from the time at which the request was due. The bar: no error, and the p99 of reads beside the
 * writes is at most five times that without them.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
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
    viewers: { type: "string", default: "200" },
    writes: { type: "string", default: "500" },
    seconds: { type: "string", default: "60" },
    jobs: { type: "string", default: "50000" },
    workers: { type: "string", default: "200" },
  },
});
const [viewers, writes, seconds] = [
  Number(values.viewers),
  Number(values.writes),
  Number(values.seconds),
];
const [jobs, workers] = [Number(values.jobs), Number(values.workers)];
const EACH_PER_SECOND = 2;
const WARM_UP_SECONDS = 5;
const RATIO_MAX = 5;
/** What a viewer asks for, one after the other: the page's own questions. */
const ASKED = ["/pool", "/pool/workers", "/pool", "/pool/hours", "/pool", "", "/pool/payouts"];

interface Viewer {
  readonly agent: Agent;
  readonly tags: Map<string, string>;
}

interface Seen {
  readonly readsMs: number[];
  readonly writesMs: number[];
  failures: number;
  bytes: number;
}

async function look(url: string, { agent, tags }: Viewer, path: string, seen: Seen): Promise<void> {
  const tag = tags.get(path);
  const headers = {
    "accept-encoding": "gzip",
    ...(tag === undefined ? {} : { "if-none-match": tag }),
  };
  const answer = await request(`${url}${path}`, { dispatcher: agent, headers });
  const bytes = await answer.body.arrayBuffer();
  seen.bytes += bytes.byteLength;
  if (answer.statusCode !== 200 && answer.statusCode !== 304) throw new Error("refused");
  tags.set(path, String(answer.headers["etag"]));
}

function askedBy(viewer: number, turn: number): string {
  const path = ASKED[(viewer + turn) % ASKED.length] ?? "";
  const worker = String(1 + ((viewer * 31 + turn) % workers)).padStart(40, "0");
  return path === "" ? `/pool/worker?address=0x${worker}` : path;
}

/** Sends everything at its time. */
async function send(
  url: string,
  { all, writer }: { readonly all: readonly Viewer[]; readonly writer: Agent },
  { writesPerSecond, lastS, name }: { writesPerSecond: number; lastS: number; name: string },
): Promise<Seen> {
  const seen: Seen = { readsMs: [], writesMs: [], failures: 0, bytes: 0 };
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const one = async (work: Promise<unknown>, dueMs: number, into: number[]): Promise<void> => {
    try {
      await work;
      into.push(performance.now() - dueMs);
    } catch {
      seen.failures++;
    }
  };
  const reads = all.length * EACH_PER_SECOND;
  let [read, written] = [0, 0];
  const upTo = (perSecond: number): number =>
    Math.min(perSecond * lastS, ((performance.now() - startMs) / 1_000) * perSecond);
  while (read < reads * lastS || written < writesPerSecond * lastS) {
    for (const due = upTo(reads); read < due; read++) {
      const viewer = all[read % all.length];
      if (viewer === undefined) break;
      const path = askedBy(read % all.length, Math.floor(read / all.length));
      const dueMs = startMs + (read / reads) * 1_000;
      pending.push(one(look(url, viewer, path, seen), dueMs, seen.readsMs));
    }
    for (const due = upTo(writesPerSecond); written < due; written++) {
      const job = jobBody(`${name}-${written}`, written % workers);
      const dueMs = startMs + (written / writesPerSecond) * 1_000;
      const sent = write(url, writer, job).then((status) => {
        if (status !== 201) throw new Error(`${status}`);
      });
      pending.push(one(sent, dueMs, seen.writesMs));
    }
    await sleep(1);
  }
  await Promise.all(pending);
  return seen;
}

const folder = mkdtempSync(join(tmpdir(), "pool-page-"));
const [db, keys, log] = [join(folder, "pool.db"), join(folder, "keys.json"), join(folder, "log")];
makeBooks(db, jobs, workers);
writeKeys(keys);
const limits = ["--readRate", "1000000", "--writeRate", "1000000"];
const server = spawn(
  process.execPath,
  [MAIN, "pool", "serve", "--db", db, "--keys", keys, "--port", "0", "--plain", ...limits],
  { stdio: ["ignore", openSync(log, "w"), "inherit"] },
);
try {
  const url = await urlIn(log);
  const all = Array.from({ length: viewers }, () => ({
    agent: new Agent({ connections: 1 }),
    tags: new Map<string, string>(),
  }));
  const writer = new Agent({ connections: 64 });
  const agents = { all, writer };
  await send(url, agents, { writesPerSecond: writes, lastS: WARM_UP_SECONDS, name: "warm" });
  const load = loadavg()[0] ?? 0;
  const cpuMs: number[] = [await cpuSeconds(url, writer)];
  const alone = await send(url, agents, { writesPerSecond: 0, lastS: seconds, name: "alone" });
  cpuMs.push(await cpuSeconds(url, writer));
  const beside = await send(url, agents, {
    writesPerSecond: writes,
    lastS: seconds,
    name: "beside",
  });
  cpuMs.push(await cpuSeconds(url, writer));
  await Promise.all([writer, ...all.map(({ agent }) => agent)].map((agent) => agent.close()));
  const [before = 0, between = 0, after = 0] = cpuMs;
  const ratio = quantile(beside.readsMs, 0.99) / quantile(alone.readsMs, 0.99);
  const failures = alone.failures + beside.failures;
  console.log(
    [
      `${viewers} viewers, ${EACH_PER_SECOND} requests/s each, ${seconds} s; ${jobs} jobs before, ${workers} workers`,
      `alone:  reads  ${quantiles(alone.readsMs)}; server ${(between - before).toFixed(1)} s of CPU, ${(alone.bytes / 1e6).toFixed(0)} MB`,
      `beside ${writes} writes/s:`,
      `        reads  ${quantiles(beside.readsMs)}; server ${(after - between).toFixed(1)} s of CPU, ${(beside.bytes / 1e6).toFixed(0)} MB`,
      `        writes ${quantiles(beside.writesMs)}`,
      `failures ${failures}; p99 of reads beside writes ÷ alone: ${ratio.toFixed(2)} (bar: ${RATIO_MAX})`,
      `${cpus().length} cores, load before ${load.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}`,
    ].join("\n"),
  );
  process.exitCode = failures === 0 && ratio <= RATIO_MAX ? 0 : 1;
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
