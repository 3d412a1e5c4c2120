import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SCENARIO_FOLDER, SCENARIO_FORMS, scenarioNames } from "../../scripts/scenario-forms.js";
import { runExperiment } from "../../src/sim/live/run.js";
import type { Decision } from "../../src/sim/results.js";
import { loadScenario } from "../../src/sim/scenario/load.js";
import { expectOneScreen } from "../support/sim/one-screen.js";

/** What the scenarios with a question must answer. */
const VERDICTS: Readonly<Record<string, Decision>> = {
  "admit-worker": "exclude",
  "fast-worker": "admit",
  overload: "admit",
  "perf-score": "exclude",
};

/** Every file of `scenarios/`, in the form that CI runs it in. */
describe("scenarios", () => {
  const names = scenarioNames();

  it("exist, and every CI form is that of one", () => {
    expect(names).toContain("admit-worker");
    expect(names).toEqual(expect.arrayContaining(Object.keys(SCENARIO_FORMS)));
  });

  it.each(names)(
    "%s: its expectations hold, everything adds up, and the answer is on one screen",
    async (name) => {
      const { replications, duration, set = {} } = SCENARIO_FORMS[name] ?? {};
      const settings = { ...set, ...(duration === undefined ? {} : { duration }) };
      const loaded = loadScenario(join(SCENARIO_FOLDER, `${name}.yaml`), {
        set: Object.entries(settings).map(([path, value]) => ({ path, value })),
      });
      // In this thread, which has simulated before: each new one would load and compile all anew.
      const result = await runExperiment(loaded, { replications, threads: 1, sensitivity: "off" });
      expect(loaded.base.scenario.name).toBe(name);
      expect(result.expectations.length).toBeGreaterThan(0);
      expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
      if (name in VERDICTS) expect(result.verdict?.decision).toBe(VERDICTS[name]);
      expectOneScreen(result, `scenarios/${name}.yaml`);
      expect(Object.entries(result.conservation).filter(([, holds]) => !holds)).toEqual([]);
    },
    900_000,
  );
});
