/** Points that bring most by what those who are served have the harm of: slow AI answers, and wrong results. */
import { describe, expect, it } from "vitest";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { renderSweep } from "../../../src/sim/report/sweep.js";
import { parseVary } from "../../../src/sim/sweep/axes.js";
import { sweepWith } from "../../../src/sim/sweep/sweep.js";
import { fakeExecutor, loadText } from "../../support/sim/fake-simulate.js";
import { fakeThreshold, thresholdPool } from "../../support/sim/fake-threshold.js";

const JOBS = `
ai: { jobs: [{ name: images, pipeline: text-to-image, requestsPerSecond: 1, units: 262144 }] }`;
const MODEL = "ai: { models: [{ pipeline: text-to-image, msPerUnit: 0.0076 }] }";

/** Without its last worker answers take 3 s instead of 25 s, and so many more requests have none. */
function fakeSlow(unserved: number): Simulate {
  return (input, key) => {
    const result = fakeThreshold(input, key);
    const isIn = !input.scenario.orchestrator?.admission.exclude?.includes("w700");
    const share = (isIn ? 0.01 : 0.01 + unserved) + 0.001 * (key.replication % 2);
    return {
      ...result,
      metrics: {
        ...result.metrics,
        "ai.images.latencyMs.p99": (isIn ? 25_000 : 3000) + key.replication,
        "ai.images.latencyMs.mean": (isIn ? 6000 : 2000) + key.replication,
        "ai.images.unservedShare": share,
      },
    };
  };
}

async function swept(text: string, vary: string, simulate: Simulate = fakeThreshold) {
  const { executor } = fakeExecutor(undefined, simulate);
  const result = await sweepWith(loadText(text), executor, { vary: [parseVary(vary)] });
  const [slice] = result.slices;
  if (slice === undefined) throw new Error("there is one case");
  const standings = slice.points.map(({ label, standing }) => [label, standing]);
  return { slice, standings, notes: result.notes.join("\n"), text: renderSweep(result, {}) };
}

describe("a sweep", () => {
  const pool = thresholdPool(JOBS).replace(/maxSessions: 2/g, `maxSessions: 2, ${MODEL}`);
  const exclude = "orchestrator.admission.exclude=[],[w700]";

  it("chooses no worker whose answers are slow for what clients pay who never leave", async () => {
    const { slice, standings, notes, text } = await swept(pool, exclude, fakeSlow(0));
    expect(slice).toMatchObject({ problem: "slow answers", best: null, asGood: [] });
    expect(standings).toEqual([
      ["exclude []", "not told apart"],
      ['exclude ["w700"]', "not told apart"],
    ]);
    expect(notes).toContain(
      'the slowest hundredth of answers takes 25 s or more, in place of 3.01 s with exclude ["w700"]',
    );
    expect(text).toContain("no exclude can be chosen: what brings most makes AI clients wait");
    const patient = pool.replace("units: 262144", "units: 262144, patience: 1m");
    expect((await swept(patient, exclude, fakeSlow(0))).slice.best).toBe("exclude []");
  });

  it("chooses no slow worker whom few clients meet", async () => {
    const simulate: Simulate = (input, key) => {
      const result = fakeThreshold(input, key);
      const times = input.scenario.workers.map(({ name }) => [
        `worker.${name}.ai.jobMs.p50`,
        (name === "w700" ? 20_000 : 2000) + key.replication,
      ]);
      return { ...result, metrics: { ...result.metrics, ...Object.fromEntries(times) } };
    };
    const { slice, notes } = await swept(pool, exclude, simulate);
    expect(slice).toMatchObject({ problem: "slow answers", best: null });
    expect(notes).toMatch(
      /exclude \[\]: .*: half of the AI jobs of w700 take 20 s or more, in place of 2\.\d+ s at others$/m,
    );
  });

  it("says so where the others leave more requests without an answer", async () => {
    const { slice, notes } = await swept(pool, exclude, fakeSlow(0.1));
    expect(slice.best).toBe("exclude []");
    expect(notes).toContain("exclude []: clients of images wait for ever");
  });

  it("chooses no limit that lets wrong results through", async () => {
    const cheated = thresholdPool().replace("name: w700,", "name: w700, cheatProbability: 0.5,");
    const limits = "orchestrator.admission.benchmark.limitMs=500:800:100";
    const { slice, standings, text } = await swept(cheated, limits);
    expect(slice).toMatchObject({ problem: "wrong results", best: null, asGood: [] });
    expect(standings.map(([, standing]) => standing)).toEqual(Array(4).fill("not told apart"));
    expect(text).toContain("no limitMs can be chosen: what brings most lets wrong results through");
    expect(text).toContain("results of w700 are wrong");
  });
});
