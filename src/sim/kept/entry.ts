/**
 * A kept result as bytes. One line that says what it is, whose, and the checksum of what follows;
 * then the result as JSON, packed. Whatever reads otherwise was not kept, or not whole: it is
 * computed again.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { ReplicationResult } from "../results.js";

/** The most bytes of an entry; a result of the packaged network has about 30,000. */
export const ENTRY_BYTES_MAX = 16_000_000;
/** The most bytes of a result unpacked. */
const JSON_BYTES_MAX = 64_000_000;
const MAGIC = "poolsim-result 1";
const HEADER_BYTES = MAGIC.length + 1 + 64 + 1 + 64 + 1;
/** Packs as well as the standard level, nearly, in half of the time. */
const LEVEL = 3;

const RESULT = z.strictObject({
  metrics: z.record(z.string(), z.number()),
  orchestrators: z.array(z.string()),
  workers: z.array(z.string()),
  regions: z.array(z.string()),
  series: z.record(z.string(), z.array(z.number())),
  seriesBinMs: z.number(),
  conservation: z.array(
    z.strictObject({ name: z.string(), left: z.number(), right: z.number(), holds: z.boolean() }),
  ),
  imputed: z.record(z.string(), z.number()),
  withoutStreams: z.string().nullable(),
  admissions: z.array(
    z.strictObject({
      worker: z.string(),
      offered: z.number(),
      sessions: z.number().nullable(),
      reason: z.string(),
    }),
  ),
  events: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        whom: z.string(),
        atMs: z.array(z.number()),
        lengthMs: z.number(),
      }),
    )
    .optional(),
  aiJobs: z.array(z.string()).optional(),
});

function headerOf(key: string, packed: Uint8Array): string {
  const checksum = createHash("sha256").update(packed).digest("hex");
  return `${MAGIC} ${key} ${checksum}\n`;
}

function resultOf(json: string): ReplicationResult | undefined {
  const { data } = RESULT.safeParse(JSON.parse(json));
  return data;
}

/**
 * An entry's bytes.
 *
 * @param key the unit's, 64 hex digits
 * @returns `undefined` for a result that would not read the same again (a number that JSON does not
 *   have), or is too large
 */
export function entryBytes(key: string, result: ReplicationResult): Uint8Array | undefined {
  const json = JSON.stringify(result);
  if (Buffer.byteLength(json) > JSON_BYTES_MAX) return undefined;
  if (!isDeepStrictEqual(resultOf(json), result)) return undefined;
  const packed = gzipSync(json, { level: LEVEL });
  const bytes = Buffer.concat([Buffer.from(headerOf(key, packed)), packed]);
  return bytes.length <= ENTRY_BYTES_MAX ? bytes : undefined;
}

/**
 * What an entry holds.
 *
 * @param key of the unit that is asked for
 * @returns `undefined` for anything but the whole entry of this key
 */
export function entryResult(key: string, bytes: Uint8Array): ReplicationResult | undefined {
  if (bytes.length <= HEADER_BYTES || bytes.length > ENTRY_BYTES_MAX) return undefined;
  const packed = bytes.subarray(HEADER_BYTES);
  const header = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString("latin1");
  if (header !== headerOf(key, packed)) return undefined;
  try {
    const json = gunzipSync(packed, { maxOutputLength: JSON_BYTES_MAX });
    return resultOf(json.toString("utf8"));
  } catch {
    return undefined;
  }
}
