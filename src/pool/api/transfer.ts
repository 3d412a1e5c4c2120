/** Bytes that mean nothing, there and back: what a worker's way to the pool can carry. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Claim } from "./authenticate.js";
import { queryNumber } from "./fields.js";
import { HEADERS, signAnswer } from "./signature.js";

/** The endpoint that takes any bytes, and sends as many as it is asked for. */
export const TRANSFER = "/measureTransfer";

/** Of one body, in either direction. */
export const TRANSFER_BYTES_MAX = 4 * 1024 * 1024;

/** How many bytes are wanted back. */
export const transferQuery = z.strictObject({
  bytes: queryNumber(0, TRANSFER_BYTES_MAX).describe("How many bytes to answer with."),
});

let made: Buffer | undefined;

/** The answer: bytes that nothing on the way can make fewer, signed for who asked. */
export function transferred(count: number, { key, nonce }: Claim): Response {
  made ??= randomBytes(TRANSFER_BYTES_MAX);
  const body = made.subarray(0, count);
  const signature = signAnswer(key.secret, { nonce, status: 200, body });
  return new Response(new Uint8Array(body), {
    headers: { "Content-Type": "application/octet-stream", [HEADERS.signature]: signature },
  });
}
