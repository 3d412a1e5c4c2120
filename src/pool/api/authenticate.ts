/** Who sent a write: known key, fresh timestamp, right signature, a nonce never seen before. */
import type { ApiKey, KeyRing } from "./keys.js";
import type { NonceCache } from "./nonces.js";
import { Problem } from "./problem.js";
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

/**
 * Looks at the whole request. Only a request that is rightly signed uses up its nonce.
 *
 * @throws Problem 401 (`BAD_SIGNATURE`, `REPLAYED`), 503 when no more nonces can be remembered
 */
export function verifyClaim(
  { key, timestamp, nonce, signature }: Claim,
  request: { readonly method: string; readonly path: string; readonly body: Uint8Array },
  nonces: NonceCache,
  nowMs: number,
): void {
  const expected = signRequest(key.secret, { ...request, timestamp, nonce });
  if (!sameSignature(signature, expected)) {
    throw new Problem(401, "BAD_SIGNATURE", "the signature is not that of this request");
  }
  const added = nonces.add(`${key.id} ${nonce}`, nowMs);
  if (added === "seen") throw new Problem(401, "REPLAYED", "this request came before");
  if (added === "full") {
    throw new Problem(503, "UNAVAILABLE", "too many writes; try again later", { retryAfterS: 5 });
  }
}
