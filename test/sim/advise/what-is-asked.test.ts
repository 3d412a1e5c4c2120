/** What advice is about, and that it says so: on net or on fees, of whom anything can be known, at which demand. */
import { describe, expect, it } from "vitest";
import { adviseWith } from "../../../src/sim/advise/advise.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { experimentWith } from "../../../src/sim/experiment/experiment.js";
import { renderAdvice } from "../../../src/sim/report/advice.js";
import { renderJson } from "../../../src/sim/report/json.js";
import { readResult } from "../../../src/sim/report/read-result.js";
import { parseVary } from "../../../src/sim/sweep/axes.js";
import { sweepWith } from "../../../src/sim/sweep/sweep.js";
import { fakePool, poolOf } from "../../support/sim/fake-pool.js";
import { fakeExecutor, loadText, POOL } from "../../support/sim/fake-simulate.js";

const NAMES = ["a-1", "a-2", "a-3", "a-4", "slow"];

function advised(yaml: string, simulate: Simulate = fakePool) {
  return adviseWith(loadText(yaml), fakeExecutor(1, simulate).executor, {
    rule: false,
    replications: 16,
  });
}

describe("where more work makes the net worse", () => {
  it("fees are compared, which the answer begins with: they are not what the operator keeps", async () => {
    const losing = poolOf(NAMES).replace(
      "stakeShare: 0.05",
      'stakeShare: 0.05, economics: { feeShare: "1/2" }',
    );
    const loss: Simulate = (input, options) => {
      const result = fakePool(input, options);
      const net = -(result.metrics["pool.operatorNetPerDay"] ?? 0);
      return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
    };
    const result = await advised(losing, loss);
    expect(result.objective).toBe("pool.feesEthPerDay");
    const text = renderAdvice(result, { width: 300 });
    expect(text).toMatch(/\nThe operator loses on each segment.* All of it together changes what/);
    expect(text).toContain("changes what your work is worth per day by +");
    expect(text).not.toMatch(/what you keep per day by|Note: The operator loses/);
  });

  it("a share of fees is never told as one of the net", async () => {
    // As it is, gas eats what the pool brings; without the slow one it brings twice as much.
    const gas: Simulate = (input, options) => {
      const result = fakePool(input, options);
      const net = (result.metrics["pool.operatorNetPerDay"] ?? 0) - 0.00052;
      return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
    };
    const result = await advised(poolOf(NAMES), gas);
    const slow = result.workers.find(({ name }) => name === "slow");
    expect(slow).toMatchObject({ advice: "exclude", alone: null });
    expect(result.together).toMatchObject({ decision: "admit", change: null, atPeak: null });
    expect(renderAdvice(result, { width: 300 })).toContain(
      "All of it together changes what you keep per day by an unknown amount.",
    );
  });
});

describe("of workers without a session", () => {
  const idle =
    (change: (names: readonly string[]) => object): Simulate =>
    (input, options) => {
      const result = fakePool(input, options);
      const none = result.workers.map((name) => [`worker.${name}.picks`, 0]);
      const metrics = { ...result.metrics, ...Object.fromEntries(none), "pool.sessions": 0 };
      return { ...result, metrics, ...change(result.workers) };
    };

  it.each([
    [
      "the rule that refuses them",
      idle((names) => ({
        admissions: names.map((worker) => ({
          worker,
          offered: 4,
          sessions: 0,
          reason: "too slow",
        })),
      })),
      "the pool's own rule refuses it (too slow)",
      "no number of replications helps as long as it gets no session",
    ],
    [
      "why nobody came",
      idle(() => ({ withoutStreams: "no gateway had a stream in the counted time" })),
      "the pool had no stream: no gateway had a stream in the counted time",
      "longer replications (--duration), or more demand, would tell more",
    ],
  ])("it is told: %s", async (_, simulate, why, hint) => {
    const result = await advised(poolOf(["a-1", "a-2"]), simulate);
    expect(result.workers.map((worker) => worker.why)).toEqual([why, why]);
    const text = renderAdvice(result, { width: 300 });
    expect(text).toContain(`a-1: ${hint}`);
    const [again] = readResult(renderJson([result]), "advice.json");
    expect(again).toEqual(result);
  });
});

it("of wrong results it does not say that no other worker does better", async () => {
  const cheats = poolOf(NAMES.slice(0, 4)).replace("- { name: a-4,", "$& cheatProbability: 0.2,");
  const result = await advised(cheats);
  expect(result.workers.at(-1)?.why).toMatch(/^20 % of its results are wrong, and paid like right/);
  expect(renderAdvice(result, { width: 300 })).not.toContain("no other worker does better");
});

it("of one that loses most it does not say that no other does better where only that is not decided", async () => {
  // Without it the pool keeps a margin more, give or take a tenth.
  const simulate: Simulate = (input, options) => {
    const result = fakePool(input, options);
    const isIn = result.workers.includes("bad");
    const net = 0.001 * (isIn ? 1 : options.replication % 2 === 0 ? 0.95 : 1.15);
    const metrics = {
      ...result.metrics,
      "pool.operatorNetPerDay": net * input.scenario.assumptions.loadScale,
      ...(isIn ? { "worker.bad.retention": 0.1 } : {}),
    };
    return { ...result, metrics };
  };
  const result = await advised(poolOf([...NAMES.slice(0, 4), "bad"]), simulate);
  expect(result.workers.at(-1)).toMatchObject({ name: "bad", advice: "undecided" });
  const workers = result.workers.map((one) => ({ ...one, more: null }));
  const text = renderAdvice({ ...result, workers }, { width: 400 });
  expect(text).toContain("mend or replace bad");
  expect(text).not.toContain("no other worker does better");
  expect(text).toContain("bad: hardly any number of replications would decide what gains");
});

it("never keeps one that a verdict would leave out for a constraint, and says so", async () => {
  const late = poolOf([...NAMES.slice(0, 4), "late"]);
  const simulate: Simulate = (input, options) => {
    const result = fakePool(input, options);
    const share = result.workers.includes("late")
      ? 0.03 + 0.0001 * (options.replication % 3)
      : 0.01;
    return { ...result, metrics: { ...result.metrics, "pool.lateShare": share } };
  };
  const result = await advised(late, simulate);
  const [first] = result.workers;
  expect(first).toMatchObject({ advice: "keep" });
  expect(first).not.toHaveProperty("breaks");
  expect(result.workers.at(-1)).toMatchObject({
    name: "late",
    advice: "undecided",
    breaks: { metric: "pool.lateShare", maxIncrease: 0.005 },
  });
  const text = renderAdvice(result, { width: 400 });
  expect(text).toContain("mend or replace late, whatever is decided");
  expect(text).toMatch(
    /with it the share of late segments changes by \+2 … \+2\.\d* percentage points, beyond the limit of \+0\.5: a verdict leaves it out for that, and nothing that was tried on it gains/,
  );
  expect(text).toContain(
    "late: no number of replications helps where it breaks a constraint, and nothing",
  );
  const [again] = readResult(renderJson([result]), "advice.json");
  expect(again).toEqual(result);
  const variants = "variants: { without: { orchestrator.admission.exclude: [late] }, with: {} }";
  const asked = `${late}${variants}\ndecision: { baseline: without, candidate: with }\n`;
  const { executor } = fakeExecutor(1, simulate);
  const { verdict } = await experimentWith(loadText(asked), executor, { sensitivity: "off" });
  expect(verdict).toMatchObject({ decision: "exclude", reason: "constraint broken" });
});

it("run, advise and sweep calibrate demand alike, by what the operator sees in the baseline, and say the scenario's notes", async () => {
  const yaml = POOL.replace(
    "concurrentStreams: 60",
    "concurrentStreams: 60, calibrateTo: { streamsPerDay: 900 }",
  );
  const loaded = loadText(`${yaml}notes: [the bench is a year old]\n`);
  const vary = [parseVary("orchestrator.maxSessions=5,10")];
  const found = await Promise.all([
    experimentWith(loaded, fakeExecutor().executor, { sensitivity: "off" }),
    adviseWith(loaded, fakeExecutor().executor, { rule: false, replications: 16 }),
    adviseWith(loaded, fakeExecutor().executor, {
      variant: "without",
      rule: false,
      replications: 16,
    }),
    sweepWith(loaded, fakeExecutor().executor, { vary, replications: 16 }),
  ]);
  const notes = found.map((one) => one.notes.find((note) => note.startsWith("calibrat")));
  expect(notes[0]).toMatch(/^calibrated to streams per day = 900: demand × .* in without$/);
  expect(new Set(notes).size).toBe(1);
  for (const one of found) expect(one.notes).toContain("the bench is a year old");
});
