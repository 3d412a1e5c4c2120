/** Values in a node's answers: nothing that is not what it should be goes further. */
import { RemoteError } from "../../core/errors.js";

/** A whole number that is exact in JavaScript. */
export function safe(value: unknown): number {
  const number = Number(quantity(value));
  if (!Number.isSafeInteger(number)) throw invalid("number");
  return number;
}

/** @throws RemoteError (`CHAIN_TRANSPORT`) for anything but hex with `0x`, up to 256 bits */
export function quantity(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw invalid("quantity");
  return BigInt(value);
}

/** So many bytes, in lower-case hex with `0x`. */
export function hex(value: unknown, bytes: number): string {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value)) throw invalid("hex");
  if (value.length !== 2 + 2 * bytes) throw invalid(`${bytes} bytes`);
  return value.toLowerCase();
}

export function invalid(what: string): RemoteError {
  return new RemoteError(`the node's answer is not valid: ${what}`, { code: "CHAIN_TRANSPORT" });
}
