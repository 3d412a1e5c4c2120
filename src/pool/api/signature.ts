/**
 * What is signed and how: HMAC-SHA256 over method, path, timestamp, nonce and body for requests,
 * over nonce, status and body for answers, so that a client knows the pool behind a certificate
 * that nobody vouches for.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { checkObject } from "../../core/checks.js";

/** Names of the headers. */
export const HEADERS = {
  /** The id of the key that signed. */
  key: "x-pool-key",
  /** When the request was signed. */
  timestamp: "x-pool-timestamp",
  /** A text that is used once only. */
  nonce: "x-pool-nonce",
  /** The signature, in hex. */
  signature: "x-pool-signature",
} as const;

/** What a request's signature covers. */
export interface SignedRequest {
  /** The request's HTTP method, in upper case. */
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** Unix ms, decimal digits. */
  readonly timestamp: string;
  /** 16 to 64 characters of A–Z, a–z, 0–9, - and _. */
  readonly nonce: string;
  /** The body's bytes, exactly as they are sent. */
  readonly body: Uint8Array;
}

/** What an answer's signature covers. */
export interface SignedAnswer {
  /** Nonce of the request. */
  readonly nonce: string;
  /** The answer's HTTP status. */
  readonly status: number;
  /** The body's bytes, exactly as they are sent. */
  readonly body: Uint8Array;
}

/** Signature of a request, 64 lowercase hex digits. */
export function signRequest(secret: Uint8Array, request: SignedRequest): string {
  checkObject({ request });
  const { method, path, timestamp, nonce, body } = request;
  return createHmac("sha256", secret)
    .update(`${method}\n${path}\n${timestamp}\n${nonce}\n`)
    .update(body)
    .digest("hex");
}

/** Signature of an answer, 64 lowercase hex digits. */
export function signAnswer(secret: Uint8Array, answer: SignedAnswer): string {
  checkObject({ answer });
  const { nonce, status, body } = answer;
  return createHmac("sha256", secret)
    .update(`answer\n${nonce}\n${status}\n`)
    .update(body)
    .digest("hex");
}

/** Whether two signatures are the same, in a time that does not tell where they differ. */
export function sameSignature(given: string, expected: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(given, "hex"), Buffer.from(expected, "hex"));
}
