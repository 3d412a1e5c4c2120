import { expect, it } from "vitest";
import { type Asked, flagNotes } from "../../../src/cli/discover/flag-notes.js";
import { HardcodedSource } from "../../../src/discovery/index.js";

const PLAIN: Asked["flags"] = {
  maxPricePerUnit: "0",
  orchBlocklist: "",
  orchMinLivepeerVersion: "",
  pool: "video",
};

/** Notes on a list of so many trusted ones. */
async function notes(flags: Partial<Asked["flags"]>, size = 8, more: Partial<Asked> = {}) {
  const orchAddr = Array.from({ length: size }, (_, at) => `host${at}`).join(",");
  const listing = await new HardcodedSource({ orchAddr }).list();
  const source = { usesBlocklist: true };
  const all = flagNotes({ flags: { ...PLAIN, ...flags }, onChain: true, source, listing, ...more });
  return all.map((note) => /\(([A-Z]-\d+)\)/.exec(note)?.[1]);
}

it("says nothing of flags that do what they say", async () => {
  const flags = { orchMinLivepeerVersion: "v0.9", orchBlocklist: "0xab,cd", maxPricePerUnit: "7" };
  expect(await notes(flags)).toEqual([]);
});

it("M-2: of more than eight trusted ones a gateway wants eight", async () => {
  expect(await notes({}, 9)).toEqual(["M-2"]);
  expect(await notes({ pool: "trusted" }, 9)).toEqual(["M-2"]);
  expect(await notes({ count: 9 }, 9)).toEqual([]);
  expect(await notes({ pipeline: "text-to-image" }, 9)).toEqual([]);
  expect(await notes({ pool: "any" }, 9)).toEqual([]);
});

it("K-9, D-21: a version that is none lets all pass, and a blank makes an address nobody's", async () => {
  expect(await notes({ orchMinLivepeerVersion: "latest" })).toEqual(["K-9"]);
  expect(await notes({ orchBlocklist: "0xab, 0xcd" })).toEqual(["D-21"]);
});

it("L-5, W-13: what has no effect here", async () => {
  expect(await notes({ maxPricePerUnit: "7" }, 1, { onChain: false })).toEqual(["L-5"]);
  const webhook = { source: { usesBlocklist: false } };
  expect(await notes({ orchBlocklist: "0xab, 0xcd" }, 1, webhook)).toEqual(["W-13"]);
});
