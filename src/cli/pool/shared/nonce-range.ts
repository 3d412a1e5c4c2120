/** Ranges of nonces as option values. */
import { InvalidArgumentError } from "commander";
import type { NonceRange } from "../../../pool/payouts/index.js";

/** Reads `3` or `3..7`, both counted. */
export function nonceRange(text: string): NonceRange {
  const [, first, last = first] = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first)) {
    throw new InvalidArgumentError("expected a nonce or a range of them, e.g. 3 or 3..7");
  }
  return { first: Number(first), last: Number(last) };
}
