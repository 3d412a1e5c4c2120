/** Rates of regions that no event names: most often a region is spelled wrong. */
import type { PoolSettings } from "../../../pool/books/settings.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import type { Terminal } from "../../shared/terminal.js";

/** Says so, once there are workers to compare with. */
export function warnOfRegions(
  store: PoolStore,
  { commission }: PoolSettings,
  { stderr }: Terminal,
): void {
  const known = [...new Set(store.workers.list().map(({ region }) => region))].sort();
  if (known.length === 0) return;
  const named = commission.rates.flatMap(({ region }) => (region === null ? [] : [region]));
  for (const region of new Set(named)) {
    if (known.includes(region)) continue;
    stderr.write(
      `poolsim: a commission is set for region ${region}, which no event has so far; there are ${known.slice(0, 20).join(", ")}\n`,
    );
  }
}
