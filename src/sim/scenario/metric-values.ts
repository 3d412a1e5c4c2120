/**
 * Whether a metric that exists can have a value in a variant. What never has one makes an
 * expectation fail for ever, or a verdict undecided: it is found before the run.
 */
import type { SimulationInput } from "../input.js";
import {
  AI_METRICS,
  EVENT_METRICS,
  EXPERIMENT_METRICS,
  type Metric,
  NETWORK_METRICS,
  type Need,
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  POOL_METRICS,
  REGION_METRICS,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "../metrics/catalogue.js";
import { PHASES, phasesOf } from "../metrics/windows.js";
import { workerNames } from "./cross-checks.js";
import { DEFAULT_GATEWAYS } from "./default-gateways.js";
import { knownNames } from "./known-names.js";
import { WAYS_OF_DEMAND } from "./missing-findings.js";
import { networkMembers } from "./network-members.js";
import { servingKinds } from "./serving-kinds.js";

type Needing = Pick<Metric<never>, "name" | "needs">;

const LISTS: Readonly<Record<string, readonly Needing[]>> = {
  ai: AI_METRICS,
  network: NETWORK_METRICS,
  viewer: VIEWER_METRICS,
  pool: [...ORCHESTRATOR_METRICS, ...POOL_METRICS],
  orchestrator: ORCHESTRATOR_METRICS,
  worker: [
    ...WORKER_METRICS,
    ...EXPERIMENT_METRICS.map((metric) => ({
      ...metric,
      name: metric.name.replace("worker.<name>.", ""),
    })),
  ],
  region: REGION_METRICS,
  event: PHASES.flatMap((phase) =>
    EVENT_METRICS.map((metric) => ({ ...metric, name: `${phase}.${metric.name}` })),
  ),
};

const MISSING: Readonly<Record<Need, string>> = {
  streams: "there are no streams, expected a setting of demand",
  tester: "there is no tester",
  gateway: "no gateway is there",
  regionTester: "no tester is there",
  pool: "there is no orchestrator under study",
  workers: "there is no orchestrator under study that has workers",
  rivals: "there is no other orchestrator",
  serving: "orchestrator.admission leaves the worker out",
  tickets: "tickets.enabled is false",
  ai: "there are no AI jobs, expected ai.jobs",
  live: "the job is no live video",
  aiWorker: "the worker has no AI models, or there are no AI jobs",
  candidate: "only the candidate of a decision has one",
};

/** Regions of gateways. */
export function gatewayRegions({ scenario }: SimulationInput): readonly string[] {
  const { gateway, gateways } = scenario;
  const own = gateways?.flatMap(({ region }) => region ?? gateway.region ?? []);
  return own ?? [gateway.region ?? DEFAULT_GATEWAYS.map(({ region }) => region)].flat();
}

/** Regions that are tested from; none without a tester. */
export function testerRegions(input: SimulationInput): readonly string[] {
  const { tester } = input.scenario;
  if (tester === undefined || tester.testsPerDay === 0) return [];
  return tester.regions ?? gatewayRegions(input);
}

/** Orchestrators of the network that take part. */
function networkNames({ scenario, data }: SimulationInput): readonly string[] {
  return networkMembers(scenario, knownNames(data)).map(({ name }) => name);
}

/** Who and what takes part in a variant, by the first part of metrics' names. */
export function subjectsOf(
  input: SimulationInput,
): Readonly<Record<"worker" | "region" | "orchestrator" | "event" | "ai", readonly string[]>> {
  const { workers, orchestrator, orchestrators, events, ai } = input.scenario;
  return {
    worker: workers.flatMap(workerNames),
    event: Object.keys(events),
    ai: ai?.jobs.map(({ name }) => name) ?? [],
    region: [...gatewayRegions(input), ...testerRegions(input)],
    // Most metrics are not of orchestrators: the network is read for those that are.
    get orchestrator() {
      return [
        ...[...orchestrators, orchestrator].flatMap((one) => one?.name ?? []),
        ...networkNames(input),
      ];
    },
  };
}

/** The longest name that a metric's rest begins with: names of orchestrators may have dots. */
export function subjectIn(rest: string, names: Iterable<string>): string | undefined {
  return [...names]
    .filter((name) => rest.startsWith(`${name}.`))
    .sort((a, b) => b.length - a.length)[0];
}

/** What is there of everything that metrics need. */
function has(
  need: Need,
  subject: string,
  { input, isCandidate }: { readonly input: SimulationInput; readonly isCandidate: boolean },
): boolean {
  const { demand, tickets, orchestrator, ai, workers } = input.scenario;
  switch (need) {
    case "streams":
      return WAYS_OF_DEMAND.some((way) => demand[way] !== undefined);
    case "tester":
      return testerRegions(input).length > 0;
    case "regionTester":
      return testerRegions(input).includes(subject);
    case "gateway":
      return gatewayRegions(input).includes(subject);
    case "pool":
      return orchestrator !== undefined;
    case "workers":
      return orchestrator?.backend.type === "pool";
    case "rivals":
      return input.scenario.orchestrators.length > 0 || networkNames(input).length > 0;
    case "serving":
      return servingKinds(input.scenario).some(({ workers }) => workers.includes(subject));
    case "tickets":
      return tickets.enabled;
    case "ai":
      return ai !== undefined;
    case "live":
      return ai?.jobs.some((job) => job.name === subject && job.pipeline === LIVE) ?? false;
    case "aiWorker":
      return (
        ai !== undefined &&
        workers.some((worker) => worker.ai !== undefined && workerNames(worker).includes(subject))
      );
    case "candidate":
      return isCandidate;
  }
}

const LIVE = "live-video-to-video";
const NAMED = ["worker", "region", "orchestrator", "event", "ai"] as const;

function isNamed(floor: string): floor is (typeof NAMED)[number] {
  return NAMED.some((one) => one === floor);
}

/** What may have values. */
export interface ValueContext {
  /** The variant. */
  readonly input: SimulationInput;
  /** Whether it is judged, and the metric is asked of it alone. */
  readonly isCandidate: boolean;
}

function missingOf(
  list: readonly Needing[],
  name: string,
  subject: string,
  context: ValueContext,
): string | undefined {
  const needs = list.find((one) => one.name === name)?.needs;
  const missing = needs?.find((need) => !has(need, subject, context));
  return missing === undefined ? undefined : MISSING[missing];
}

/**
 * Why a metric never has a value in a variant; undefined when it can have one.
 *
 * @param metric one that exists in some variant
 */
export function valueProblem(metric: string, context: ValueContext): string | undefined {
  const { input } = context;
  const dot = metric.indexOf(".");
  const floor = metric.slice(0, dot);
  const rest = metric.slice(dot + 1);
  if (floor === "pool" && input.scenario.orchestrator === undefined) return MISSING.pool;
  let subject = "";
  if (isNamed(floor)) {
    const found = subjectIn(rest, subjectsOf(input)[floor]);
    if (found === undefined) return `the ${floor} takes no part in it`;
    subject = found;
  }
  const name = subject === "" ? rest : rest.slice(subject.length + 1);
  if (floor === "event") {
    const event = input.scenario.events[subject];
    const phase = PHASES.find((one) => name.startsWith(`${one}.`));
    const spans =
      event === undefined || phase === undefined
        ? []
        : phasesOf(event, input.scenario.duration)[phase];
    if (spans.length === 0)
      return `there is no time ${phase === "during" ? "while it lasts" : `${phase} it`}`;
  }
  const [, region = "", ofRegion] = /^region\.([^.]+)\.(.+)$/.exec(name) ?? [];
  if (ofRegion !== undefined) {
    if (!subjectsOf(input).region.includes(region)) return "the region takes no part in it";
    return missingOf(ORCHESTRATOR_REGION_METRICS, ofRegion, region, context);
  }
  // Under `pool.` two lists have fees: any of them will do.
  return missingOf(LISTS[floor] ?? [], name, subject, context);
}
