/** Who sent a write: known key, fresh timestamp, right signature, a nonce never seen before. */
import type { ApiKey, KeyRing } from "./keys.js";
import type { NonceCache } from "./nonces.js";
import { Problem } from "./problem.js";
import type { RateLimiter } from "./rate-limit.js";
import { HEADERS, sameSignature, signRequest } from "./signature.js";

/** What the headers of a write say, before its body is read. */
export interface Claim {
  readonly key: ApiKey;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/**
 * Looks at the headers.
 *
 * @param header reads a header, undefined without it
 * @param windowMs how far the timestamp may be from now, either way
 * @throws Problem 401 (`UNSIGNED`, `UNKNOWN_KEY`, `STALE`)
 */
export function readClaim(
  header: (name: string) => string | undefined,
  keys: KeyRing,
  nowMs: number,
  windowMs: number,
): Claim {
  const [id, timestamp, nonce, signature] = [
    header(HEADERS.key),
    header(HEADERS.timestamp),
    header(HEADERS.nonce),
    header(HEADERS.signature),
  ];
  const isWhole =
    id !== undefined &&
    timestamp !== undefined &&
    nonce !== undefined &&
    signature !== undefined &&
    /^\d{1,15}$/.test(timestamp) &&
    /^[\w-]{16,64}$/.test(nonce) &&
    /^[0-9a-f]{64}$/.test(signature);
  if (!isWhole) {
    const names = Object.values(HEADERS).join(", ");
    throw new Problem(401, "UNSIGNED", `a write must be signed, by the headers ${names}`);
  }
  const key = keys.find(id, nowMs);
  if (key === null) throw new Problem(401, "UNKNOWN_KEY", "no such key counts now");
  if (Math.abs(Number(timestamp) - nowMs) > windowMs) {
    const seconds = Math.round(windowMs / 1000);
    throw new Problem(401, "STALE", `the timestamp is more than ${seconds} s from now`);
  }
  return { key, timestamp, nonce, signature };
}

/** What a claim is held against. */
export interface ClaimCheck {
  readonly nonces: NonceCache;
  /** Of the writes of each source. */
  readonly limit: RateLimiter;
  readonly nowMs: number;
}

/**
 * Looks at the whole request. Only one that is rightly signed counts against the source's limit,
 * and only one within the limit uses up its nonce: no source can fill the memory of nonces alone.
 *
 * @throws Problem 401 (`BAD_SIGNATURE`, `REPLAYED`), 429, 503 when no more nonces can be remembered
 */
export function verifyClaim(
  { key, timestamp, nonce, signature }: Claim,
  request: { readonly method: string; readonly path: string; readonly body: Uint8Array },
  { nonces, limit, nowMs }: ClaimCheck,
): void {
  const expected = signRequest(key.secret, { ...request, timestamp, nonce });
  if (!sameSignature(signature, expected)) {
    throw new Problem(401, "BAD_SIGNATURE", "the signature is not that of this request");
  }
  const name = `${key.id} ${nonce}`;
  if (nonces.has(name)) throw new Problem(401, "REPLAYED", "this request came before");
  if (!limit.take(key.source, nowMs)) {
    throw new Problem(429, "TOO_MANY_REQUESTS", "too many writes", { retryAfterS: 1 });
  }
  if (nonces.add(name, nowMs) === "full") {
    throw new Problem(503, "UNAVAILABLE", "too many writes; try again later", { retryAfterS: 5 });
  }
}
