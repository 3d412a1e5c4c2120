/**
 * The first screen of advice and of sweeps on every packaged scenario with a pool, from the real
 * simulator (scenarios.test.ts has that of runs). A short time is simulated twice; more replications
 * repeat these, as it is the screen that is looked at and not the figures.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SCENARIO_FOLDER, scenarioNames } from "../../scripts/scenario-forms.js";
import { adviseWith } from "../../src/sim/advise/advise.js";
import type { Simulate } from "../../src/sim/experiment/executor.js";
import { inputText } from "../../src/sim/experiment/unit.js";
import { loadScenario } from "../../src/sim/scenario/load.js";
import { simulate } from "../../src/sim/simulate.js";
import { parseVary } from "../../src/sim/sweep/axes.js";
import { sweepWith } from "../../src/sim/sweep/sweep.js";
import { earlyEvents } from "../support/sim/early-events.js";
import { fakeExecutor } from "../support/sim/fake-simulate.js";
import { expectOneScreen } from "../support/sim/one-screen.js";

const SHORT = [
  { path: "warmup", value: "20s" },
  { path: "duration", value: "1m" },
  { path: "replications", value: 2 },
];

const pools = scenarioNames()
  .map((name) => ({
    file: `scenarios/${name}.yaml`,
    loaded: loadScenario(join(SCENARIO_FOLDER, `${name}.yaml`), {
      set: [...SHORT, ...earlyEvents(join(SCENARIO_FOLDER, `${name}.yaml`), "20s")],
    }),
  }))
  .filter(({ loaded: { variants } }) => {
    const { scenario } = (variants.at(-1) ?? variants[0])?.input ?? {};
    return scenario?.orchestrator?.backend.type === "pool" && scenario.workers.length > 0;
  })
  .map((pool) => ({
    ...pool,
    // As the commands do: the decision's candidate; here, where there is none, the last one.
    variant:
      pool.loaded.base.scenario.decision === undefined
        ? pool.loaded.variants.at(-1)?.name
        : undefined,
  }));

/** The simulator, for two replications. */
function twice(): Simulate {
  const known = new Map<string, ReturnType<Simulate>>();
  return (input, options) => {
    const replication = options.replication % 2;
    const key = `${options.seed} ${replication} ${inputText(input)}`;
    const result = known.get(key) ?? simulate(input, { ...options, replication });
    known.set(key, result);
    return result;
  };
}

describe("the first screen", () => {
  it("is looked at of most scenarios", () => expect(pools.length).toBeGreaterThan(9));

  it.each(pools)("of advice on $file", async ({ file, loaded, variant }) => {
    const { executor } = fakeExecutor(loaded.base.scenario.seed, twice());
    const options = { variant, replications: 16, rule: false };
    expectOneScreen(await adviseWith(loaded, executor, options), file);
  });

  it.each(pools)("of a sweep of $file", async ({ file, loaded, variant }) => {
    const { executor } = fakeExecutor(loaded.base.scenario.seed, twice());
    const vary = [parseVary("orchestrator.maxSessions=2,8")];
    expectOneScreen(await sweepWith(loaded, executor, { variant, vary, replications: 16 }), file);
  });
});
