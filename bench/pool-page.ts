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
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import {
  countOf,
  cpuSeconds,
  failuresText,
  jobBody,
  quantile,
  quantiles,
  sendOnTime,
  withServer,
  write,
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

/** Asks for a path. @returns bytes of the answer */
async function look(url: string, { agent, tags }: Viewer, path: string): Promise<number> {
  const tag = tags.get(path);
  const headers = {
    "accept-encoding": "gzip",
    ...(tag === undefined ? {} : { "if-none-match": tag }),
  };
  const answer = await request(`${url}${path}`, { dispatcher: agent, headers });
  const bytes = await answer.body.arrayBuffer();
  if (answer.statusCode !== 200 && answer.statusCode !== 304) {
    throw new Error(`status ${answer.statusCode}`);
  }
  tags.set(path, String(answer.headers["etag"]));
  return bytes.byteLength;
}

function askedBy(viewer: number, turn: number): string {
  const path = ASKED[(viewer + turn) % ASKED.length] ?? "";
  const worker = String(1 + ((viewer * 31 + turn) % workers)).padStart(40, "0");
  return path === "" ? `/pool/worker?address=0x${worker}` : path;
}

await withServer({ jobs, workers, isPlain: true }, async ({ url }) => {
  const all = Array.from({ length: viewers }, () => ({
    agent: new Agent({ connections: 1 }),
    tags: new Map<string, string>(),
  }));
  const writer = new Agent({ connections: 64 });
  const phase = async (name: string, writesPerSecond: number, lastS: number) => {
    let bytes = 0;
    const before = await cpuSeconds(url, writer);
    const { latenciesMs, failures } = await sendOnTime(
      {
        read: {
          perSecond: viewers * EACH_PER_SECOND,
          send: async (index) => {
            const viewer = all[index % viewers];
            if (viewer === undefined) return;
            const path = askedBy(index % viewers, Math.floor(index / viewers));
            bytes += await look(url, viewer, path);
          },
        },
        write: {
          perSecond: writesPerSecond,
          send: (index) => write(url, writer, jobBody(`${name}-${index}`, index % workers)),
        },
      },
      lastS,
    );
    const [reads = [], written = []] = latenciesMs;
    const cpuS = (await cpuSeconds(url, writer)) - before;
    return { reads, written, failures, cpuS, bytes };
  };
  await phase("warm", writes, WARM_UP_SECONDS);
  const load = loadavg()[0] ?? 0;
  const alone = await phase("alone", 0, seconds);
  const beside = await phase("beside", writes, seconds);
  await Promise.all([writer, ...all.map(({ agent }) => agent)].map((agent) => agent.close()));
  const ratio = quantile(beside.reads, 0.99) / quantile(alone.reads, 0.99);
  console.log(
    [
      `${viewers} viewers, ${EACH_PER_SECOND} requests/s each, ${seconds} s; ${jobs} jobs before, ${workers} workers`,
      `alone:  reads  ${quantiles(alone.reads)}; server ${alone.cpuS.toFixed(1)} s of CPU, ${(alone.bytes / 1e6).toFixed(0)} MB`,
      `        ${failuresText(alone.failures)}`,
      `beside ${writes} writes/s:`,
      `        reads  ${quantiles(beside.reads)}; server ${beside.cpuS.toFixed(1)} s of CPU, ${(beside.bytes / 1e6).toFixed(0)} MB`,
      `        writes ${quantiles(beside.written)}`,
      `        ${failuresText(beside.failures)}`,
      `p99 of reads beside writes ÷ alone: ${ratio.toFixed(2)} (bar: ${RATIO_MAX})`,
      `${cpus().length} cores, load before ${load.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}`,
    ].join("\n"),
  );
  const failures = countOf(alone.failures) + countOf(beside.failures);
  process.exitCode = failures === 0 && ratio <= RATIO_MAX ? 0 : 1;
});
