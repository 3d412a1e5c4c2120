/**
 * `orchestrator.fromNetwork`: what the network file knows of the operator's own orchestrator fills
 * in what the scenario does not say, and the network's row of it makes way.
 */

import type { Path, Place } from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import type { ScenarioData } from "../input.js";
import type { NetworkOrchestrator } from "../network/network-file.js";
import { type NetworkContent, readNetwork } from "../network/read-network.js";
import { parseRegionList } from "../network/regions.js";
import type { Draft, Override } from "./draft.js";
import { childValue } from "./json-schema.js";
import type { Scenario } from "./schema.js";

const OWN: Path = ["orchestrator", "fromNetwork"];

/**
 * The draft with everything that `fromNetwork` brings; the same draft without it.
 *
 * @param scenario of the draft, valid by itself
 * @throws InputError (`SCENARIO_INVALID`) when nobody of the network is called like that
 */
export function filledFromNetwork(draft: Draft, scenario: Scenario, data: ScenarioData): Draft {
  const wanted = scenario.orchestrator?.fromNetwork;
  if (wanted === undefined) return draft;
  const content = readNetwork(data, parseRegionList(data.regions));
  const row = find(content, wanted);
  if (row === undefined) {
    const known = [...content.orchestrators, ...content.absent].flatMap(({ name, address }) =>
      name === null ? [address] : [name, address],
    );
    const text = `no orchestrator of the network is called ${JSON.stringify(wanted)}${suggestion(wanted, new Set(known))}`;
    throw draft.error([{ path: OWN, text }]);
  }
  const place = draft.locate(OWN, false);
  return settingsOf(row, content, scenario, draft).reduce(
    (filled, [path, value]) => filled.with(override(path, value, place)),
    draft,
  );
}

function find(
  { orchestrators, absent }: NetworkContent,
  wanted: string,
): NetworkOrchestrator | undefined {
  const lower = wanted.toLowerCase();
  return [...orchestrators, ...absent].find(
    ({ name, address }) => address === lower || name?.toLowerCase() === lower,
  );
}

function override(path: string, value: unknown, place: Place): Override {
  return { path, value, find: () => place };
}

/** Paths and values of what the row knows and the scenario does not say. */
function settingsOf(
  row: NetworkOrchestrator,
  { sessions, orchestrators }: NetworkContent,
  { network, orchestrator }: Scenario,
  draft: Draft,
): readonly (readonly [path: string, value: unknown])[] {
  const written = childValue(draft.value, "orchestrator");
  const isSaid = (key: string): boolean => childValue(written, key) !== undefined;
  const settings: [path: string, value: unknown][] = [];
  const fill = (key: string, value: unknown): void => {
    if (!isSaid(key)) settings.push([`orchestrator.${key}`, value]);
  };
  fill("address", row.address);
  if (!isSaid("stakeShare")) fill("stakeLpt", row.stakeLpt.toNumber());
  if (!isSaid("pricePerUnit")) {
    settings.push(["orchestrator.pricePerUnit", `${row.pricePerUnit}/${row.pixelsPerUnit}`]);
    settings.push(["orchestrator.pixelsPerUnit", 1]);
  }
  if (row.version !== null) fill("version", row.version);
  // A pool offers what its workers do, which is what variants are about.
  const offered = sessions.get(row.address);
  const isPool = orchestrator?.backend.type === "pool";
  if (offered !== undefined) fill("maxSessions", isPool ? "auto" : Math.min(offered, 65_536));
  const isThere = orchestrators.includes(row);
  const isMeasured = row.leaderboard.some(({ successRate }) => successRate > 0);
  if (isThere && isMeasured) fill("lookAlike", row.address);
  const isExcluded = network.exclude.some(
    (name) => name.toLowerCase() === row.address || name.toLowerCase() === row.name?.toLowerCase(),
  );
  if (isThere && !isExcluded) settings.push(["network.exclude", [...network.exclude, row.address]]);
  return settings;
}
