/** Entries of kept results read as they were written, or not at all. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryBytes, entryResult } from "../../../src/sim/kept/entry.js";
import type { ReplicationResult } from "../../../src/sim/results.js";

const KEY = "ab".repeat(32);

const RESULT: ReplicationResult = {
  metrics: { "pool.b": 1.5, "pool.a": 0.1 + 0.2, "worker.__proto__.x": 5e-324 },
  orchestrators: ["pool"],
  workers: ["größer", "2"],
  regions: ["FRA"],
  series: { segments: [1, 2, 3] },
  seriesBinMs: 60_000,
  conservation: [{ name: "wei", left: 1e300, right: 1e300, holds: true }],
  imputed: { stake: 0.19 },
  withoutStreams: null,
  admissions: [{ worker: "größer", offered: 4, sessions: 2, reason: "as many as are in time" }],
};

function bytesOf(result: ReplicationResult): Uint8Array {
  const bytes = entryBytes(KEY, result);
  if (bytes === undefined) throw new Error("it cannot be kept");
  return bytes;
}

/** An entry of any text, with the right checksum. */
function forged(json: string | Uint8Array, { key = KEY, magic = "poolsim-result 1" } = {}): Buffer {
  const packed = gzipSync(json, { level: 1 });
  const checksum = createHash("sha256").update(packed).digest("hex");
  return Buffer.concat([Buffer.from(`${magic} ${key} ${checksum}\n`), packed]);
}

describe("an entry", () => {
  it("reads as it was written, names in their order", () => {
    const metrics = fc.dictionary(
      fc.string().map((name) => `pool.${name}`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    );
    fc.assert(
      fc.property(metrics, (own) => {
        const given = { ...RESULT, metrics: { ...own } };
        const read = entryResult(KEY, bytesOf(given));
        expect(read).toStrictEqual(given);
        expect(JSON.stringify(read)).toBe(JSON.stringify(given));
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -0])(
    "is not made of %s, which would read as something else",
    (value) => {
      expect(entryBytes(KEY, { ...RESULT, metrics: { "pool.a": value } })).toBeUndefined();
      const conservation = [{ name: "wei", left: value, right: 0, holds: false }];
      expect(entryBytes(KEY, { ...RESULT, conservation })).toBeUndefined();
    },
  );

  it("is not taken when one bit is another, or it ends anywhere, or goes on", () => {
    const bytes = bytesOf(RESULT);
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect(entryResult(KEY, flipped), `byte ${at}`).toBeUndefined();
      expect(entryResult(KEY, bytes.subarray(0, at)), `cut at ${at}`).toBeUndefined();
    }
    expect(entryResult(KEY, Buffer.concat([bytes, Buffer.from([0])]))).toBeUndefined();
    expect(entryResult(KEY, bytes)).toStrictEqual(RESULT);
  });

  it("is not taken for another unit's", () => {
    expect(entryResult("cd".repeat(32), bytesOf(RESULT))).toBeUndefined();
  });

  it("is taken with the right form only, whatever its checksum", () => {
    const json = JSON.stringify(RESULT);
    expect(entryResult(KEY, forged(json))).toStrictEqual(RESULT);
    const { metrics: _, ...without } = RESULT;
    for (const wrong of [
      "",
      "null",
      "[]",
      `${json.slice(0, -1)}`,
      JSON.stringify(without),
      JSON.stringify({ ...RESULT, more: 1 }),
      JSON.stringify({ ...RESULT, metrics: { "pool.a": "1" } }),
      JSON.stringify({ ...RESULT, metrics: { "pool.a": null } }),
      JSON.stringify({ ...RESULT, seriesBinMs: null }),
      JSON.stringify({ ...RESULT, workers: [1] }),
    ]) {
      expect(entryResult(KEY, forged(wrong)), wrong).toBeUndefined();
    }
    expect(entryResult(KEY, forged(json, { magic: "poolsim-result 2" }))).toBeUndefined();
  });

  it("is not unpacked beyond what a result can have", () => {
    const bomb = Buffer.alloc(64_000_001, " ");
    const bytes = forged(bomb);
    expect(bytes.length).toBeLessThan(1_000_000);
    expect(entryResult(KEY, bytes)).toBeUndefined();
  });
});
