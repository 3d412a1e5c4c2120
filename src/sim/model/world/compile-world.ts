/** From a scenario and its data files to the tables of {@link World}. */
import { inOneGo, type Steps } from "../../../core/steps.js";
import { compileAI } from "../../ai/compile-ai.js";
import type { SimulationInput } from "../../input.js";
import { withOwnDevices } from "../../network/own-devices.js";
import type { NetworkTables } from "../../network/tables.js";
import { timelineOf } from "./compile-timeline.js";
import { fittedTables } from "./fitted-tables.js";
import { gatewaysOf } from "./gateway-specs.js";
import { Links } from "./links.js";
import { renditionSets } from "./renditions.js";
import { Roster } from "./roster.js";
import { streamKinds } from "./stream-kinds.js";
import { warmUpMs } from "./warm-up.js";
import type { Site, World } from "./world.js";

/** The tables of a scenario's data, with its own devices among theirs. */
function* tablesOf({ data, scenario }: SimulationInput): Steps<NetworkTables> {
  const tables = yield* fittedTables(data);
  if (Object.keys(scenario.devices).length === 0) return tables;
  return { ...tables, devices: withOwnDevices(tables.devices, scenario.devices) };
}

/** So many inputs' worlds are remembered: those of a scenario's variants, of which each is run many times. */
const KNOWN_MAX = 16;
const known = new Map<SimulationInput, World>();

/**
 * The world of an input, which is compiled once for all its replications: runs only read it.
 *
 * @param input which stays as it is
 * @throws InputError when data files or names do not fit together
 */
export function* worldOf(input: SimulationInput): Steps<World> {
  const world = known.get(input) ?? (yield* compileWorldInSteps(input));
  // What was used last comes last, and what was used first goes first.
  known.delete(input);
  known.set(input, world);
  for (const first of known.keys()) {
    if (known.size <= KNOWN_MAX) break;
    known.delete(first);
  }
  return world;
}

/**
 * Compiles a scenario.
 *
 * @throws InputError when data files or names do not fit together
 */
export function compileWorld(input: SimulationInput): World {
  return inOneGo(compileWorldInSteps(input));
}

/** The same in steps, one for each orchestrator whose response times are fitted. */
function* compileWorldInSteps(input: SimulationInput): Steps<World> {
  const { scenario } = input;
  const tables = yield* tablesOf(input);
  const warmupMs = warmUpMs(scenario);
  const kinds = streamKinds(scenario);
  const concurrentStreams = kinds.reduce((sum, { atATime }) => sum + atATime, 0);
  const roster = new Roster(scenario, tables, concurrentStreams, input.recorded);
  const links = new Links(scenario, tables, roster);
  const gateways = gatewaysOf(scenario, roster, kinds);
  const testerRegions = scenario.tester?.regions ?? [
    ...new Set(gateways.map(({ region }) => region)),
  ];
  const renditions = renditionSets(scenario.stream.profiles);
  const sites: Site[] = [
    ...gateways.map(({ name, region, settings, streams }) => ({
      name,
      region,
      bandwidthMbps: settings.bandwidthMbps,
      streams,
    })),
    ...(scenario.tester === undefined ? [] : testerRegions).map((region) => ({
      name: `tester ${region}`,
      region,
      bandwidthMbps: 1000,
      streams: { segmentMs: scenario.stream.segmentMs, renditions },
    })),
  ];
  const ai = compileAI({ scenario, ...roster });
  return {
    scenario,
    tables,
    gateways,
    sites,
    testerSites: sites.map((_, index) => index).slice(gateways.length),
    orchestrators: roster.orchestrators,
    pool: roster.pool,
    nodes: roster.nodes,
    workers: roster.workers,
    links: sites.map((site) => roster.nodes.map((node) => links.link(site, node))),
    renditions,
    warmupMs,
    endMs: warmupMs + scenario.duration,
    timeline: timelineOf(
      scenario,
      roster,
      gateways.map(({ name }) => name),
      warmupMs,
    ),
    trace: input.data.trace ?? null,
    ai,
    concurrentStreams,
    imputed: {
      ...roster.imputedShares(),
      ...(ai === null ? {} : { aiTimes: ai.imputedTimes }),
    },
  };
}
