/** What a batch says of workers: jobs, fees, connections; written once per worker. */
import type { PoolEvent } from "../events/event.js";
import type { ConnectionRow, PoolStore, WorkerRow } from "../store/store.js";
import type { Attributed } from "./ai-jobs.js";

type Sum = { -readonly [K in keyof Omit<WorkerRow, "connections">]: WorkerRow[K] };

export class WorkerTally {
  readonly #workers = new Map<string, Sum>();
  readonly #connections: ConnectionRow[] = [];
  readonly #resets: { nodeType: string; region: string; atMs: number }[] = [];

  see(event: PoolEvent): void {
    const { atMs, region, nodeType } = event;
    if (event.type === "job-processed" && event.address !== null) {
      this.#add({ address: event.address, nodeType: event.job, region, atMs }, 1n, event.feesWei);
    } else if (event.type === "job-received") {
      this.#add({ address: event.address, nodeType: "ai", region, atMs }, 0n, 0n);
    } else if (event.type === "worker-connected" || event.type === "worker-disconnected") {
      const { address, connection } = event;
      this.#add({ address, nodeType, region, atMs }, 0n, 0n);
      const isOpen = event.type === "worker-connected";
      this.#connections.push({
        address,
        nodeType,
        region,
        connection,
        connectedMs: isOpen ? atMs : null,
        disconnectedMs: isOpen ? null : atMs,
      });
    } else if (event.type === "reset") this.#resets.push({ nodeType, region, atMs });
  }

  /** An AI job found its worker, or another one. */
  attribute({ job: { region, feesWei }, before, address, claimedMs }: Attributed): void {
    const place = { nodeType: "ai", region };
    this.#add({ ...place, address, atMs: claimedMs }, 1n, feesWei);
    if (before === null) return;
    // Its row is there since it was given the job; when it was seen stays as it is.
    const key = `${before}:ai:${region}`;
    const sum = this.#workers.get(key) ?? {
      ...place,
      address: before,
      firstSeenMs: Number.MAX_SAFE_INTEGER,
      lastSeenMs: 0,
      jobs: 0n,
      feesWei: 0n,
    };
    sum.jobs -= 1n;
    sum.feesWei -= feesWei;
    this.#workers.set(key, sum);
  }

  write(store: PoolStore): void {
    store.addToWorkers([...this.#workers.values()]);
    store.addConnections(this.#connections);
    for (const reset of this.#resets) store.addReset(reset);
  }

  #add(
    who: { address: string; nodeType: string; region: string; atMs: number },
    jobs: bigint,
    feesWei: bigint,
  ): void {
    const { address, nodeType, region, atMs } = who;
    const key = `${address}:${nodeType}:${region}`;
    const sum = this.#workers.get(key);
    if (sum === undefined) {
      const seen = { firstSeenMs: atMs, lastSeenMs: atMs };
      this.#workers.set(key, { address, nodeType, region, ...seen, jobs, feesWei });
      return;
    }
    sum.jobs += jobs;
    sum.feesWei += feesWei;
    sum.firstSeenMs = Math.min(sum.firstSeenMs, atMs);
    sum.lastSeenMs = Math.max(sum.lastSeenMs, atMs);
  }
}
