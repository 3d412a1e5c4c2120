/** What a batch says of workers: jobs, fees, connections; written once per worker. */
import type { PoolEvent } from "../events/event.js";
import type { ConnectionRow, PoolStore, ResetRow, WorkerRow } from "../store/store.js";
import type { Attributed } from "./ai-jobs.js";

type Place = Pick<WorkerRow, "address" | "nodeType" | "region">;
type Sum = { -readonly [K in keyof Omit<WorkerRow, "connections">]: WorkerRow[K] };

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
    const nodeType = "ai";
    this.#add({ address, nodeType, region, atMs: claimedMs }, 1n, feesWei);
    if (before === null) return;
    // Its row is there since it was given the job; when it was seen stays as it is.
    const sum = this.#sumOf({ address: before, nodeType, region });
    sum.jobs -= 1n;
    sum.feesWei -= feesWei;
  }

  write(store: PoolStore): void {
    store.workers.add([...this.#workers.values()].flat());
    store.workers.addConnections(this.#connections);
    for (const reset of this.#resets) store.workers.addReset(reset);
  }

  #add(who: Place & { readonly atMs: number }, jobs: bigint, feesWei: bigint): void {
    const { atMs } = who;
    const sum = this.#sumOf(who);
    if (jobs !== 0n) sum.jobs += jobs;
    if (feesWei !== 0n) sum.feesWei += feesWei;
    if (atMs < sum.firstSeenMs) sum.firstSeenMs = atMs;
    if (atMs > sum.lastSeenMs) sum.lastSeenMs = atMs;
  }

  #sumOf({ address, nodeType, region }: Place): Sum {
    const sums = this.#workers.get(address) ?? [];
    if (sums.length === 0) this.#workers.set(address, sums);
    let sum = sums.find((one) => one.region === region && one.nodeType === nodeType);
    if (sum === undefined) {
      const seen = { firstSeenMs: Number.MAX_SAFE_INTEGER, lastSeenMs: 0 };
      sum = { address, nodeType, region, ...seen, jobs: 0n, feesWei: 0n };
      sums.push(sum);
    }
    return sum;
  }
}
