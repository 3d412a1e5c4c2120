/** Going on until it is decided: when it ends, and that the same comes of the number by name. */
import { describe, expect, it } from "vitest";
import type { Simulate } from "../../../../src/sim/experiment/executor.js";
import {
  type ExperimentOptions,
  experimentWith,
} from "../../../../src/sim/experiment/experiment.js";
import { fakeExecutor, fakeSimulate, loadText, POOL } from "../../../support/sim/fake-simulate.js";

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

/** Surer under some assumptions than under others, so that cases of the sensitivity block take as long as they take. */
const uneven: Simulate = (input, options) =>
  unsure(0.5 * input.scenario.assumptions.noiseScale, -0.2)(input, options);

describe("replications: auto", () => {
  it("ends at the first look when that decides, and says what may have been", async () => {
    const { result } = await run(AUTO);
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.replications).toBe(8);
    expect(result.untilDecided).toEqual({ first: 8, max: 80 });
  });

  it("goes on as long as it is open, and no further", async () => {
    const { result } = await run(AUTO, {}, unsure(0.7, -0.2));
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.replications).toBeGreaterThan(8);
    expect(result.replications).toBeLessThan(80);
    const { change } = result.verdict ?? {};
    expect(change?.ci95[1]).toBeLessThan(-0.05);
  });

  it("is given up where going on would hardly decide it: near the margin", async () => {
    const { result } = await run(AUTO, {}, unsure(0.7, -0.05));
    expect(result.verdict?.decision).toBe("undecided");
    expect(result.verdict?.reason).toBe("near the margin");
    expect(result.replications).toBeLessThan(80);
  });

  it("allows for all that a verdict looks at: peak demand, and each constraint", async () => {
    const asked = async (decision: string) => {
      const yaml = AUTO.replace(/^decision: \{/m, `decision: { ${decision}, `);
      const { result } = await run(yaml, { replications: 20 }, unsure(0.7, -0.2));
      const [low, high] = result.verdict?.change?.ci95 ?? [0, 0];
      expect(result.verdict?.change?.n).toBe(20);
      return high - low;
    };
    const alone = await asked("peakFactor: 1, constraints: []");
    const atPeak = await asked("peakFactor: 2, constraints: []");
    const constrained = await asked(
      "peakFactor: 2, constraints: [{ metric: pool.lateShare, maxIncrease: 0.01 }]",
    );
    expect(atPeak).toBeGreaterThan(1.02 * alone);
    expect(constrained).toBeGreaterThan(1.02 * atPeak);
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
    expect(result).toMatchObject({ replications: 8, untilDecided: { max: 80 } });
  });

  it("below the first look decides nothing", async () => {
    const { result } = await run(AUTO, { replications: 7 });
    expect(result.verdict).toMatchObject({ decision: "undecided", reason: "needs more" });
  });

  it("beyond the last look is refused, and so is going on for nothing", async () => {
    const refused = { code: "OPTION_INVALID" };
    await expect(run(AUTO, { replications: 81 })).rejects.toMatchObject(refused);
    const noDecision = POOL.replace(/^decision:.*$/m, "");
    await expect(run(noDecision, { untilDecided: true })).rejects.toMatchObject(refused);
  });
});

describe("when it is enough", () => {
  /** Says that it is enough after so many calls. */
  async function stopAfter(
    calls: number,
    options: ExperimentOptions = {},
    simulate = unsure(0.7, -0.2),
  ) {
    const controller = new AbortController();
    let count = 0;
    const counting: Simulate = (input, given) => {
      count += 1;
      if (count === calls) controller.abort();
      return simulate(input, given);
    };
    const { result } = await run(AUTO, { ...options, enough: controller.signal }, counting);
    const { replications } = result;
    const sensitivity = result.sensitivity.length === 0 ? "off" : options.sensitivity;
    const { sensitivityReplications } = result.untilDecided ?? {};
    const named = { replications, sensitivity, sensitivityReplications };
    const again = await run(AUTO, named, simulate);
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

  it("leaves the sensitivity block out before its first look is finished", async () => {
    const { calls, result } = await run(AUTO, {}, unsure(0.7, -0.2));
    const stopped = await stopAfter(calls.length + 20, { sensitivity: "short" });
    expect(stopped.replications).toBe(result.replications);
    expect(stopped.sensitivity).toEqual([]);
    expect(stopped.untilDecided).not.toHaveProperty("sensitivityReplications");
  });

  it("ends the sensitivity block with the last look at what is open in it, at any moment", async () => {
    const whole = await run(AUTO, { sensitivity: "short" }, uneven);
    const counts = whole.result.sensitivity.map(({ difference }) => difference.n);
    // Some cases take longer than others, so that there is something to stop.
    expect(Math.max(...counts)).toBeGreaterThan(Math.min(...counts));
    expect(whole.result.untilDecided).not.toHaveProperty("sensitivityReplications");
    const stopped = await stopAfter(whole.calls.length - 2, { sensitivity: "short" }, uneven);
    const at = stopped.untilDecided?.sensitivityReplications ?? 0;
    expect(at).toBeGreaterThanOrEqual(8);
    expect(at).toBeLessThan(Math.max(...counts));
    expect(stopped.sensitivity).toHaveLength(counts.length);
    // Those that were over before are as they are in the whole block; the others are open.
    for (const [index, one] of stopped.sensitivity.entries()) {
      const last = whole.result.sensitivity[index];
      if ((counts[index] ?? 0) <= at) expect(one).toEqual(last);
      else expect(one).toMatchObject({ decision: "undecided", difference: { n: at } });
    }
  });

  it.each([7, 25])("%i replications of the block are refused", async (sensitivityReplications) => {
    const refused = { code: "OPTION_INVALID" };
    const options = { sensitivity: "short", sensitivityReplications } as const;
    await expect(run(AUTO, options)).rejects.toMatchObject(refused);
  });

  it("nothing is to be stopped where there is one look", async () => {
    const options = { sensitivity: "short", sensitivityReplications: 8 } as const;
    await expect(run(POOL, options)).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});
