/** How old the networks of scenarios are: for people only, results hold no clock. */
import { counted } from "../../core/wording.js";
import type { LoadedScenario } from "../../sim/input.js";
import { isDiscoveryFile, parseDiscoveryFile } from "../../sim/network/discovery-file.js";

const MINUTE_MS = 60_000;
const UNITS = [
  ["day", 1440],
  ["hour", 60],
  ["minute", 1],
] as const;

/** Lines about the scenario's network file; none where it is no discovery. */
export function networkAge({ base }: LoadedScenario, nowMs: number): string {
  const { network } = base.data;
  if (!isDiscoveryFile(network.text)) return "";
  const { discoveredAt } = parseDiscoveryFile(network);
  return `${network.name} is ${ageText(nowMs - Date.parse(discoveredAt))} old.\n`;
}

/** `3 days`, `1 hour`, `less than a minute`. */
export function ageText(ageMs: number): string {
  const minutes = Math.floor(ageMs / MINUTE_MS);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(minutes / size);
    if (count > 0) return counted(count, unit);
  }
  return "less than a minute";
}
