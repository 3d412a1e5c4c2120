/** Answers to reads, kept for a moment: a crowd of readers costs the books one question. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { LRUCache } from "lru-cache";

/** An answer as it is sent. */
export interface CachedAnswer {
  readonly body: string;
  readonly tag: string;
  readonly madeAtMs: number;
  /** The body packed, made when the first asks for it; null: it is not worth it. */
  packed(): Uint8Array<ArrayBuffer> | null;
}

/** Below, packing saves less than it costs. */
const PACKED_BYTES_MIN = 2_048;
const LEVEL = 3;

/** An answer that is packed once, however many ask for it. */
export function answerOf(body: string, madeAtMs: number): CachedAnswer {
  const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  let packed: Uint8Array<ArrayBuffer> | null | undefined;
  return {
    body,
    tag,
    madeAtMs,
    packed: () => {
      packed ??= body.length < PACKED_BYTES_MIN ? null : gzipSync(body, { level: LEVEL });
      return packed;
    },
  };
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
    const answer = answerOf(JSON.stringify(make()), nowMs);
    this.#answers.set(name, answer);
    return answer;
  }
}
