/** Balances kept elsewhere come in once, or not at all. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { OPENING_HEADER, readOpening } from "../../../src/pool/books/opening.js";
import { ALICE } from "../../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-opening-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("A CSV says each worker's balance in a place once: another one would be lost", () => {
  const path = join(folder, "opening.csv");
  const lines = (...all: string[]) => writeFileSync(path, [OPENING_HEADER, ...all].join("\n"));
  lines(`${ALICE},transcode,eu,5,0`, `${ALICE},transcode,us,7,1`);
  expect(readOpening(path).map(({ pendingWei }) => pendingWei)).toEqual([5n, 7n]);
  lines(`${ALICE},transcode,eu,5,0`, `${ALICE.toLowerCase()},transcode,eu,7,0`);
  expect(() => readOpening(path)).toThrow(`${path}:3: a line before has the same worker`);
});
