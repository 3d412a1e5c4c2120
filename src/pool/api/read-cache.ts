/** Answers to reads, kept for a moment: a crowd of readers costs the books one question. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

/** An answer as it is sent. */
export interface CachedAnswer {
  readonly body: string;
  readonly tag: string;
  readonly madeAtMs: number;
}

const BYTES_MAX = 32 * 1024 * 1024;

/** Bounded by the bytes of the answers. */
export class ReadCache {
  readonly #ttlMs: number;
  readonly #answers = new LRUCache<string, CachedAnswer>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ body }, key) => 2 * (body.length + key.length) + 200,
  });

  /** @param ttlMs how old an answer may be */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** The answer of that name, made anew if there is none that is young enough. */
  get(name: string, nowMs: number, make: () => unknown): CachedAnswer {
    const known = this.#answers.get(name);
    if (known !== undefined && nowMs - known.madeAtMs < this.#ttlMs) return known;
    const body = JSON.stringify(make());
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const answer = { body, tag, madeAtMs: nowMs };
    this.#answers.set(name, answer);
    return answer;
  }
}
