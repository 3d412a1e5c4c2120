/** What it would take to decide on a worker: how long here, and the command. */
import { describe, expect, it } from "vitest";
import { budgetNeeded, whatItTakes } from "../../src/cli/advise/what-it-takes.js";
import type { AdviseOptions } from "../../src/sim/advise/advise.js";
import { adviseWith } from "../../src/sim/advise/advise.js";
import type { Simulate } from "../../src/sim/experiment/executor.js";
import { renderAdvice } from "../../src/sim/report/advice.js";
import { booksWords } from "../../src/sim/report/content/command.js";
import { githubAnnotations } from "../../src/sim/report/github.js";
import { fakePool, poolOf } from "../support/sim/fake-pool.js";
import { fakeExecutor, loadText } from "../support/sim/fake-simulate.js";

/** Without `old` the pool has so much more, give or take what differs from replication to replication. */
function unsure(mean: number, spread: number): Simulate {
  return (input, options) => {
    const result = fakePool(input, options);
    const isIn = !(input.scenario.orchestrator?.admission.exclude ?? []).includes("a-1");
    const golden = ((options.replication * 0.618034) % 1) - 0.5;
    const factor = isIn ? 1 : 1 + mean + spread * golden;
    const net = 0.001 * factor * (1 + 0.2 * ((options.replication * 0.414214) % 1));
    return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
  };
}

async function advised(simulate: Simulate, options: AdviseOptions = {}) {
  const { executor } = fakeExecutor(options.seed, simulate);
  const pool = loadText(poolOf(["a-1", "a-2", "a-3"]));
  return adviseWith(pool, executor, { seed: 1, ...options });
}

describe("what it takes", () => {
  it("to judge anything is a budget, as far as one knows", () => {
    const say = (planned: number, perRunMs: number | null) => budgetNeeded({ planned, perRunMs });
    expect(say(100, 1500)).toBe(
      "To judge anything takes some 5 min here: --budget 5m, or without a budget.\n",
    );
    expect(say(100, null)).toBe("");
    expect(say(100, Number.POSITIVE_INFINITY)).toBe("");
    expect(say(100_000, 60_000)).toBe("");
  });

  it("goes on with the same command where the time was over too soon", async () => {
    const result = await advised(unsure(0.01, 0.15), { replications: 16 });
    const [worker] = result.workers;
    expect(worker?.advice).toBe("undecided");
    expect(worker?.more?.replications).toBeGreaterThan(16);
    expect(worker?.more?.replications).toBeLessThanOrEqual(40);
    expect(whatItTakes(result, { file: "pool.yaml", perRunMs: null })).toBe(
      "To decide on a-1: poolsim advise pool.yaml --only a-1 --seed 1\n",
    );
    const runs = worker?.more?.runs ?? 0;
    // The pool and one action on it at two demands, and what all advice begins with.
    expect(runs).toBe(8 + 4 * (worker?.more?.replications ?? 0));
    expect(whatItTakes(result, { file: "pool.yaml", perRunMs: 60_000 / runs })).toContain(
      "takes about 60 s here: poolsim",
    );
  });

  it("names a command that a shell takes, with the settings that were given", async () => {
    const result = await advised(unsure(0.01, 0.15), { replications: 16 });
    const settings = [
      { path: "duration", value: "30m" },
      { path: "network.limit", value: 10 },
    ];
    const set = { ...result, scenario: { ...result.scenario, settings } };
    expect(whatItTakes(set, { file: "my pool.yaml", perRunMs: null })).toBe(
      "To decide on a-1: poolsim advise 'my pool.yaml' --only a-1 --seed 1 --duration 30m --set network.limit=10\n",
    );
    const books = booksWords("my books.db", { region: "FRA", stakeShare: 0.3 });
    expect(whatItTakes(set, { file: books, perRunMs: null })).toContain(
      "poolsim advise --from 'my books.db' --region FRA --stakeShare 0.3 --only a-1",
    );
    expect(renderAdvice(result, { file: books, width: 200 })).toContain(
      "\nAgain: poolsim advise --from 'my books.db' --region FRA --stakeShare 0.3 --seed 1",
    );
    // An annotation is about a file.
    expect(githubAnnotations(result, books)).toMatch(/^::notice file=fake\.yaml,/);
  });

  it("asks what was asked, of the extensions too", async () => {
    const options = { replications: 16, seed: 1, margin: 0.05, confidence: 0.95, variant: "base" };
    const result = {
      ...(await advised(unsure(0.01, 0.15), options)),
      extensions: [{ name: "mine.mjs", sha256: "", adds: [] }],
    };
    const asked = "--variant base --margin 0.05 --confidence 0.95 --extension mine.mjs";
    expect(whatItTakes(result, { file: "pool.yaml", perRunMs: null })).toBe(
      `To decide on a-1: poolsim advise pool.yaml --only a-1 --seed 1 ${asked}\n`,
    );
    expect(renderAdvice(result, { file: "pool.yaml", width: 300 })).toContain(
      `poolsim advise pool.yaml --only a-1 ${asked} --details`,
    );
  });

  it("asks for longer replications where a worker was hardly ever chosen", async () => {
    const found = await advised(unsure(0.03, 0.5));
    const workers = found.workers.map((worker) => ({
      ...worker,
      tried: worker.tried.map((tried) => ({ ...tried, reason: "rare events" })),
    }));
    const result = { ...found, workers };
    expect(renderAdvice(result, { width: 300 })).toContain(
      "longer replications (--duration) would tell more",
    );
    expect(renderAdvice(result, { width: 300 })).not.toContain("hardly any number");
  });

  it("asks for longer replications, with another seed, where the most of these are too few", async () => {
    const result = await advised(unsure(0.03, 0.24));
    const [worker] = result.workers;
    expect(worker?.more).toMatchObject({ replications: 40 });
    const times = (worker?.more?.durationMs ?? 0) / result.durationMs;
    expect(times).toBeGreaterThan(1);
    expect(whatItTakes(result, { file: "pool.yaml", perRunMs: 100 })).toContain(
      `--only a-1 --duration ${60 * times}m --seed 2\n`,
    );
    expect(renderAdvice(result)).toContain(`about 40 replications of ${times} h would decide`);
  });

  it("names no number near the margin, and nothing of those that are decided", async () => {
    const result = await advised(unsure(0.03, 0.5));
    const [worker, ...others] = result.workers;
    expect(worker).toMatchObject({ advice: "undecided", more: null });
    expect(worker?.why).toContain("near the margin");
    expect(others.map(({ more }) => more)).toEqual([null, null]);
    expect(whatItTakes(result, { file: "pool.yaml", perRunMs: 100 })).toBe("");
    const text = renderAdvice(result, { width: 300 });
    expect(text).toContain("hardly any number of replications would decide");
    expect(text).toContain("With a larger --margin more may be told.");
    // The command line takes shares alone.
    const amount = { ...result, margin: { relative: null, absolute: 0.0001 } };
    expect(renderAdvice(amount, { width: 300 })).toContain(
      "With a larger margin (decision.margin: { absolute: … } in the scenario) more may be told.",
    );
    const workers = result.workers.map((one) => ({
      ...one,
      tried: one.tried.map((tried) => ({ ...tried, reason: "objective not positive" as const })),
    }));
    const below = renderAdvice({ ...result, workers }, { width: 300 });
    expect(below).toContain(
      "With a margin that is an amount (decision.margin: { absolute: … } in the scenario) it can be judged.",
    );
    expect(below).not.toContain("--margin");
  });
});
