/**
 * How CI runs the scenarios: as they are, but for those that take long. What they expect must hold
 * in this form too. Used by the tests and by `npm run test:mutants`.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Instead of what the scenario says. */
export interface ScenarioForm {
  readonly replications?: number;
  /** Counted time, e.g. `1h`. */
  readonly duration?: string;
  /** Further settings by path. */
  readonly set?: Readonly<Record<string, string | number | boolean>>;
}

export const SCENARIO_FORMS: Readonly<Record<string, ScenarioForm>> = {
  "admit-worker": { replications: 6 },
  "fast-worker": { replications: 4, duration: "1h" },
  "network-week": { duration: "1h" },
  overload: { replications: 5 },
  "perf-score": { replications: 5, duration: "9d", set: { "demand.concurrentStreams": 0.4 } },
  spare: { replications: 3, duration: "1h" },
  "twelve-workers": { replications: 3 },
};

/** The scenarios' folder. */
export const SCENARIO_FOLDER = fileURLToPath(new URL("../scenarios/", import.meta.url));

/** Names of all scenario files, without `.yaml`. */
export function scenarioNames(): string[] {
  return readdirSync(SCENARIO_FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}
