/** Whether a metric exists for the variants of a scenario: the metrics reference knows. */

import type { SimulationInput } from "../input.js";
import {
  EXPERIMENT_METRICS,
  NETWORK_METRICS,
  ORCHESTRATOR_METRICS,
  POOL_METRICS,
  REGION_METRICS,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "../metrics/catalogue.js";
import { workerNames } from "./cross-checks.js";
import { DEFAULT_GATEWAYS } from "./default-gateways.js";
import { suggestion } from "./suggest.js";

function names(...lists: readonly (readonly { readonly name: string }[])[]): readonly string[] {
  return lists.flatMap((list) => list.map(({ name }) => name));
}

/** Metrics of the whole. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  network: names(NETWORK_METRICS),
  viewer: names(VIEWER_METRICS),
  pool: names(ORCHESTRATOR_METRICS, POOL_METRICS),
};

const WORKER_PREFIX = "worker.<name>.";

/** Metrics of things with names. */
const EACH: Readonly<Record<"worker" | "region" | "orchestrator", readonly string[]>> = {
  worker: [
    ...names(WORKER_METRICS),
    ...names(EXPERIMENT_METRICS)
      .filter((name) => name.startsWith(WORKER_PREFIX))
      .map((name) => name.slice(WORKER_PREFIX.length)),
  ],
  region: names(REGION_METRICS),
  orchestrator: names(ORCHESTRATOR_METRICS),
};

/** Regions that have gateways or testers. */
function regionsOf({ scenario }: SimulationInput): readonly string[] {
  const { gateway, gateways, tester } = scenario;
  const own = gateways?.map(({ region }) => region ?? gateway.region);
  const fromGateways =
    own ?? [gateway.region ?? DEFAULT_GATEWAYS.map(({ region }) => region)].flat();
  return [...fromGateways, ...(tester?.regions ?? [])].flatMap((region) => region ?? []);
}

/** What there is in any of the variants. */
function subjectsOf(
  inputs: readonly SimulationInput[],
  networkNames: Iterable<string>,
): Readonly<Record<keyof typeof EACH, ReadonlySet<string>>> {
  const scenarios = inputs.map(({ scenario }) => scenario);
  return {
    worker: new Set(scenarios.flatMap(({ workers }) => workers.flatMap(workerNames))),
    region: new Set(inputs.flatMap(regionsOf)),
    orchestrator: new Set([
      ...scenarios.flatMap(({ orchestrator, orchestrators }) =>
        [...orchestrators, orchestrator].flatMap((one) => one?.name ?? []),
      ),
      ...networkNames,
    ]),
  };
}

/**
 * A function that says what is wrong with a metric's name: the end of a message, which may be
 * empty; undefined when nothing is.
 *
 * @param inputs the variants
 * @param networkNames of the network's orchestrators
 */
export function metricProblem(
  inputs: readonly SimulationInput[],
  networkNames: Iterable<string>,
): (metric: string) => string | undefined {
  const subjects = subjectsOf(inputs, networkNames);
  return (metric) => {
    const dot = metric.indexOf(".");
    const floor = dot < 0 ? metric : metric.slice(0, dot);
    const rest = dot < 0 ? "" : metric.slice(dot + 1);
    const whole = WHOLE[floor];
    if (whole !== undefined) {
      return whole.includes(rest)
        ? undefined
        : suggestion(
            metric,
            whole.map((name) => `${floor}.${name}`),
          );
    }
    if (floor !== "worker" && floor !== "region" && floor !== "orchestrator") {
      return suggestion(floor, [...Object.keys(WHOLE), ...Object.keys(EACH)]);
    }
    // Names of orchestrators may have dots in them: the longest one that fits counts.
    const subject = [...subjects[floor]]
      .filter((name) => rest.startsWith(`${name}.`))
      .sort((a, b) => b.length - a.length)[0];
    if (subject === undefined) {
      const name = rest.split(".")[0] ?? "";
      const hint = suggestion(name, subjects[floor]);
      return `: no ${floor} is called ${JSON.stringify(name)}${hint}`;
    }
    const known = EACH[floor];
    return known.includes(rest.slice(subject.length + 1))
      ? undefined
      : suggestion(
          metric,
          known.map((name) => `${floor}.${subject}.${name}`),
        );
  };
}
