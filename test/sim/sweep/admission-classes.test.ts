/** Replications that are run once for several limits: they give what each of them would have given. */
import { describe, expect, it } from "vitest";
import { inlineExecutor } from "../../../src/sim/experiment/executor.js";
import { Workbench } from "../../../src/sim/experiment/workbench.js";
import { simulate, simulateInSteps } from "../../../src/sim/simulate.js";
import { AdmissionClasses } from "../../../src/sim/sweep/admission-classes.js";
import { loadText } from "../../support/sim/fake-simulate.js";

const LIMITS = [300, 500, 700, 900, 1500, 60_000];

function poolWith({ admission = "", worker = "", pool = "" } = {}): string {
  return `
name: classes
warmup: 2m
duration: 3m
network: { limit: 2 }
gateway: { region: FRA }
demand: { concurrentStreams: 8 }
stream: { length: { distribution: exponential, mean: 2m } }
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.7
  ${pool}
  admission: { benchmark: { limitMs: 800, maxSessions: 4 }${admission} }
workers:
  - { name: fast, maxSessions: 2, roundTripMs: 400 }
  - { name: home, maxSessions: 4, device: gtx1080ti, downloadMbps: 50, uploadMbps: 20 }
  - { name: slow, maxSessions: 2, roundTripMs: 1000${worker} }
`;
}

async function classesOf(yaml: string) {
  const loaded = loadText(yaml);
  const path = "orchestrator.admission.benchmark.limitMs";
  const inputs = LIMITS.map((limit) => loaded.withSettings("base", [[path, limit]]));
  const workbench = new Workbench(inlineExecutor({ load: async () => simulateInSteps, seed: 1 }));
  const classes = new AdmissionClasses(workbench, inputs);
  const run = (input: (typeof inputs)[number], replication: number) => {
    const { admissions, ...rest } = simulate(input, { seed: 1, replication });
    const sessions = admissions.map((one) => one.sessions);
    return JSON.stringify({ ...rest, sessions });
  };
  const counts: number[] = [];
  for (const replication of [0]) {
    const found = await Promise.all(
      inputs.map((input) => classes.representative(input, replication)),
    );
    for (const [index, representative] of found.entries()) {
      const input = inputs[index];
      if (input === undefined || input === representative) continue;
      expect(run(representative, replication)).toBe(run(input, replication));
    }
    // Those that are told apart differ, too: nothing is run more often than it must be.
    const distinct = [...new Set(found)].map((input) => run(input, replication));
    counts.push(new Set(distinct).size, distinct.length);
  }
  return { counts };
}

describe("limits that admit the same", () => {
  it("are run for one of them, with any other policies, whose minds change", async () => {
    for (const admission of [
      "",
      ", probation: { limitMs: 900 }, rolling: {}, tier: { slowMs: 600 }",
    ]) {
      const { counts } = await classesOf(poolWith({ admission }));
      const [differ = 0, run = 0] = counts;
      expect(run).toBeLessThan(LIMITS.length);
      expect(run).toBeGreaterThan(2);
      if (admission === "") expect(differ).toBe(run);
    }
  });

  it("also for workers that come back: their benchmark is made once", async () => {
    const { counts } = await classesOf(
      poolWith({ worker: ", up: 1m, down: 30s", admission: ", reconnectPenalty: { wait: 20s }" }),
    );
    expect(counts[1]).toBeGreaterThan(2);
  });

  it("are not looked for without a benchmark", async () => {
    const loaded = loadText(
      poolWith().replace("{ benchmark: { limitMs: 800, maxSessions: 4 } }", "{}"),
    );
    const inputs = [10, 11].map((count) =>
      loaded.withSettings("base", [["orchestrator.maxSessions", count]]),
    );
    const workbench = new Workbench(inlineExecutor({ load: async () => simulateInSteps, seed: 1 }));
    const classes = new AdmissionClasses(workbench, inputs);
    for (const input of inputs) expect(await classes.representative(input, 0)).toBe(input);
  });
});
