/** Whether a metric exists for the variants of a scenario: the metrics reference knows. */

import { suggestion } from "../../config/suggest.js";
import type { SimulationInput } from "../input.js";
import {
  AI_METRICS,
  EVENT_METRICS,
  EXPERIMENT_METRICS,
  NETWORK_METRICS,
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  POOL_METRICS,
  REGION_METRICS,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "../metrics/catalogue.js";
import { PHASES } from "../metrics/windows.js";
import { subjectIn, subjectsOf } from "./metric-values.js";

function names(...lists: readonly (readonly { readonly name: string }[])[]): readonly string[] {
  return lists.flatMap((list) => list.map(({ name }) => name));
}

/** Metrics of the whole. */
const WHOLE: ReadonlyMap<string, readonly string[]> = new Map([
  ["network", names(NETWORK_METRICS)],
  ["viewer", names(VIEWER_METRICS)],
  ["pool", names(ORCHESTRATOR_METRICS, POOL_METRICS)],
]);

const WORKER_PREFIX = "worker.<name>.";

/** Metrics of things with names. */
const EACH: Readonly<
  Record<"worker" | "region" | "orchestrator" | "event" | "ai", readonly string[]>
> = {
  ai: names(AI_METRICS),
  event: PHASES.flatMap((phase) => names(EVENT_METRICS).map((name) => `${phase}.${name}`)),
  worker: [
    ...names(WORKER_METRICS),
    ...names(EXPERIMENT_METRICS)
      .filter((name) => name.startsWith(WORKER_PREFIX))
      .map((name) => name.slice(WORKER_PREFIX.length)),
  ],
  region: names(REGION_METRICS),
  orchestrator: names(ORCHESTRATOR_METRICS),
};

function isFloor(name: string): name is keyof typeof EACH {
  return Object.hasOwn(EACH, name);
}

/** What there is in any of the variants. */
function subjectsOfAll(
  inputs: readonly SimulationInput[],
): Readonly<Record<keyof typeof EACH, ReadonlySet<string>>> {
  const all = inputs.map(subjectsOf);
  return {
    worker: new Set(all.flatMap(({ worker }) => worker)),
    region: new Set(all.flatMap(({ region }) => region)),
    get orchestrator() {
      return new Set(all.flatMap(({ orchestrator }) => orchestrator));
    },
    event: new Set(all.flatMap(({ event }) => event)),
    ai: new Set(all.flatMap(({ ai }) => ai)),
  };
}

/**
 * A function that says what is wrong with a metric's name: the end of a message, which may be
 * empty; undefined when nothing is.
 *
 * @param inputs the variants
 */
export function metricProblem(
  inputs: readonly SimulationInput[],
): (metric: string) => string | undefined {
  const subjects = subjectsOfAll(inputs);
  const inRegions = [...subjects.region].flatMap((code) =>
    names(ORCHESTRATOR_REGION_METRICS).map((name) => `region.${code}.${name}`),
  );
  return (metric) => {
    const dot = metric.indexOf(".");
    const floor = dot < 0 ? metric : metric.slice(0, dot);
    const rest = dot < 0 ? "" : metric.slice(dot + 1);
    const whole = WHOLE.get(floor);
    if (whole !== undefined) {
      const known = floor === "pool" ? [...whole, ...inRegions] : whole;
      return known.includes(rest)
        ? undefined
        : suggestion(
            metric,
            known.map((name) => `${floor}.${name}`),
          );
    }
    if (!isFloor(floor)) {
      return suggestion(floor, [...WHOLE.keys(), ...Object.keys(EACH)]);
    }
    const subject = subjectIn(rest, subjects[floor]);
    if (subject === undefined) {
      const name = rest.split(".")[0] ?? "";
      const hint = suggestion(name, subjects[floor]);
      return `: no ${floor} is called ${JSON.stringify(name)}${hint}`;
    }
    const known = floor === "orchestrator" ? [...EACH[floor], ...inRegions] : EACH[floor];
    return known.includes(rest.slice(subject.length + 1))
      ? undefined
      : suggestion(
          metric,
          known.map((name) => `${floor}.${subject}.${name}`),
        );
  };
}

/** Full names of the metrics that may be an objective; `<name>` stands for any name. */
export const OBJECTIVES: readonly string[] = [
  ...new Set([
    ...objectives("pool", [...ORCHESTRATOR_METRICS, ...POOL_METRICS]),
    ...objectives("orchestrator.<name>", ORCHESTRATOR_METRICS),
    ...objectives("worker.<name>", WORKER_METRICS),
    ...objectives("ai.<name>", AI_METRICS),
  ]),
];

function objectives(
  prefix: string,
  metrics: readonly { readonly name: string; readonly isObjective?: true }[],
): readonly string[] {
  return metrics.filter(({ isObjective }) => isObjective).map(({ name }) => `${prefix}.${name}`);
}

/**
 * What is wrong with a metric as the objective of a decision; undefined when nothing is. Of some
 * metrics more is worse, of others (sessions taken up, tickets won) harm may bring more, too.
 *
 * @param metric that goes by its name
 */
export function objectiveProblem(metric: string): string | undefined {
  const [floor = "", ...rest] = metric.split(".");
  const isAllowed = OBJECTIVES.some((objective) => {
    const [first, name, ...parts] = objective.split(".");
    if (first !== floor) return false;
    const own = rest.join(".");
    return name === "<name>" ? own.endsWith(`.${parts.join(".")}`) : own === name;
  });
  if (isAllowed) return undefined;
  const list = OBJECTIVES.join(", ");
  return `harm may bring more of ${JSON.stringify(metric)}: expected one of ${list}`;
}
