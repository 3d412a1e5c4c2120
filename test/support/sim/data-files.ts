/** The committed data files, as the tests of this folder use them. */
import { readFileSync } from "node:fs";
import type { DataText } from "../../../src/sim/network/regions.js";
import { parseRegions } from "../../../src/sim/network/regions.js";

/** @param name below scenarios/data */
export function dataFile(name: string): DataText {
  const url = new URL(`../../../scenarios/data/${name}`, import.meta.url);
  return { name, text: readFileSync(url, "utf8") };
}

/** The regions table with all round trips. */
export const allRegions = parseRegions(dataFile("regions.csv"), dataFile("rtt.csv"));

/** Index of a region that must exist. */
export function regionIndex(code: string): number {
  const index = allRegions.indexOf(code);
  if (index === undefined) throw new Error(`no region ${code}`);
  return index;
}
