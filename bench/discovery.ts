/**
 * Discovery on loopback, over real gRPC and TLS, with the orchestrators in a process of their own:
 *
 *   npx tsx bench/discovery.ts [runs]
 *
 * 1. How long after the M-th fastest answer the first M are returned: 100 orchestrators answer at
 *    500 ms + 5 ms × their number after the start. Bar: 10 ms at the 95th percentile.
 * 2. What asking one orchestrator costs, alone and 100 at once, with fresh and pooled connections.
 * 3. Memory of a discovery of 1,000 endpoints, and that all of it comes back.
 *
 * Each figure is of this process; load of the machine is printed, as it matters.
 */
import { cpus, loadavg } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  discover,
  OFFCHAIN_IDENTITY,
  OrchestratorClient,
  type OrchestratorSource,
} from "../src/discovery/index.js";
import { bareEndpoint } from "../src/discovery/sources/source.js";
import {
  OrchestratorProcess,
  type RemoteOrchestrator,
} from "../test/support/servers/orchestrator-process.js";
import { wallClockMs } from "../test/support/servers/orchestrator-server.js";

// So that what is kept can be told from what is not yet cleared away.
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
const runs = Number(process.argv[2] ?? 50);

function sourceOf(orchestrators: readonly RemoteOrchestrator[]): OrchestratorSource {
  const endpoints = orchestrators.map((one) => bareEndpoint(one, 0));
  return {
    kind: "list",
    usesBlocklist: true,
    usesOnChainPredicate: false,
    list: async () => ({ endpoints, dropped: [], confirmedAtMs: 0, staleBecause: null }),
    close: async () => {},
  };
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

function line(name: string, values: readonly number[], unit = "ms"): void {
  const [p50, p95, max] = [0.5, 0.95, 1].map((p) => quantile(values, p).toFixed(2));
  console.log(`${name.padEnd(44)} p50 ${p50}  p95 ${p95}  max ${max} ${unit}`);
}

/** Bar: p95 ≤ 10 ms. */
async function firstOfMany(): Promise<void> {
  const count = 100;
  const servers = await OrchestratorProcess.start(
    Array.from({ length: count }, (_, index) => ({ kind: "answer", atMs: 500 + 5 * index })),
  );
  const source = sourceOf(servers.orchestrators);
  const delays: number[] = [];
  const late: number[] = [];
  for (let run = 0; run < runs; run++) {
    const wanted = 1 + ((run * 37) % count);
    const epoch = wallClockMs();
    await servers.setEpoch(epoch);
    const { orchestrators } = await discover({ source, wanted, discoveryTimeoutMs: 5_000 });
    const returnedAt = wallClockMs();
    const sentAt = await servers.sentAt();
    delays.push(returnedAt - (sentAt[wanted - 1] ?? 0));
    late.push(returnedAt - epoch - (500 + 5 * (wanted - 1)));
    if (orchestrators.length !== wanted) throw new Error(`${orchestrators.length} of ${wanted}`);
  }
  line(`first M of ${count}, after the M-th answer`, delays);
  line("  after the time for which it was scheduled", late);
  await servers.close();
}

async function overhead(): Promise<void> {
  const servers = await OrchestratorProcess.start(
    Array.from({ length: 100 }, () => ({ kind: "answer" })),
  );
  const question = { identity: OFFCHAIN_IDENTITY, job: null };
  for (const mode of ["fresh", "pooled"] as const) {
    const client = new OrchestratorClient({ mode });
    const [first] = servers.orchestrators;
    if (first === undefined) throw new Error("there are no orchestrators");
    const ask = (one: RemoteOrchestrator) => client.getOrchestrator(one, question);
    for (let warm = 0; warm < 20; warm++) await ask(first);
    const alone: number[] = [];
    for (let run = 0; run < 200; run++) {
      const start = performance.now();
      await ask(first);
      alone.push(performance.now() - start);
    }
    line(`${mode}: one orchestrator alone`, alone);
    const together: number[] = [];
    for (let run = 0; run < 20; run++) {
      const start = performance.now();
      await Promise.all(servers.orchestrators.map(ask));
      together.push((performance.now() - start) / servers.orchestrators.length);
    }
    line(`${mode}: per orchestrator of 100 at once`, together.slice(2));
    client.close();
  }
  await servers.close();
}

async function memory(): Promise<void> {
  const servers = await OrchestratorProcess.start(
    Array.from({ length: 1_000 }, () => ({ kind: "answer" })),
  );
  const source = sourceOf(servers.orchestrators);
  const megabytes = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };
  const kept = (): number => {
    collectGarbage();
    return megabytes();
  };
  await discover({ source, discoveryTimeoutMs: 6_000 });
  const before = kept();
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, megabytes());
  }, 10);
  const start = performance.now();
  const result = await discover({ source, discoveryTimeoutMs: 6_000 });
  const elapsed = performance.now() - start;
  clearInterval(timer);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const held = kept() - before;
  const found = result.orchestrators.length;
  await servers.close();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const left = process.getActiveResourcesInfo().filter((name) => name !== "TTYWrap");
  console.log(
    `1,000 endpoints: ${found} found in ${elapsed.toFixed(0)} ms; at most ` +
      `${(peak - before).toFixed(0)} MB more while it runs, ${held.toFixed(1)} MB is the result; ` +
      `left open: ${left.join(", ") || "nothing"}`,
  );
}

console.log(
  `load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} processors, Node ${process.version}`,
);
await firstOfMany();
await overhead();
await memory();
console.log(`load ${loadavg()[0]?.toFixed(1)}`);
