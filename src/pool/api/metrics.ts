/** Counters of the server and gauges of the pool as Prometheus text. */
import type { PoolTotals } from "./answers.js";

const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];

interface Timing {
  readonly counts: number[];
  sumMs: number;
  count: number;
}

/** Labels come from the server's own routes and codes only, so their number is bounded. */
export class ApiMetrics {
  readonly #requests = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #writes = new Map<string, number>();
  readonly #timings = new Map<string, Timing>();

  /** A request was answered. */
  request(route: string, status: number, durationMs: number): void {
    increment(this.#requests, labels({ route, status: String(status) }));
    let timing = this.#timings.get(route);
    if (timing === undefined) {
      timing = { counts: BUCKETS_MS.map(() => 0), sumMs: 0, count: 0 };
      this.#timings.set(route, timing);
    }
    timing.sumMs += durationMs;
    timing.count++;
    for (const [index, limit] of BUCKETS_MS.entries()) {
      if (durationMs <= limit) timing.counts[index] = (timing.counts[index] ?? 0) + 1;
    }
  }

  /** A request was refused, with this code. */
  refusal(code: string): void {
    increment(this.#refusals, labels({ code }));
  }

  /** A write ended so. */
  write(route: string, outcome: string): void {
    increment(this.#writes, labels({ route, outcome }));
  }

  /** Everything as text. */
  render(totals: PoolTotals, gauges: Readonly<Record<string, number>>): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    };
    const { user, system } = process.cpuUsage();
    const cpuName = "process_cpu_seconds_total";
    family(cpuName, "counter", "Processor time, all threads.");
    lines.push(`${cpuName} ${(user + system) / 1e6}`);
    const counters: [string, string, ReadonlyMap<string, number>][] = [
      ["poolsim_api_requests_total", "Requests answered.", this.#requests],
      ["poolsim_api_refusals_total", "Requests refused, by code.", this.#refusals],
      ["poolsim_api_writes_total", "Writes by outcome.", this.#writes],
    ];
    for (const [name, help, values] of counters) {
      family(name, "counter", help);
      for (const [label, value] of values) lines.push(`${name}{${label}} ${value}`);
    }
    this.#renderTimings(lines, family);
    const own = { process_resident_memory_bytes: process.memoryUsage.rss() };
    for (const [name, value] of Object.entries({ ...own, ...gauges, ...poolGauges(totals) })) {
      family(name, "gauge", HELP[name] ?? name);
      lines.push(`${name} ${value}`);
    }
    return `${lines.join("\n")}\n`;
  }

  #renderTimings(
    lines: string[],
    family: (name: string, type: string, help: string) => void,
  ): void {
    const name = "poolsim_api_request_duration_seconds";
    family(name, "histogram", "From request to answer.");
    for (const [route, { counts, sumMs, count }] of this.#timings) {
      for (const [index, limit] of BUCKETS_MS.entries()) {
        const label = labels({ route, le: String(limit / 1_000) });
        lines.push(`${name}_bucket{${label}} ${counts[index] ?? 0}`);
      }
      lines.push(`${name}_bucket{${labels({ route, le: "+Inf" })}} ${count}`);
      lines.push(`${name}_sum{${labels({ route })}} ${sumMs / 1_000}`);
      lines.push(`${name}_count{${labels({ route })}} ${count}`);
    }
  }
}

const HELP: Readonly<Record<string, string>> = {
  process_resident_memory_bytes: "Memory in use.",
  poolsim_api_nonces: "Nonces remembered.",
  poolsim_api_writes_waiting: "Writes waiting for their transaction.",
  poolsim_pool_workers: "Workers ever seen, by address, region and node type.",
  poolsim_pool_workers_connected: "Of these, connected now.",
  poolsim_pool_pending_eth: "Owed to workers, ETH; approximate, as all amounts here.",
  poolsim_pool_paid_eth: "Paid to workers, ETH; approximate.",
  poolsim_pool_commission_eth: "Kept by the operator, ETH; approximate.",
  poolsim_pool_unattributed_eth: "Fees of jobs whose worker is not known yet, ETH; approximate.",
  poolsim_pool_quarantined: "Events that could not be read.",
};

/** Metrics are doubles in Prometheus: amounts are approximate there, and only there. */
function poolGauges(totals: PoolTotals): Readonly<Record<string, number>> {
  return {
    poolsim_pool_workers: totals.workers,
    poolsim_pool_workers_connected: totals.connectedWorkers,
    poolsim_pool_pending_eth: Number(totals.pendingWei) / 1e18,
    poolsim_pool_paid_eth: Number(totals.paidWei) / 1e18,
    poolsim_pool_commission_eth: Number(totals.commissionWei) / 1e18,
    poolsim_pool_unattributed_eth: Number(totals.unattributedWei) / 1e18,
    poolsim_pool_quarantined: totals.quarantined,
  };
}

function labels(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
