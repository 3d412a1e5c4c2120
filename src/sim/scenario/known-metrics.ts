/** Whether a metric exists for the variants of a scenario. */
import type { SimulationInput } from "../input.js";
import { workerNames } from "./cross-checks.js";
import { suggestion } from "./suggest.js";

const FLOORS = ["network", "viewer", "pool", "worker", "region", "orchestrator"];

/**
 * A function that says what is wrong with a metric's name; undefined when nothing is.
 *
 * @param inputs the variants
 */
export function metricProblem(
  inputs: readonly SimulationInput[],
): (metric: string) => string | undefined {
  const workers = new Set(
    inputs.flatMap(({ scenario }) => scenario.workers.flatMap((worker) => workerNames(worker))),
  );
  return (metric) => {
    const [floor = "", name = "", ...rest] = metric.split(".");
    if (!FLOORS.includes(floor)) return suggestion(floor, FLOORS);
    if (name === "") return "";
    if (floor === "worker" && !workers.has(name)) return suggestion(name, workers);
    return floor === "worker" && rest.length === 0 ? "" : undefined;
  };
}
