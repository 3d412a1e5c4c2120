/** The values that requests are made of, each with its bounds. */
import { z } from "zod";
import { addressAt } from "../books/events/fields.js";

const UINT256 = 1n << 256n;

/** Mixed case must be the EIP-55 checksum, as in events. */
function isAddress(text: string): boolean {
  try {
    return addressAt({ text }, "text") !== "";
  } catch {
    return false;
  }
}

/** An Ethereum address other than zero; in any case that is right in, lower case out. */
export const address = z
  .string()
  .regex(/^(?:0[xX])?[0-9a-fA-F]{40}$/, "expected an address: 0x and 40 hex digits")
  .refine((text) => !/^(?:0[xX])?0{40}$/.test(text), "expected an address other than zero")
  .refine(isAddress, "the address has a wrong checksum (EIP-55): one of its characters is mistyped")
  .transform((text) => text.toLowerCase());

const WHOLE = 'expected a whole number of at least 0, such as "1000"; above 2^53 - 1 as text';

/** A whole number of up to 256 bits: decimal text, or a JSON number if a double holds it. */
export const uint256 = z
  .union(
    [
      z.string().regex(/^(0|[1-9]\d{0,77})$/, WHOLE),
      z.int(WHOLE).min(0, WHOLE).max(Number.MAX_SAFE_INTEGER, WHOLE),
    ],
    { error: WHOLE },
  )
  .transform((value) => BigInt(value))
  .refine((value) => value < UINT256, "expected less than 2^256");

/** A region or node type; no colons, as it is part of accounts' names. */
export const label = z.string().regex(/^[\w.-]{1,64}$/, "expected 1 to 64 of A-Z a-z 0-9 _ . -");

/** RFC 3339 in, Unix ms out. */
export const time = z.iso
  .datetime({ offset: true, error: "expected a time such as 2026-02-01T10:00:07Z" })
  .transform((text) => Date.parse(text));

export const txHash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "expected a hash: 0x and 64 hex digits")
  .transform((text) => text.toLowerCase());

/** Made by the caller, unique among its writes. */
export const writeId = z
  .string()
  .regex(/^[\w.:-]{1,128}$/, "expected 1 to 128 of A-Z a-z 0-9 _ . : -");

/** A whole number in a query. */
export function queryNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `expected a whole number from ${min} to ${max}`);
}
