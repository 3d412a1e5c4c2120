/** Token buckets, one per client, for a bounded number of clients. */

import { LRUCache } from "lru-cache";
import { checkNumber } from "../../core/checks.js";

/** So many requests per second on average, and so many at once after a rest. */
export interface RateLimit {
  /** Requests per second that a client may make in the long run. */
  readonly perSecond: number;
  /** Requests that a client may make at once. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const CLIENTS_MAX = 20_000;

/** The least recently seen client is forgotten first, which fills its bucket. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new LRUCache<string, Bucket>({ max: CLIENTS_MAX });

  constructor(limit: RateLimit) {
    checkNumber({ perSecond: limit.perSecond, burst: limit.burst }, [0, Number.POSITIVE_INFINITY]);
    this.#limit = limit;
  }

  /** Takes a token if there is one. */
  take(client: string, nowMs: number): boolean {
    const bucket = this.#bucket(client, nowMs);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** Takes more of them, whether they are there or not: what is missing has to be waited for. */
  charge(client: string, nowMs: number, tokens: number): void {
    this.#bucket(client, nowMs).tokens -= tokens;
  }

  /** Whether there is a token to take. */
  has(client: string, nowMs: number): boolean {
    return this.#bucket(client, nowMs).tokens >= 1;
  }

  #bucket(client: string, nowMs: number): Bucket {
    const { perSecond, burst } = this.#limit;
    let bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      bucket = { tokens: burst, atMs: nowMs };
      this.#buckets.set(client, bucket);
    }
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * perSecond);
    bucket.atMs = nowMs;
    return bucket;
  }
}

/** The client of an address: an IPv6 client is its /64, as it has all of it. */
export function clientOf(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  if (tail !== undefined) {
    while (groups.length + rest.length < 8) groups.push("0");
  }
  return `${[...groups, ...rest].slice(0, 4).join(":")}::/64`;
}
