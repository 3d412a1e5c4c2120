/** A pool's past, from its events: what each worker delivered, how long it took, when it was there. */
import type { PoolEvent } from "../../../pool/books/index.js";
import { type AIPast, AIPastCollector } from "../ai/ai-events.js";

/** A segment that was delivered. */
export interface DeliveredJob {
  /** When its result arrived, ms since 1970; of whole seconds in the nodes' forms (E-7). */
  readonly atMs: number;
  /** From task sent to result received, ms. */
  readonly responseMs: number;
  /** How long the segment lasts, ms. */
  readonly durationMs: number;
  readonly pixels: number;
}

/** A connection of a worker that was opened or closed. */
export interface Coming {
  readonly atMs: number;
  readonly isUp: boolean;
  /** `ip:port`, and the node. */
  readonly connection: string;
}

/** What the events say of one worker at the nodes of one region. */
export interface WorkerPast {
  readonly address: string;
  readonly region: string;
  /** In order of time. */
  readonly jobs: readonly DeliveredJob[];
  /** In order of time; a node's reset closes its connections. */
  readonly comings: readonly Coming[];
  /** When jobs were done whose response time was lost in a race, and told as 0 (E-14); in order. */
  readonly lostAtMs: readonly number[];
}

/** All workers of a pool, and what was left out. */
export interface PoolPast {
  readonly workers: readonly WorkerPast[];
  readonly fromMs: number;
  readonly toMs: number;
  /** AI jobs, by worker and model. */
  readonly ai: AIPast;
  /** Jobs of nobody known. */
  readonly unattributed: number;
  /** Workers of whom no time is known: connected, and never delivered anything, or all told as 0 (E-14). */
  readonly silent: readonly SilentWorker[];
}

/** A worker that was connected and never delivered anything, or nothing with a time. */
export interface SilentWorker {
  readonly address: string;
  readonly region: string;
  /** How long it was connected while others delivered, ms. */
  readonly upMs: number;
  /** What it delivered, all with a response time of 0. */
  readonly segments: number;
}

interface Collected {
  readonly address: string;
  readonly region: string;
  readonly jobs: DeliveredJob[];
  readonly comings: Coming[];
  readonly open: Set<string>;
  readonly lostAtMs: number[];
}

const NS_PER_MS = 1e6;

/** Collects what events say, in any order, each once. */
export class PastCollector {
  readonly #workers = new Map<string, Collected>();
  readonly #connections: Extract<PoolEvent, { connection: string } | { type: "reset" }>[] = [];
  readonly #ai = new AIPastCollector();
  #unattributed = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  add(event: PoolEvent): void {
    const { type, atMs } = event;
    this.#ai.add(event);
    if (type === "reset" || type === "worker-connected" || type === "worker-disconnected") {
      this.#connections.push(event);
    }
    if (type !== "job-processed") return;
    if (event.job === "ai") return;
    if (event.address === null) this.#unattributed++;
    else {
      this.#fromMs = Math.min(this.#fromMs, atMs);
      this.#toMs = Math.max(this.#toMs, atMs);
      const worker = this.#workerOf(event.address, event.region);
      if (event.responseTimeNs === 0n) worker.lostAtMs.push(atMs);
      else {
        worker.jobs.push({
          atMs,
          responseMs: Number(event.responseTimeNs) / NS_PER_MS,
          durationMs: Number(event.durationMs),
          pixels: Number(event.computeUnits),
        });
      }
    }
  }

  /** What all that was added says; nothing may be added afterwards. */
  past(): PoolPast {
    const workers = this.#workers;
    this.#connections.sort((a, b) => a.atMs - b.atMs);
    const ends = new Set(
      this.#connections.flatMap((event) =>
        event.type === "worker-disconnected" ? [keyOf(event)] : [],
      ),
    );
    for (const event of this.#connections) this.#comes(event, ends);
    for (const { jobs, lostAtMs } of workers.values()) {
      jobs.sort((a, b) => a.atMs - b.atMs);
      lostAtMs.sort((a, b) => a - b);
    }
    const ai = this.#ai.past();
    return {
      workers: [...workers.values()].filter(({ jobs }) => jobs.length > 0),
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      ai,
      unattributed: this.#unattributed,
      silent: this.#silent(ai),
    };
  }

  #silent({ models }: AIPast): readonly SilentWorker[] {
    const ai = new Set(models.map(({ address, region }) => `${address} ${region}`));
    return [...this.#workers]
      .filter(([, { jobs }]) => jobs.length === 0)
      .map(([key, { address, region, comings, lostAtMs }]) => {
        // Who does AI jobs is connected for them, too.
        const own = ai.has(key)
          ? comings.filter(({ connection }) => !connection.startsWith("ai "))
          : comings;
        const upMs = connectedMs(own, this.#fromMs, this.#toMs);
        return { address, region, upMs, segments: lostAtMs.length };
      })
      .filter(({ upMs, segments }) => upMs > 0 || segments > 0)
      .sort((a, b) => b.upMs - a.upMs);
  }

  #workerOf(address: string, region: string): Collected {
    const key = `${address} ${region}`;
    const known = this.#workers.get(key);
    if (known !== undefined) return known;
    const made = {
      address,
      region,
      jobs: [],
      comings: [],
      open: new Set<string>(),
      lostAtMs: [],
    };
    this.#workers.set(key, made);
    return made;
  }

  /** @param ends connections of which an end is told */
  #comes(
    event: Extract<PoolEvent, { connection: string } | { type: "reset" }>,
    ends: ReadonlySet<string>,
  ): void {
    const { atMs, region, nodeType } = event;
    if (event.type === "reset") {
      for (const worker of this.#workers.values()) {
        if (worker.region === region) close(worker, nodeType);
      }
      return;
    }
    const worker = this.#workerOf(event.address, region);
    const connection = `${nodeType} ${event.connection}`;
    const isUp = event.type === "worker-connected";
    if (isUp && worker.open.has(connection)) return;
    if (isUp) {
      worker.open.add(connection);
      worker.comings.push({ atMs, isUp, connection });
      return;
    }
    // Where it is not told to have come, it came while nothing was told, after one whose end was not told either.
    const ended = worker.open.has(connection)
      ? connection
      : [...worker.open].find(
          (one) => one.startsWith(`${nodeType} `) && !ends.has(`${event.address} ${region} ${one}`),
        );
    if (ended === undefined) return;
    worker.open.delete(ended);
    worker.comings.push({ atMs, isUp, connection: ended });
  }
}

/**
 * Collects what events say, in any order.
 *
 * @param events each once, as a pool's books have them
 */
export function poolPast(events: Iterable<PoolEvent>): PoolPast {
  const collector = new PastCollector();
  for (const event of events) collector.add(event);
  return collector.past();
}

/** A connection of a worker. */
function keyOf(event: Extract<PoolEvent, { connection: string }>): string {
  return `${event.address} ${event.region} ${event.nodeType} ${event.connection}`;
}

/** How long a worker had a connection between two instants, ms. */
function connectedMs(comings: readonly Coming[], fromMs: number, toMs: number): number {
  const open = new Set<string>();
  let [sinceMs, sumMs] = [0, 0];
  const within = (atMs: number) => Math.min(toMs, Math.max(fromMs, atMs));
  for (const { atMs, isUp, connection } of comings) {
    if (open.size > 0) sumMs += within(atMs) - within(sinceMs);
    sinceMs = atMs;
    if (isUp) open.add(connection);
    else open.delete(connection);
  }
  return open.size === 0 ? sumMs : sumMs + toMs - within(sinceMs);
}

/** A node that starts has no workers: what they did meanwhile was no failure of theirs. */
function close({ open, comings }: Collected, nodeType: string): void {
  for (const connection of open) {
    if (!connection.startsWith(`${nodeType} `)) continue;
    open.delete(connection);
    const index = comings.findLastIndex((one) => one.connection === connection && one.isUp);
    // As if it had never been there: neither its end nor its length is the worker's.
    if (index >= 0) comings.splice(index, 1);
  }
}
