/** Which of the network's orchestrators take part in a scenario. */
import type { KnownNames } from "./known-names.js";
import type { Scenario } from "./schema.js";

/**
 * Those that are not left out; with a limit, so many of the largest stakes.
 *
 * @param known the names of the scenario's data
 */
export function networkMembers(
  { network }: Pick<Scenario, "network">,
  { members }: Pick<KnownNames, "members">,
): KnownNames["members"] {
  const { exclude, limit } = network;
  const left = new Set(exclude.map((name) => name.toLowerCase()));
  const there = members.filter(
    ({ name, address }) => !left.has(name.toLowerCase()) && !left.has(address),
  );
  return limit === undefined
    ? there
    : there.sort((a, b) => b.stakeLpt - a.stakeLpt).slice(0, limit);
}
