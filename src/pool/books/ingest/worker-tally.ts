/** What a batch says of workers: jobs, fees, connections; written once per worker. */
import type { PoolEvent } from "../events/event.js";
import type { ConnectionRow, PoolStore, ResetRow, WorkerRow } from "../store/store.js";
import type { Attributed } from "./ai-jobs.js";

type Sum = { -readonly [K in keyof Omit<WorkerRow, "connections" | "jobs">]: WorkerRow[K] } & {
  /** A batch has few: they need no bigint. */
  jobs: number;
};

export class WorkerTally {
  /** By address, one for each of its few places. */
  readonly #workers = new Map<string, Sum[]>();
  readonly #connections: ConnectionRow[] = [];
  readonly #resets: ResetRow[] = [];
  readonly #source: string;

  /** @param source whose events these are */
  constructor(source: string) {
    this.#source = source;
  }

  see(event: PoolEvent): void {
    const { atMs, region, nodeType } = event;
    if (event.type === "job-processed" && event.address !== null) {
      const sum = this.#sumOf(event.address, event.job, region);
      sum.jobs++;
      sum.feesWei += event.feesWei;
      see(sum, atMs);
    } else if (event.type === "job-received") {
      see(this.#sumOf(event.address, "ai", region), atMs);
    } else if (event.type === "worker-connected" || event.type === "worker-disconnected") {
      const { address, connection } = event;
      see(this.#sumOf(address, nodeType, region), atMs);
      const isOpen = event.type === "worker-connected";
      this.#connections.push({
        address,
        nodeType,
        region,
        connection,
        node: this.#nodeOf(event),
        connectedMs: isOpen ? atMs : null,
        disconnectedMs: isOpen ? null : atMs,
      });
    } else if (event.type === "reset") {
      this.#resets.push({ node: this.#nodeOf(event), nodeType, region, atMs });
    }
  }

  /**
   * Which node an event is of: a source of its own is one; a bucket, which may come as files too,
   * holds many, and nothing but node type and region tells those apart.
   */
  #nodeOf({ identity: { form } }: PoolEvent): string {
    return form === "uuid" ? "" : this.#source;
  }

  /** An AI job found its worker, or another one. */
  attribute({ job: { region, feesWei }, before, address, claimedMs }: Attributed): void {
    const sum = this.#sumOf(address, "ai", region);
    sum.jobs++;
    sum.feesWei += feesWei;
    see(sum, claimedMs);
    if (before === null) return;
    // Its row is there since it was given the job; when it was seen stays as it is.
    const other = this.#sumOf(before, "ai", region);
    other.jobs--;
    other.feesWei -= feesWei;
  }

  write(store: PoolStore): void {
    const sums = [...this.#workers.values()].flat();
    store.workers.add(sums.map((sum) => ({ ...sum, jobs: BigInt(sum.jobs) })));
    store.workers.addConnections(this.#connections);
    for (const reset of this.#resets) store.workers.addReset(reset);
  }

  #sumOf(address: string, nodeType: string, region: string): Sum {
    const sums = this.#workers.get(address) ?? [];
    if (sums.length === 0) this.#workers.set(address, sums);
    for (const sum of sums) if (sum.region === region && sum.nodeType === nodeType) return sum;
    const seen = { firstSeenMs: Number.MAX_SAFE_INTEGER, lastSeenMs: 0 };
    const sum = { address, nodeType, region, ...seen, jobs: 0, feesWei: 0n };
    sums.push(sum);
    return sum;
  }
}

function see(sum: Sum, atMs: number): void {
  if (atMs < sum.firstSeenMs) sum.firstSeenMs = atMs;
  if (atMs > sum.lastSeenMs) sum.lastSeenMs = atMs;
}
