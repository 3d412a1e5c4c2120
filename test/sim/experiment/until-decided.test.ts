/** Going on until it is decided: when it ends, and that the same comes of the number by name. */
import { describe, expect, it } from "vitest";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { type ExperimentOptions, experimentWith } from "../../../src/sim/experiment/experiment.js";
import { fakeExecutor, fakeSimulate, loadText, POOL } from "../../support/sim/fake-simulate.js";

const AUTO = POOL.replace("replications: 4", "replications: auto");

async function run(yaml: string, options: ExperimentOptions = {}, simulate?: Simulate) {
  const { executor, calls } = fakeExecutor(options.seed, simulate);
  const result = await experimentWith(loadText(yaml), executor, { sensitivity: "off", ...options });
  return { result, calls };
}

/** The operator's net times a factor that only the variant `with` has, drawn for each replication. */
function unsure(spread: number, mean: number): Simulate {
  return (input, options) => {
    const result = fakeSimulate(input, options);
    if (input.scenario.orchestrator?.admission.exclude.includes("slow")) return result;
    const golden = (options.replication * 0.618034) % 1;
    const net = result.metrics["pool.feesEthPerDay"] ?? 0;
    const factor = (1 + mean + spread * (golden - 0.5)) * 0.25 * 1.5;
    return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net * factor } };
  };
}

describe("replications: auto", () => {
  it("ends at the first look when that decides, and says what may have been", async () => {
    const { result } = await run(AUTO);
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.replications).toBe(8);
    expect(result.untilDecided).toEqual({ first: 8, max: 64 });
  });

  it("goes on as long as it is open, and no further", async () => {
    const { result } = await run(AUTO, {}, unsure(0.7, -0.2));
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.replications).toBeGreaterThan(8);
    expect(result.replications).toBeLessThan(64);
    const { change } = result.verdict ?? {};
    expect(change?.ci95[1]).toBeLessThan(-0.05);
  });

  it("is given up where going on would hardly decide it: near the margin", async () => {
    const { result } = await run(AUTO, {}, unsure(0.7, -0.05));
    expect(result.verdict?.decision).toBe("undecided");
    expect(result.verdict?.reason).toBe("near the margin");
    expect(result.replications).toBeLessThan(64);
  });

  it("gives the same bytes as the number by name, decided or not", async () => {
    for (const simulate of [fakeSimulate, unsure(0.7, -0.2), unsure(0.7, -0.05)]) {
      const { result } = await run(AUTO, { sensitivity: "short" }, simulate);
      const { replications } = result;
      const again = await run(AUTO, { sensitivity: "short", replications }, simulate);
      expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
    }
  });

  it("runs the peak test only where that would decide", async () => {
    const { calls } = await run(AUTO);
    const loads = new Set(calls.map(({ input }) => input.scenario.assumptions.loadScale));
    expect(loads).toEqual(new Set([1]));
    const good = AUTO.replace("roundTripMs: 2000", "roundTripMs: 400");
    const { calls: others, result } = await run(good);
    expect(new Set(others.map(({ input }) => input.scenario.assumptions.loadScale))).toContain(2);
    expect(result.verdict?.decision).not.toBe("exclude");
  });

  it("has as many as a pilot where there is no question", async () => {
    const { result } = await run(AUTO.replace(/^decision:.*$/m, ""));
    expect(result.replications).toBe(10);
    expect(result.untilDecided).toBeNull();
  });

  it("goes on in the sensitivity block too, each case by itself", async () => {
    const { result, calls } = await run(AUTO, { sensitivity: "short" }, unsure(0.7, -0.2));
    expect(result.sensitivity.length).toBeGreaterThan(4);
    const counts = result.sensitivity.map(({ difference }) => difference.n);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...counts)).toBeLessThanOrEqual(24);
    expect(calls.length).toBeGreaterThan(100);
  });
});

describe("a number of replications", () => {
  it("is kept, and goes on only when told to", async () => {
    expect((await run(POOL)).result).toMatchObject({ replications: 4, untilDecided: null });
    const { result } = await run(POOL, { untilDecided: true });
    expect(result).toMatchObject({ replications: 8, untilDecided: { max: 64 } });
  });

  it("below the first look decides nothing", async () => {
    const { result } = await run(AUTO, { replications: 7 });
    expect(result.verdict).toMatchObject({ decision: "undecided", reason: "needs more" });
  });

  it("beyond the last look is refused, and so is going on for nothing", async () => {
    const refused = { code: "OPTION_INVALID" };
    await expect(run(AUTO, { replications: 65 })).rejects.toMatchObject(refused);
    const noDecision = POOL.replace(/^decision:.*$/m, "");
    await expect(run(noDecision, { untilDecided: true })).rejects.toMatchObject(refused);
  });
});

describe("when it is enough", () => {
  /** Says that it is enough after so many calls. */
  async function stopAfter(calls: number, options: ExperimentOptions = {}) {
    const controller = new AbortController();
    let count = 0;
    const simulate = unsure(0.7, -0.2);
    const counting: Simulate = (input, given) => {
      count += 1;
      if (count === calls) controller.abort();
      return simulate(input, given);
    };
    const { result } = await run(AUTO, { ...options, enough: controller.signal }, counting);
    const { replications } = result;
    const sensitivity = result.sensitivity.length === 0 ? "off" : options.sensitivity;
    const again = await run(AUTO, { replications, sensitivity }, simulate);
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
    return result;
  }

  it("ends with the last look, at any moment, as if it had been asked for", async () => {
    const replications = new Set<number>();
    for (const calls of [1, 2, 3, 7, 12, 16, 17, 20, 23]) {
      const result = await stopAfter(calls);
      expect(result.partial).toBe(false);
      replications.add(result.replications);
    }
    expect(replications.size).toBeGreaterThan(4);
    expect(Math.min(...replications)).toBeLessThan(8);
  });

  it("leaves the sensitivity block out as a whole when that is not finished", async () => {
    const { result } = await run(AUTO, { sensitivity: "short" }, unsure(0.7, -0.2));
    expect(result.sensitivity.length).toBeGreaterThan(4);
    const stopped = await stopAfter(150, { sensitivity: "short" });
    expect(stopped.replications).toBe(result.replications);
    expect(stopped.sensitivity).toEqual([]);
  });
});
