/** Bytes that mean nothing, there and back: what a worker's way to the pool can carry. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { queryNumber } from "./fields.js";

/** The endpoint that takes any bytes, and sends as many as it is asked for. */
export const TRANSFER = "/measureTransfer";

/** Of one body, in either direction. */
export const TRANSFER_BYTES_MAX = 4 * 1024 * 1024;

/** How many bytes are wanted back. */
export const transferQuery = z.strictObject({
  bytes: queryNumber(0, TRANSFER_BYTES_MAX).describe("How many bytes to answer with."),
});

let made: Buffer | undefined;

/** Bytes that nothing on the way can make fewer. */
export function transferBytes(count: number): Buffer {
  made ??= randomBytes(TRANSFER_BYTES_MAX);
  return made.subarray(0, count);
}
