/** The gateways of a scenario: shared settings and each one's own, and whom it can discover. */
import { InputError, invariant } from "../../../core/errors.js";
import { DEFAULT_GATEWAYS } from "../../scenario/default-gateways.js";
import type { Scenario } from "../../scenario/schema.js";
import type { Roster } from "./roster.js";
import type { StreamKind } from "./stream-kinds.js";
import type { Gateway, GatewaySettings, Orchestrator } from "./world.js";

/**
 * Lists the gateways; their places are the first sites.
 *
 * @param kinds their streams, in the same order
 * @throws InputError (`SCENARIO_INVALID`) for a list with a name that nobody has
 */
export function gatewaysOf(
  scenario: Scenario,
  roster: Roster,
  kinds: readonly StreamKind[],
): Gateway[] {
  const { gateway, gateways } = scenario;
  const { region: shared, orchestrators: sharedList, ...defaults } = gateway;
  const specs: NonNullable<Scenario["gateways"]> =
    gateways ?? (shared === undefined ? DEFAULT_GATEWAYS : [{ region: shared, weight: 1 }]);
  return specs.map((spec, site) => {
    const { name, region, weight, orchestrators, streams: _, ...overrides } = spec;
    const streams = kinds[site];
    const place = region ?? shared;
    invariant(
      place !== undefined && streams !== undefined,
      "a gateway's region is checked when the scenario is loaded",
    );
    const settings: GatewaySettings = { ...defaults, ...defined(overrides) };
    const listed = listedIn(roster, orchestrators ?? sharedList, settings.source);
    return {
      name: name ?? place,
      region: place,
      site,
      weight,
      settings,
      streams,
      endpoints: listed.flatMap(({ orchestrator }) => orchestrator.endpoints),
      scores: listed.flatMap(({ orchestrator, score }) => orchestrator.endpoints.map(() => score)),
    };
  });
}

function listedIn(
  roster: Roster,
  list: Scenario["gateway"]["orchestrators"],
  source: Scenario["gateway"]["source"],
): { orchestrator: Orchestrator; score: number }[] {
  if (list === undefined || source === "onchain") {
    return roster.orchestrators.map((orchestrator) => ({
      orchestrator,
      score:
        source === "hardcoded"
          ? 1
          : source === "webhook"
            ? (roster.scores.get(orchestrator.index) ?? 0)
            : 0,
    }));
  }
  return list.map((item) => {
    const wanted = (typeof item === "string" ? item : item.name).toLowerCase();
    const orchestrator = roster.orchestrators.find(
      ({ name, address }) => name.toLowerCase() === wanted || address === wanted,
    );
    if (orchestrator === undefined) {
      throw new InputError(`a gateway lists orchestrator "${wanted}", which nobody is called`, {
        code: "SCENARIO_INVALID",
      });
    }
    const score = source === "hardcoded" ? 1 : typeof item === "string" ? 0 : item.score;
    return { orchestrator, score };
  });
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
