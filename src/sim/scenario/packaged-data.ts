/**
 * The data files that come with the package. This module reads them beside `src/`; a build puts one
 * in its place that holds them, so that they are there when the library is bundled, too.
 */
import { readFileSync } from "node:fs";

/** The names of the files. */
export type PackagedData =
  | "ai-gpus.csv"
  | "ai-models.csv"
  | "ai-nodes.csv"
  | "devices.csv"
  | "network.csv"
  | "regions.csv"
  | "rtt.csv";

/** The text of one of them. */
export function packagedData(name: PackagedData): string {
  return readFileSync(new URL(`../../../scenarios/data/${name}`, import.meta.url), "utf8");
}
