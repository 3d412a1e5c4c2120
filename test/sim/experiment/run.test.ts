/** Experiments, run with a simulator of a few lines whose outcome can be worked out by hand. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { makeKey, uniform } from "../../../src/core/random.js";
import { POOLSIM_VERSION } from "../../../src/core/version.js";
import { adviseWith } from "../../../src/sim/advise/advise.js";
import type { Executor, Simulate } from "../../../src/sim/experiment/executor.js";
import { type ExperimentOptions, experimentWith } from "../../../src/sim/experiment/experiment.js";
import type { Progress } from "../../../src/sim/experiment/workbench.js";
import { parseVary } from "../../../src/sim/sweep/axes.js";
import { sweepWith } from "../../../src/sim/sweep/sweep.js";
import {
  fakeExecutor,
  fakeSimulate,
  loadText,
  noiseOf,
  POOL,
} from "../../support/sim/fake-simulate.js";

async function run(yaml: string, options: ExperimentOptions = {}, simulate?: Simulate) {
  const { executor, calls } = fakeExecutor(options.seed, simulate);
  const result = await experimentWith(loadText(yaml), executor, { sensitivity: "off", ...options });
  return { result, calls };
}

const without = (yaml: string, line: RegExp) => yaml.replace(line, "");
const noDecision = without(POOL, /^decision:.*$/m);

describe("variants", () => {
  it("are run with the same replications, each once", async () => {
    const { result, calls } = await run(noDecision);
    expect(result.replications).toBe(4);
    expect(calls.map(({ replication }) => replication)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(result.variants.map(({ name }) => name)).toEqual(["without", "with"]);
  });

  it("that are the same thing are run once", async () => {
    const twice = noDecision.replace(
      "with: {}",
      "with: { orchestrator.admission.exclude: [slow] }",
    );
    const { result, calls } = await run(twice);
    expect(calls).toHaveLength(4);
    const [first, second] = result.variants;
    expect(second?.metrics).toEqual(first?.metrics);
  });

  it("share their noise: an identical candidate differs by exactly 0", async () => {
    const identical = POOL.replace("roundTripMs: 2000", "roundTripMs: 400");
    const { result } = await run(identical);
    const net = result.comparisons.find(({ metric }) => metric === "pool.operatorNetPerDay");
    expect(net?.difference).toEqual({ mean: 0, ci95: [0, 0] });
  });

  it("are described by means and intervals, rows, nested regions and series", async () => {
    const { result } = await run(noDecision);
    const [variant] = result.variants;
    const noise = [0, 1, 2, 3].map((replication) => noiseOf(1, replication));
    const mean = noise.reduce((sum, value) => sum + value, 0) / 4;
    expect(variant?.metrics["pool.feesEthPerDay"]?.mean).toBeCloseTo(0.003 * mean, 12);
    expect(variant?.metrics["pool.feesEthPerDay"]?.n).toBe(4);
    expect(variant?.metrics["worker.good-1.picks"]).toBeUndefined();
    expect(variant?.orchestrators.map(({ name }) => name)).toEqual(["pool", "rival.one.eth"]);
    expect(variant?.orchestrators[1]?.metrics["segments"]?.mean).toBeGreaterThan(50_000);
    expect(variant?.workers.map(({ name }) => name)).toEqual(["good-1", "good-2"]);
    expect(variant?.workers[1]?.metrics["picks"]?.mean).toBe(102.5);
    expect(variant?.regions).toEqual({
      FRA: { successRate: 0.9, roundTripMs: { p50: 1001.5, p95: 2000 } },
    });
    expect(variant?.series).toEqual({
      timeMs: [0, 1_800_000],
      segments: [10, 10],
      poolSegments: [1.5, 1],
      poolLate: [0, 0],
    });
    expect(result.imputed).toEqual({ stake: 0.5 });
    expect(result.conservation).toEqual({ segments: true });
    expect(result.poolsim).toBe(POOLSIM_VERSION);
    expect(result.scenario).toMatchObject({ name: "fake", file: "fake.yaml" });
  });

  it("are compared with the first one where there is no decision", async () => {
    const { result } = await run(noDecision);
    expect(result.verdict).toBeNull();
    expect(result.sensitivity).toEqual([]);
    const compared = result.comparisons.map(({ variant, baseline }) => `${variant}/${baseline}`);
    expect(new Set(compared)).toEqual(new Set(["with/without"]));
    const metrics = result.comparisons.map(({ metric }) => metric);
    expect(metrics).toContain("viewer.lateShare");
    expect(metrics.filter((metric) => !/^(network|viewer|pool)\./.test(metric))).toEqual([]);
  });

  it("may have a metric in some replications only, or never", async () => {
    const sparse: Simulate = (input, options) => {
      const result = fakeSimulate(input, options);
      const { replication } = options;
      const some = replication < 2 ? { "pool.sometimes": replication } : {};
      return { ...result, metrics: { ...result.metrics, ...some, "pool.never": Number.NaN } };
    };
    const { result } = await run(noDecision, {}, sparse);
    expect(result.variants[0]?.metrics["pool.sometimes"]).toMatchObject({ mean: 0.5, n: 2 });
    expect(result.variants[0]?.metrics["pool.never"]).toBeUndefined();
  });

  it("with one replication have no interval: it reaches everywhere", async () => {
    const { result } = await run(noDecision, { replications: 1 });
    const fees = result.variants[0]?.metrics["pool.feesEthPerDay"];
    expect(fees?.ci95).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(JSON.parse(JSON.stringify(fees))).toMatchObject({ ci95: [null, null], n: 1 });
  });
});

describe("the number of replications", () => {
  const twoStage = POOL.replace(
    "replications: 4",
    "replications: { pilot: 5, max: 30, halfWidth: 0.00001 }",
  );

  it("is what the command says", async () => {
    expect((await run(POOL, { replications: 7 })).result.replications).toBe(7);
  });

  it("is fixed by the pilot's paired differences (two stages)", async () => {
    // The difference of the nets is a third of 0.25 × 0.003 × noise: s is about 0.0000125.
    const { result } = await run(twoStage);
    expect(result.replications).toBeGreaterThan(5);
    expect(result.replications).toBeLessThan(30);
    const wide = twoStage.replace("0.00001", "0.01");
    expect((await run(wide)).result.replications).toBe(5);
    const narrow = twoStage.replace("0.00001", "0.0000001");
    expect((await run(narrow)).result.replications).toBe(30);
  });

  it("is the pilot's without a decision", async () => {
    expect((await run(without(twoStage, /^decision:.*$/m))).result.replications).toBe(5);
  });
});

describe("the verdict", () => {
  it("excludes a worker that loses a third of the streams, in percent of the baseline", async () => {
    const { result, calls } = await run(POOL);
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.verdict?.objective).toBe("pool.operatorNetPerDay");
    expect(result.verdict).toMatchObject({ reason: "harm", margin: { relative: 0.05 } });
    expect(result.verdict?.sentence).toMatch(
      /changes by −3[34][.\d]* % … −3[23][.\d]* % \(95 %\).*: a loss beyond the margin of 5 % of the baseline's/,
    );
    expect(result.notes.join()).toContain("uncalibrated");
    expect(calls).toHaveLength(8); // no peak test: it could not change the verdict
  });

  it("admits where only the peak test gains", async () => {
    // 60 streams ask for 3 sessions; at peak × 10 for 30, and the pool has 20, or 30.
    const spare = POOL.replace("roundTripMs: 2000", "roundTripMs: 400").replace(
      "candidate: with",
      "candidate: with, peakFactor: 10",
    );
    const labels = new Set<string>();
    const { result, calls } = await run(spare, { onProgress: ({ label }) => labels.add(label) });
    expect(result.verdict?.decision).toBe("admit");
    expect(result.verdict?.reason).toBe("gain at peak");
    expect(result.verdict?.peak.state).toBe("gains");
    expect(result.verdict?.sentence).toContain("at peak demand");
    expect(calls).toHaveLength(16);
    expect(labels).toEqual(new Set(["replications", "peak demand"]));
  });

  it("sees no difference where the peak test gains nothing either", async () => {
    const { result } = await run(POOL.replace("roundTripMs: 2000", "roundTripMs: 400"));
    expect(result.verdict?.decision).toBe("no difference");
  });

  it("excludes for a broken constraint", async () => {
    const constraint = "{ metric: pool.lateShare, maxIncrease: -0.001 }";
    const yaml = POOL.replace("candidate: with", `candidate: with, constraints: [${constraint}]`);
    const { result } = await run(yaml.replace("roundTripMs: 2000", "roundTripMs: 400"));
    expect(result.verdict?.decision).toBe("exclude");
    expect(result.verdict).toMatchObject({
      reason: "constraint broken",
      constraint: "pool.lateShare",
      constraints: [{ state: "broken", maxIncrease: -0.001 }],
    });
    expect(result.verdict?.sentence).toContain("−0.1 percentage points");
  });

  it("is in ETH per day where demand is calibrated", async () => {
    const yaml = POOL.replace(
      "concurrentStreams: 60",
      "concurrentStreams: 60, calibrateTo: { streamsPerDay: 288 }",
    );
    const { result } = await run(yaml);
    expect(result.verdict?.sentence).toContain("ETH/day");
    expect(result.notes.join()).not.toContain("uncalibrated");
  });
});

describe("no setting makes harm look like gain", () => {
  const economics = (settings: string, more = "") =>
    POOL.replace("stakeShare: 0.05", `stakeShare: 0.05, economics: { ${settings} }`).replace(
      "candidate: with",
      `candidate: with${more}`,
    );
  /** The operator's net as the shares make it. */
  const shared =
    (kept: number, fixed = 0): Simulate =>
    (input, options) => {
      const found = fakeSimulate(input, options);
      const fees = found.metrics["pool.feesEthPerDay"] ?? 0;
      const metrics = { ...found.metrics, "pool.operatorNetPerDay": kept * fees - fixed };
      return { ...found, metrics };
    };

  it("where the operator loses on each segment there is a verdict on fees only", async () => {
    const yaml = economics("commission: 1/50, feeShare: 3/10");
    const { result } = await run(yaml, { sensitivity: "short" }, shared(-0.28));
    expect(result.verdict).toMatchObject({
      decision: "undecided",
      reason: "objective not positive",
      objective: "pool.operatorNetPerDay",
      instead: { decision: "exclude", reason: "harm", objective: "pool.feesEthPerDay" },
    });
    // 0.28 of fees of 0.003 ETH a day for 3,000 segments an hour.
    expect(result.verdict?.lossPerSegment).toBeCloseTo((0.28 * 0.003) / 24 / 3000, 9);
    expect(result.verdict?.sentence).toMatch(
      /^The operator loses 11\.\d gwei on each segment in without .*more work makes it worse.* On fees: exclude\. pool\.feesEthPerDay changes by −/,
    );
    for (const { objective, decision, flips } of result.sensitivity) {
      expect([objective, decision, flips]).toEqual(["pool.feesEthPerDay", "exclude", false]);
    }
    const slow = result.variants[1]?.workers.find(({ name }) => name === "slow");
    expect(slow?.metrics["marginalValue"]?.mean).toBeLessThan(0);
    expect(result.notes.join()).toContain("marginal values are of fees");
  });

  it("a net that is negative for other reasons asks for a margin in its own unit", async () => {
    const yaml = economics("commission: 1/4");
    const { result } = await run(yaml, {}, shared(0.25, 1));
    expect(result.verdict).toMatchObject({
      decision: "undecided",
      reason: "objective not positive",
      lossPerSegment: null,
      instead: { decision: "exclude" },
    });
    expect(result.verdict?.sentence).toContain("decision.margin: { absolute: … }");
    const absolute = economics("commission: 1/4", ", margin: { absolute: 0.0001 }");
    const { result: asked } = await run(absolute, {}, shared(0.25, 1));
    expect(asked.verdict).toMatchObject({
      decision: "exclude",
      margin: { relative: null, absolute: 0.0001 },
      instead: null,
    });
    expect(asked.verdict?.sentence).toContain("the margin of 0.0001 ETH/day");
  });

  it("the margin is a share of the objective itself, not of the fees", async () => {
    // A loss of a third of the net is ten times 2 % of the fees, or less than it, by the commission.
    for (const kept of [0.25, 0.02]) {
      const { result } = await run(economics(`commission: "${kept}"`), {}, shared(kept));
      expect(result.verdict).toMatchObject({ decision: "exclude", reason: "harm" });
    }
  });

  it("harm at peak excludes", async () => {
    const harmed: Simulate = (input, options) => {
      const found = fakeSimulate(input, options);
      const { loadScale } = input.scenario.assumptions;
      const isSlow = found.workers.includes("slow");
      const net =
        (found.metrics["pool.operatorNetPerDay"] ?? 0) * (loadScale > 1 && isSlow ? 0.5 : 1);
      return { ...found, metrics: { ...found.metrics, "pool.operatorNetPerDay": net } };
    };
    const yaml = POOL.replace("roundTripMs: 2000", "roundTripMs: 400");
    const { result } = await run(yaml, {}, harmed);
    expect(result.verdict).toMatchObject({
      decision: "exclude",
      reason: "harm at peak",
      peak: { state: "harm" },
    });
    const off = yaml.replace("candidate: with", "candidate: with, peakFactor: 1");
    const { result: untested } = await run(off, {}, harmed);
    expect(untested.verdict).toMatchObject({ decision: "no difference", peak: { state: "off" } });
    expect(untested.verdict?.sentence).toContain("peak demand was not tested");
  });

  it.each([
    ["without any session", "pool.sessions"],
    ["with workers that never serve", "worker.slow.picks"],
    ["without any fees", "pool.feesEthPerDay"],
  ])("%s there is no evidence", async (_, metric) => {
    const nothing: Simulate = (input, options) => {
      const found = fakeSimulate(input, options);
      const isThere = metric in found.metrics;
      return { ...found, metrics: { ...found.metrics, ...(isThere ? { [metric]: 0 } : {}) } };
    };
    const yaml = POOL.replace("roundTripMs: 2000", "roundTripMs: 400");
    const { result } = await run(yaml, {}, nothing);
    expect(result.verdict).toMatchObject({ decision: "undecided", reason: "no evidence" });
  });

  it("an identical worker that hardly served has shown nothing yet", async () => {
    const rarely: Simulate = (input, options) => {
      const found = fakeSimulate(input, options);
      const picks = found.workers.includes("slow") ? { "worker.slow.picks": 5 } : {};
      return { ...found, metrics: { ...found.metrics, ...picks } };
    };
    const { result } = await run(POOL.replace("roundTripMs: 2000", "roundTripMs: 400"), {}, rarely);
    expect(result.verdict).toMatchObject({ decision: "undecided", evidence: { served: 20 } });
    // 3.7 ÷ 5 % = 74 sessions, 5 in each replication.
    expect(result.verdict?.more?.replications).toBe(15);
  });
});

describe("the sensitivity block", () => {
  it("judges each case with 8 replications and says what flips", async () => {
    // Half load: 30 streams ask for 1.5 sessions as before; nothing of it changes the verdict.
    const { result } = await run(POOL, { sensitivity: "short" });
    expect(result.sensitivity.map(({ label }) => label)).toEqual([
      "noise × 0.5",
      "noise × 2",
      "RTT slope × 0.7",
      "RTT slope × 1.3",
      "load × 0.5",
      "load × 2",
    ]);
    for (const { decision, difference, flips } of result.sensitivity) {
      expect({ decision, n: difference.n, flips }).toEqual({
        decision: "exclude",
        n: 8,
        flips: false,
      });
    }
  });

  it("names the assumptions that the verdict depends on", async () => {
    const fussy: Simulate = (input, options) =>
      fakeSimulate(
        input.scenario.assumptions.rttScale > 1
          ? {
              ...input,
              scenario: {
                ...input.scenario,
                workers: input.scenario.workers.map((worker) => ({ ...worker, roundTripMs: 400 })),
              },
            }
          : input,
        options,
      );
    const { result } = await run(POOL, { sensitivity: "short" }, fussy);
    expect(result.sensitivity.filter(({ flips }) => flips).map(({ label }) => label)).toEqual([
      "RTT slope × 1.3",
    ]);
    expect(result.notes.join("\n")).toContain("depends on: RTT slope × 1.3 (no difference)");
  });

  it("full: also segment lengths and guesses; what a setting cannot be is said", async () => {
    const yaml = POOL.replace("duration: 1h", "duration: 1h\nstream: { segmentCv: 0.6 }");
    const { result } = await run(yaml, { sensitivity: "full" });
    const labels = result.sensitivity.map(({ label }) => label);
    expect(labels).toContain("segments of 2 s");
    expect(labels).toContain("assumptions.meanDown × 2");
    expect(labels).not.toContain("stream.segmentCv × 2");
    expect(result.notes.join("\n")).toMatch(
      /stream\.segmentCv × 2 could not be tried: .*0…1|.*1\.2/,
    );
  });

  it("is left out where there is no decision", async () => {
    const { result, calls } = await run(noDecision, { sensitivity: "full" });
    expect(result.sensitivity).toEqual([]);
    expect(calls).toHaveLength(8);
  });
});

describe("marginal values", () => {
  it("are the operator's net with a worker less without it, one figure a kind", async () => {
    const { result } = await run(POOL, { sensitivity: "short" });
    const rows = result.variants[1]?.workers ?? [];
    const values = Object.fromEntries(
      rows.map(({ name, metrics }) => [name, metrics["marginalValue"]]),
    );
    expect(values["good-1"]).toEqual(values["good-2"]);
    expect(values["good-1"]?.mean).toBeGreaterThan(0); // 20 of 30 sessions good, or 10 of 20
    const net = result.comparisons.find(({ metric }) => metric === "pool.operatorNetPerDay");
    expect(values["slow"]?.mean).toBe(net?.difference.mean);
    expect(values["slow"]?.n).toBe(4);
    expect(result.variants[0]?.workers[0]?.metrics["marginalValue"]).toBeUndefined();
  });

  it("take the replications of a variant that is the same thing", async () => {
    const { calls } = await run(POOL, { sensitivity: "short" });
    // 2 variants × 4, 6 cases × 2 × 8, and 4 without one good worker; without the slow one: reused.
    expect(calls).toHaveLength(8 + 96 + 4);
  });

  it("are computed for at most 6 kinds", async () => {
    const kinds = [1, 2, 3, 4, 5, 6].map((n) => `  - { name: more${n}, roundTripMs: 400 }`);
    const yaml = POOL.replace("variants:", `${kinds.join("\n")}\nvariants:`);
    const { result } = await run(yaml, { sensitivity: "short" });
    expect(result.notes.join("\n")).toContain("marginal values of more5, more6");
  });
});

describe("calibration", () => {
  const calibrated = (to: string, more = "") =>
    noDecision
      .replace("concurrentStreams: 60", `concurrentStreams: 60, calibrateTo: { ${to} }`)
      .replace("duration: 1h", `duration: 1h\n${more}`);

  it("scales demand until the baseline has as many streams as the operator sees", async () => {
    // 60 concurrent streams bring 3 × 48 = 144 a day: 288 need twice the demand.
    const { result } = await run(calibrated("streamsPerDay: 288"));
    const streams = result.variants[0]?.metrics["network.streams"]?.mean ?? 0;
    expect(streams).toBeGreaterThan(110);
    expect(streams).toBeLessThan(130);
    expect(result.notes.join("\n")).toMatch(
      /^calibrated to streams per day = 288: demand × [12]\.?\d*/m,
    );
  });

  it("reaches a share where the pool is at its capacity", async () => {
    // 20 sessions are 2 % of 1,000 streams.
    const { result } = await run(calibrated("segmentShare: 0.02"));
    const share = result.variants[0]?.metrics["pool.segmentShare"]?.mean ?? 0;
    expect(Math.abs(share - 0.02)).toBeLessThan(0.001);
  });

  it("says so when the figure cannot be reached", async () => {
    const { result } = await run(calibrated("segmentShare: 0.2"));
    expect(result.notes.join("\n")).toMatch(/calibration did not reach segment share = 0\.2/);
  });

  it("leaves fixed streams alone", async () => {
    const fixed = calibrated("streamsPerDay: 288").replace(
      "concurrentStreams: 60",
      "arrivals: [{ at: 0s, length: 10m }]",
    );
    const { result } = await run(fixed);
    expect(result.notes.join("\n")).toContain("calibrateTo has no effect");
    expect(result.notes.join("\n")).not.toContain("uncalibrated");
  });

  it("is the demand of the peak test and of the sensitivity cases, too", async () => {
    const yaml = POOL.replace(
      "concurrentStreams: 60",
      "concurrentStreams: 60, calibrateTo: { streamsPerDay: 720 }",
    );
    const { calls, result } = await run(yaml, { sensitivity: "short" });
    const loads = new Set(calls.map(({ input }) => input.scenario.assumptions.loadScale));
    const found = Math.max(...loads) / 2;
    expect(found).toBeGreaterThan(4.5); // 144 a day × 5 is 720
    expect(loads).toContain(found / 2);
    expect(result.verdict).not.toBeNull();
  });
});

describe("expectations", () => {
  const expecting = (...items: readonly string[]) =>
    `${POOL}expect:\n${items.map((item) => `  - "${item}"`).join("\n")}\n`;

  it("are evaluated on variants, differences, workers and marginal values", async () => {
    const items = [
      "with.pool.feesEthPerDay > 0.001",
      "difference(with,without).pool.feesEthPerDay < 0 with 95%",
      "with.worker.slow.picks >= 2",
      "with.worker.slow.marginalValue < 0 with 95%",
      "with.worker.good-1.segments < 0",
      "with.pool.feesEthPerDay > 1",
    ];
    const { result } = await run(expecting(...items), { sensitivity: "short" });
    expect(result.expectations.map(({ passed }) => passed)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(result.expectations[4]?.actual).toBe("no value");
    expect(result.expectations[5]?.actual).toMatch(
      /^0\.00\d+ \(95 %: 0\.00\d+ … 0\.00\d+, n = 4\)$/,
    );
  });

  it("have their marginal values without a sensitivity block, and only those", async () => {
    const kinds = Array.from(
      { length: 8 },
      (_, index) => `  - { name: kind${index}, roundTripMs: 400, maxSessions: 10 }`,
    );
    const items = ["with.worker.kind7.marginalValue > 0", "with.worker.slow.marginalValue < 0"];
    const text = expecting(...items).replace("variants:", `${kinds.join("\n")}\nvariants:`);
    for (const sensitivity of ["off", "short"] as const) {
      const { result } = await run(text, { sensitivity });
      expect(result.expectations.map(({ actual }) => actual)).not.toContain("no value");
      const found = result.variants[1]?.workers.filter(({ metrics }) => metrics["marginalValue"]);
      expect(found?.map(({ name }) => name)).toEqual(
        sensitivity === "off"
          ? ["slow", "kind7"]
          : ["good-1", "good-2", "slow", "kind0", "kind1", "kind2", "kind3", "kind7"],
      );
      const omitted = result.notes.filter((note) => note.startsWith("marginal values of"));
      expect(omitted).toHaveLength(sensitivity === "off" ? 0 : 1);
    }
  });

  it("with 95% fail where one replication has no interval", async () => {
    const items = ["with.pool.feesEthPerDay > 0", "with.pool.feesEthPerDay > 0 with 95%"];
    const { result } = await run(expecting(...items), { replications: 1 });
    expect(result.expectations.map(({ passed }) => passed)).toEqual([true, false]);
    expect(result.expectations[0]?.actual).toMatch(/\(one replication\)$/);
  });
});

describe("remarks", () => {
  it("name a conservation law that is broken, and where", async () => {
    const leaky: Simulate = (input, options) => ({
      ...fakeSimulate(input, options),
      conservation: [
        { name: "segments", left: 20, right: 20, holds: true },
        { name: "pixels", left: 5, right: 5 + options.replication, holds: options.replication < 2 },
      ],
    });
    const { result } = await run(noDecision, {}, leaky);
    expect(result.conservation).toEqual({ segments: true, pixels: false });
    expect(result.notes.join("\n")).toContain("conservation broken: pixels: 5 ≠ 7 (without");
  });

  it("report a trend that remains, and no other", async () => {
    const rising: Simulate = (input, options) => ({
      ...fakeSimulate(input, options),
      series: {
        segments: [100, 100, 100, 100],
        poolSegments: [4, 5, 7, 8 + options.replication * 0.1],
        poolLate: [1, 1, 1, 1],
      },
    });
    const { result } = await run(noDecision, {}, rising);
    expect(result.notes.filter((note) => note.includes("trend")).join("\n")).toMatch(
      /with: the pool's segment share changes by \+\d+ %/,
    );
    const { result: flat } = await run(noDecision);
    expect(flat.notes.filter((note) => note.includes("segment share"))).toEqual([]);
  });
});

describe("progress", () => {
  it("never runs ahead of its total and ends at it", async () => {
    const seen: Progress[] = [];
    const { calls } = await run(POOL, {
      sensitivity: "short",
      onProgress: (now) => seen.push(now),
    });
    expect(seen.map(({ done }) => done)).toEqual(calls.map((_, index) => index + 1));
    expect(seen.every(({ done, total }) => done <= total)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ done: calls.length, total: calls.length });
    expect(new Set(seen.map(({ label }) => label))).toContain("marginal value of good");
  });
});

describe("what comes out", () => {
  it("does not depend on the order in which replications end", async () => {
    const yaml = POOL.replace(
      "replications: 4",
      "replications: { pilot: 3, max: 12, halfWidth: 0.00001 }",
    );
    const inOrder = await run(yaml, { sensitivity: "short" });
    const { executor: inline } = fakeExecutor();
    let asked = 0;
    const jumbled: Executor = {
      run: async (input, replication) => {
        const { k0, k1 } = makeKey(7);
        const turns = Math.floor(20 * uniform(k0, k1, asked++));
        const result = await inline.run(input, replication);
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        return result;
      },
      close: inline.close,
    };
    const result = await experimentWith(loadText(yaml), jumbled, { sensitivity: "short" });
    expect(JSON.stringify(result)).toBe(JSON.stringify(inOrder.result));
  });

  it("depends on the seed that is asked for", async () => {
    const first = await run(noDecision, { seed: 5 });
    const again = await run(noDecision, { seed: 5 });
    const other = await run(noDecision, { seed: 6 });
    expect(first.result.seed).toBe(5);
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(first.result));
    expect(JSON.stringify(other.result)).not.toBe(JSON.stringify(first.result));
  });
});

describe("bad input", () => {
  it.each([
    [{ replications: 0 }, /replications: found 0/],
    [{ replications: 10_001 }, /from 1 to 10000/],
    [{ replications: 1.5 }, /whole number/],
    [{ seed: -1 }, /seed: found -1/],
  ])("%j is refused", async (options, message) => {
    const promise = run(POOL, options);
    await expect(promise).rejects.toThrow(message);
    await expect(promise).rejects.toBeInstanceOf(InputError);
  });

  it("more than 100 variants are refused", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `  v${index}: {}`).join("\n");
    const yaml = `${noDecision.slice(0, noDecision.indexOf("variants:"))}variants:\n${names}\n`;
    await expect(run(yaml)).rejects.toThrow(
      /variants: found a mapping, expected at most 100 variants/,
    );
  });

  it("of the simulator comes out as it is, and ends the experiment", async () => {
    const broken: Simulate = () => {
      throw new InputError("network.csv:3:1: no", { code: "DATA_FILE_INVALID" });
    };
    const promise = run(POOL, { sensitivity: "short" }, broken);
    await expect(promise).rejects.toMatchObject({ code: "DATA_FILE_INVALID" });
  });
});

describe("stopping", () => {
  it("rejects with the signal's reason, and runs nothing more", async () => {
    const controller = new AbortController();
    const { executor, calls } = fakeExecutor();
    const reason = new Error("enough");
    let done = 0;
    const promise = experimentWith(loadText(POOL), executor, {
      signal: controller.signal,
      onProgress: (progress) => {
        done = progress.done;
        if (done === 3) controller.abort(reason);
      },
    });
    await expect(promise).rejects.toBe(reason);
    const asked = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(3);
    expect(calls).toHaveLength(asked);
  });

  it("gives what all variants have finished where it is asked to, marked partial", async () => {
    const controller = new AbortController();
    const { executor } = fakeExecutor();
    const result = await experimentWith(
      loadText(`${POOL}expect: ["with.pool.feesEthPerDay > 1"]\n`),
      executor,
      {
        signal: controller.signal,
        partial: true,
        replications: 20,
        onProgress: ({ done }) => {
          if (done === 7) controller.abort(new Error("stopped"));
        },
      },
    );
    expect(result).toMatchObject({
      partial: true,
      replications: 3,
      question: { baseline: "without", candidate: "with" },
      verdict: null,
      sensitivity: [],
      expectations: [],
    });
    expect(result.notes[0]).toMatch(
      /^partial: stopped early, with 3 replications of each variant; /,
    );
    const whole = await run(POOL, { replications: 3, sensitivity: "off" });
    expect(whole.result.partial).toBe(false);
    const figures = (of: typeof result) => of.variants.map(({ metrics }) => metrics);
    expect(figures(result)).toEqual(figures(whole.result));
    expect(result.comparisons).toEqual(whole.result.comparisons);
  });

  it("rejects all the same before every variant has finished one", async () => {
    const controller = new AbortController();
    const { executor } = fakeExecutor();
    const reason = new Error("too soon");
    const promise = experimentWith(loadText(POOL), executor, {
      signal: controller.signal,
      partial: true,
      onProgress: () => controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
  });

  it.each([
    ["an experiment", experimentWith],
    ["advice", adviseWith],
    ["a sweep", sweepWith],
  ] as const)("%s rejects at once, whatever time threads take to end", async (_, ask) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { executor } = fakeExecutor();
    const stuck = { ...executor, close: () => new Promise<void>(() => {}) };
    const promise = ask(loadText(POOL), stuck, {
      signal: controller.signal,
      vary: [parseVary("orchestrator.maxSessions=10,20")],
      onProgress: () => controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
  });

  it("before the start runs nothing", async () => {
    const { executor, calls } = fakeExecutor();
    const signal = AbortSignal.abort(new Error("not even begun"));
    await expect(experimentWith(loadText(POOL), executor, { signal })).rejects.toThrow("begun");
    expect(calls).toEqual([]);
  });
});
