/** `--budget`, and the line on what it would take to decide. */
import { describe, expect, it } from "vitest";
import { whatItTakes } from "../../../src/cli/run/what-it-takes.js";
import { budgetOf, checkBudget } from "../../../src/cli/shared/budget.js";
import type { ScenarioResult } from "../../../src/sim/results.js";
import { loadText, POOL } from "../../support/sim/fake-simulate.js";
import { result } from "../../support/sim/report-fixture.js";

const AUTO = loadText(POOL.replace("replications: 4", "replications: auto"));

describe("--budget", () => {
  it("is a span of a second to a day", () => {
    for (const budget of ["0s", "999ms", "25h", "2", "soon", "-1m"]) {
      expect(() => checkBudget({ budget }, [AUTO])).toThrow(`--budget: found ${budget}, expected`);
    }
    expect(() => checkBudget({ budget: "2m" }, [AUTO])).not.toThrow();
    expect(() => budgetOf("1h").clear()).not.toThrow();
  });

  it("needs something that goes on until it is decided", () => {
    const fixed = loadText(POOL);
    expect(() => checkBudget({ budget: "2m" }, [AUTO, fixed])).toThrow("--until-decided");
    expect(() => checkBudget({ budget: "2m", untilDecided: true }, [fixed])).not.toThrow();
  });
});

describe("what it takes", () => {
  const untilDecided = { first: 8, max: 64 };
  const undecided = (replications: number): ScenarioResult => ({
    ...result,
    seed: 7,
    replications: 10,
    untilDecided,
    verdict: result.verdict && {
      ...result.verdict,
      decision: "undecided",
      reason: "needs more",
      more: { replications, hours: replications, power: 0.8 },
    },
  });
  const options = { file: "pool.yaml", elapsedMs: 60_000 };

  it("goes on with the same seed within the sequence, with another one beyond it", () => {
    expect(whatItTakes(undecided(40), options)).toBe(
      "On this machine that takes about 4 min: poolsim run pool.yaml --until-decided --seed 7\n",
    );
    expect(whatItTakes(undecided(40), { ...options, elapsedMs: null })).toBe(
      "To go on: poolsim run pool.yaml --until-decided --seed 7\n",
    );
    expect(whatItTakes(undecided(100), options)).toBe(
      "On this machine that takes about 10 min: poolsim run pool.yaml --until-decided --seed 8\n",
    );
  });

  it("says nothing of what is decided, or of one look", () => {
    expect(whatItTakes({ ...result, untilDecided }, options)).toBe("");
    expect(whatItTakes({ ...undecided(40), untilDecided: null }, options)).toBe("");
  });
});
