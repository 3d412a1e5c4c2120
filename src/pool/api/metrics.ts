/** Counters of the server and gauges of the pool, for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PoolTotals } from "./answers.js";

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

const GAUGES = {
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
} as const;

type GaugeName = keyof typeof GAUGES;

/** What the server knows of itself. */
export interface ServerGauges {
  readonly poolsim_api_nonces: number;
  readonly poolsim_api_writes_waiting: number;
}

/** Labels come from the server's own routes and codes only, so their number is bounded. */
export class ApiMetrics {
  /** Its own: another server in this process counts for itself. */
  readonly #registry = new Registry();
  readonly #requests: Counter<"route" | "status">;
  readonly #refusals: Counter<"code">;
  readonly #writes: Counter<"route" | "outcome">;
  readonly #durations: Histogram<"route">;
  readonly #gauges: ReadonlyMap<string, Gauge>;

  constructor() {
    const registers = [this.#registry];
    new Counter({
      name: "process_cpu_seconds_total",
      help: "Processor time, all threads.",
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    this.#requests = new Counter({
      name: "poolsim_api_requests_total",
      help: "Requests answered.",
      labelNames: ["route", "status"],
      registers,
    });
    this.#refusals = new Counter({
      name: "poolsim_api_refusals_total",
      help: "Requests refused, by code.",
      labelNames: ["code"],
      registers,
    });
    this.#writes = new Counter({
      name: "poolsim_api_writes_total",
      help: "Writes by outcome.",
      labelNames: ["route", "outcome"],
      registers,
    });
    this.#durations = new Histogram({
      name: "poolsim_api_request_duration_seconds",
      help: "From request to answer.",
      labelNames: ["route"],
      buckets: BUCKETS_S,
      registers,
    });
    this.#gauges = new Map(
      Object.entries(GAUGES).map(([name, help]) => [name, new Gauge({ name, help, registers })]),
    );
  }

  /** How the text is named to who asks for it. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A request was answered. */
  request(route: string, status: number, durationMs: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#durations.observe({ route }, durationMs / 1_000);
  }

  /** A request was refused, with this code. */
  refusal(code: string): void {
    this.#refusals.inc({ code });
  }

  /** A write ended so. */
  write(route: string, outcome: string): void {
    this.#writes.inc({ route, outcome });
  }

  /** Everything as text. */
  async render(totals: PoolTotals, server: ServerGauges): Promise<string> {
    const memory = process.memoryUsage.rss();
    const values = { process_resident_memory_bytes: memory, ...server, ...poolGauges(totals) };
    for (const [name, value] of Object.entries(values)) this.#gauges.get(name)?.set(value);
    return await this.#registry.metrics();
  }
}

/** Metrics are doubles in Prometheus: amounts are approximate there, and only there. */
function poolGauges(totals: PoolTotals) {
  return {
    poolsim_pool_workers: totals.workers,
    poolsim_pool_workers_connected: totals.connectedWorkers,
    poolsim_pool_pending_eth: Number(totals.pendingWei) / 1e18,
    poolsim_pool_paid_eth: Number(totals.paidWei) / 1e18,
    poolsim_pool_commission_eth: Number(totals.commissionWei) / 1e18,
    poolsim_pool_unattributed_eth: Number(totals.unattributedWei) / 1e18,
    poolsim_pool_quarantined: totals.quarantined,
  } satisfies Partial<Record<GaugeName, number>>;
}
