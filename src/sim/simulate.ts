/** One replication of one variant: compile, run, compute the metrics. */
import { checkNumber, checkObject, checkWhole } from "../core/checks.js";
import { inOneGo, type Steps } from "../core/steps.js";
import type { SimulationInput } from "./input.js";
import { aiConservation } from "./metrics/ai-conservation.js";
import {
  AI_METRICS,
  EVENT_METRICS,
  type Metric,
  type MetricContext,
  NETWORK_METRICS,
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  type OrchestratorRegionSubject,
  POOL_METRICS,
  REGION_METRICS,
  type RegionSubject,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "./metrics/catalogue.js";
import { conservationChecks } from "./metrics/conservation.js";
import { sitesTogether } from "./metrics/counters.js";
import { whyNoStreams } from "./metrics/silence.js";
import { PHASES, phasesOf } from "./metrics/windows.js";
import type { MoneyTotals } from "./model/money/money.js";
import { Simulation } from "./model/simulation.js";
import type { Tracing } from "./model/trace.js";
import { worldOf } from "./model/world/compile-world.js";
import type { World } from "./model/world/world.js";
import type { EventMark, ReplicationResult } from "./results.js";
import { lengthOf, spansOf, subjectOf } from "./scenario/event-times.js";

/** How to run a replication. */
export interface SimulateOptions {
  /** Seed of all random draws. Default: the scenario's. */
  readonly seed?: number | undefined;
  /** Number of the replication, from 0: same number, same draws, in every variant. */
  readonly replication: number;
  /** Prints the decisions of one stream. */
  readonly trace?: Tracing | undefined;
  /**
   * Whether segments that nobody can see meanwhile are done within one event; the results are the
   * same without, later. @default true
   */
  readonly atOnce?: boolean | undefined;
}

/** Scenarios that were not loaded may hold anything: without an end, nothing would end. */
function checkTimes(input: SimulationInput, options: SimulateOptions): void {
  checkObject({ input, options });
  checkObject({ "input.scenario": input.scenario });
  const { scenario } = input;
  const { seed, replication } = options;
  const { duration, warmup = 0 } = scenario;
  checkNumber({ duration, warmup }, [0, Number.MAX_VALUE]);
  // What is cut off would make two seeds one.
  checkWhole({ replication, seed: seed ?? scenario.seed }, [0, Number.MAX_SAFE_INTEGER]);
}

/**
 * Runs one replication. Deterministic: same input, seed and replication, same result.
 *
 * @param input a loaded scenario's; see `loadScenario`
 * @throws InputError (`OPTION_INVALID`) for a span of time, a seed or a replication that is none, and
 *   when the scenario and its data do not fit together
 */
export function simulate(input: SimulationInput, options: SimulateOptions): ReplicationResult {
  return inOneGo(simulateInSteps(input, options));
}

/** The same in steps of some milliseconds. */
export function* simulateInSteps(
  input: SimulationInput,
  options: SimulateOptions,
): Steps<ReplicationResult> {
  checkTimes(input, options);
  const simulation = new Simulation({
    world: yield* worldOf(input),
    seed: options.seed ?? input.scenario.seed,
    replication: options.replication,
    tracing: options.trace,
    atOnce: options.atOnce,
  });
  return resultOf(simulation, yield* simulation.runInSteps());
}

/** Names of metrics by list and prefix: thousands, the same ones after each run of an experiment. */
const knownNames = new WeakMap<readonly unknown[], Map<string, readonly string[]>>();
const KNOWN_PREFIXES_MAX = 20_000;

function namesOf<T>(prefix: string, list: readonly Metric<T>[]): readonly string[] {
  const known = knownNames.get(list) ?? new Map<string, readonly string[]>();
  knownNames.set(list, known);
  const before = known.get(prefix);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_PREFIXES_MAX) known.clear();
  const names = list.map(({ name }) => `${prefix}.${name}`);
  known.set(prefix, names);
  return names;
}

/**
 * The metrics of a run that is over.
 *
 * @param money what the pool's books say; null where no pool is under study
 * @param world of these books: that of the run, or one in which only the shares of money differ
 */
export function resultOf(
  simulation: Simulation,
  money: MoneyTotals | null,
  world: World = simulation.world,
): ReplicationResult {
  const { counters } = simulation;
  const context: MetricContext = { world, counters, money, durationMs: world.scenario.duration };
  const metrics: Record<string, number> = {};
  const add = <T>(prefix: string, list: readonly Metric<T>[], subject: T) => {
    const names = namesOf(prefix, list);
    for (let at = 0; at < list.length; at++) {
      const value = list[at]?.of(subject, context);
      const name = names[at];
      if (name !== undefined && value !== undefined && Number.isFinite(value)) {
        metrics[name] = value;
      }
    }
  };
  add("network", NETWORK_METRICS, counters.network);
  add("viewer", VIEWER_METRICS, counters.network);
  const pool = counters.orchestrators[world.pool];
  if (pool !== undefined) add("pool", ORCHESTRATOR_METRICS, pool);
  if (money !== null) add("pool", POOL_METRICS, money);
  for (const { index, name } of world.orchestrators) {
    const mine = counters.orchestrators[index];
    if (mine !== undefined) add(`orchestrator.${name}`, ORCHESTRATOR_METRICS, mine);
  }
  for (const { code, name, index, subject } of orchestratorRegions(simulation)) {
    add(`orchestrator.${name}.region.${code}`, ORCHESTRATOR_REGION_METRICS, subject);
    if (index === world.pool) add(`pool.region.${code}`, ORCHESTRATOR_REGION_METRICS, subject);
  }
  for (const { index, name } of world.workers) {
    const mine = counters.workers[index];
    if (mine !== undefined) add(`worker.${name}`, WORKER_METRICS, { index, counters: mine });
  }
  const regions = regionSubjects(simulation);
  for (const region of regions) add(`region.${region.code}`, REGION_METRICS, region);
  for (const spec of world.ai?.jobs ?? []) {
    const mine = counters.ai?.jobs[spec.index];
    if (mine !== undefined) add(`ai.${spec.name}`, AI_METRICS, { spec, counters: mine });
  }
  for (const [name, event] of Object.entries(world.scenario.events)) {
    const phases = phasesOf(event, world.scenario.duration);
    for (const phase of PHASES) {
      if (phases[phase].length === 0) continue;
      add(`event.${name}.${phase}`, EVENT_METRICS, { spans: phases[phase] });
    }
  }
  const { series } = counters;
  const events = eventMarks(world);
  return {
    metrics,
    orchestrators: world.orchestrators.map(({ name }) => name),
    workers: world.workers.map(({ name }) => name),
    regions: regions.map(({ code }) => code),
    series: {
      segments: Array.from(series.segments),
      poolSegments: Array.from(series.poolSegments),
      poolLate: Array.from(series.poolLate),
      notRealTime: Array.from(series.notRealTime),
      swaps: Array.from(series.swaps),
      poolSessions: series.levels(series.poolSessionMs),
      poolIdleSessions: series.levels(series.poolIdleMs),
      poolRoundTripMs: Array.from(series.poolRoundTripMs, (sum, bin) => {
        const segments = series.poolSegments[bin] ?? 0;
        return segments === 0 ? 0 : sum / segments;
      }),
    },
    seriesBinMs: series.binMs,
    conservation: [
      ...conservationChecks(counters, money, world.pool),
      ...aiConservation(world, counters, money),
    ],
    imputed: world.imputed,
    withoutStreams: whyNoStreams(world, counters),
    admissions: world.workers.map(({ index, name, settings }) => {
      const said = counters.workers[index]?.admission ?? null;
      return {
        worker: name,
        offered: settings.maxSessions,
        sessions: said === null ? null : said.admitted ? said.maxSessions : 0,
        reason: said?.reason ?? "",
      };
    }),
    ...(events.length === 0 ? {} : { events }),
    ...(world.ai === null ? {} : { aiJobs: world.ai.jobs.map(({ name }) => name) }),
  };
}

/** What a scenario's events are, and when. */
function eventMarks({ scenario }: World): EventMark[] {
  return Object.entries(scenario.events).map(([name, event]) => ({
    name,
    kind: event.kind,
    whom: subjectOf(event, scenario.orchestrator?.name ?? ""),
    atMs: spansOf(event, scenario.duration).map(({ fromMs }) => fromMs),
    lengthMs: lengthOf(event),
  }));
}

interface OrchestratorRegion {
  readonly code: string;
  readonly index: number;
  readonly name: string;
  readonly subject: OrchestratorRegionSubject;
}

/** What each orchestrator did for the gateways and for the tester of each region. */
function orchestratorRegions({
  world,
  counters,
  tester,
  regionNames,
}: Simulation): OrchestratorRegion[] {
  return regionNames.flatMap((code) => {
    const sites = world.gateways
      .filter(({ region }) => region === code)
      .flatMap(({ site }) => counters.sites[site] ?? []);
    const sent = new Float64Array(world.orchestrators.length);
    const received = new Float64Array(world.orchestrators.length);
    for (const { site, orchestrator, totals } of tester.tests) {
      if (world.sites[site]?.region !== code) continue;
      sent[orchestrator] = (sent[orchestrator] ?? 0) + totals.sent;
      received[orchestrator] = (received[orchestrator] ?? 0) + totals.received;
    }
    const sumOf = (key: "attempts" | "delivered", index: number): number =>
      sites.reduce((sum, site) => sum + (site[key][index] ?? 0), 0);
    return world.orchestrators.map(({ index, name }) => ({
      code,
      index,
      name,
      subject: {
        attempts: sumOf("attempts", index),
        delivered: sumOf("delivered", index),
        testsSent: sent[index] ?? 0,
        testsReceived: received[index] ?? 0,
      },
    }));
  });
}

/** The sites of each region together: its gateways' counts and its tester's. */
function regionSubjects(simulation: Simulation): RegionSubject[] {
  const { world, counters, tester, regionNames } = simulation;
  return regionNames.map((code) => {
    const sites = world.gateways
      .filter(({ region }) => region === code)
      .flatMap(({ site }) => counters.sites[site] ?? []);
    const tests = tester.tests.filter(
      ({ site, totals }) => world.sites[site]?.region === code && totals.tests > 0,
    );
    return {
      code,
      site: sites.length === 0 ? null : sitesTogether(sites),
      tests:
        tests.length === 0
          ? null
          : tests.map(({ totals }) => ({
              successRate: totals.received / totals.sent,
              roundTripMs: totals.roundTripMs,
            })),
    };
  });
}
