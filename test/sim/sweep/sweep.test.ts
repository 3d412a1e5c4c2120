/** Sweeps of pools whose best threshold is known: what is found, at what cost, and always the same. */
import { describe, expect, it } from "vitest";
import { SWEEP_CHECKS } from "../../../scripts/sweep-checks.js";
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { inputText } from "../../../src/sim/experiment/unit.js";
import { renderSweep } from "../../../src/sim/report/sweep.js";
import { parseVary } from "../../../src/sim/sweep/axes.js";
import { type SweepOptions, sweepWith } from "../../../src/sim/sweep/sweep.js";
import { fakeExecutor, loadText, noiseOf } from "../../support/sim/fake-simulate.js";
import { fakeThreshold, thresholdPool } from "../../support/sim/fake-threshold.js";

const LIMIT = "orchestrator.admission.benchmark.limitMs";
const LIMITS = `${LIMIT}=300:1800:100`;

async function swept(
  texts: readonly string[] = [LIMITS],
  options: SweepOptions & { readonly signal?: AbortSignal } = {},
  { more = "", simulate = fakeThreshold }: { more?: string; simulate?: Simulate } = {},
) {
  const { executor, calls } = fakeExecutor(options.seed, simulate);
  const vary = texts.map(parseVary);
  const result = await sweepWith(loadText(thresholdPool(more)), executor, { ...options, vary });
  return { result, calls };
}

describe("a sweep", () => {
  it("finds the thresholds that are as good as the best, and what they bring", async () => {
    const { result } = await swept();
    const [slice] = result.slices;
    expect(result.slices).toHaveLength(1);
    // Four good ones: 4 parts; as it is two slow ones leave one of them.
    expect(slice?.asGood).toEqual(["limitMs 700", "limitMs 800", "limitMs 900", "limitMs 1,000"]);
    expect(slice?.best).toBe("limitMs 700");
    expect(slice?.isDecided).toBe(true);
    expect(result.replications).toBe(16);
    const best = slice?.points.find(({ label }) => label === "limitMs 700");
    expect(best?.admitted).toEqual({ workers: 4, of: 6, sessions: 8, offered: 12 });
    expect(slice?.bestAdmissions.map(({ sessions }) => sessions)).toEqual([2, 2, 2, 2, 0, 0]);
    const worse = slice?.points.find(({ label }) => label === "limitMs 600");
    // Three parts instead of four.
    expect(worse?.standing).toBe("worse");
    expect(worse?.dropped).toMatchObject({ replications: 16, by: "limitMs 700" });
    expect(worse?.behindBest?.mean).toBeCloseTo(-0.25, 1);
  });

  it("says where the best value is the last one that was tried, unless going on changes nothing", async () => {
    const edges = async (...texts: readonly string[]) => {
      const { notes } = (await swept(texts, { replications: 16 })).result;
      return notes.filter((note) => note.includes("was tried"));
    };
    const more = "the best limitMs is the largest that was tried, 500: a larger one may be better";
    const less =
      "the best limitMs is the smallest that was tried, 1,000: a smaller one may be better";
    expect(await edges(`${LIMIT}=300:500:100`)).toEqual([more]);
    expect(await edges(`${LIMIT}=1000,1100,1700`)).toEqual([less]);
    // From 700 to 1,000 all are the same, and so on.
    expect(await edges(`${LIMIT}=600:800:100`)).toEqual([]);
    expect(await edges(`${LIMIT}=600,700,1100`)).toEqual([]);
    const two = await edges(`${LIMIT}=300:500:100`, "demand.concurrentStreams=30,60");
    expect(two).toEqual([30, 60].map((streams) => `with concurrentStreams ${streams}: ${more}`));
    expect(await edges("orchestrator.admission.exclude=[],[w400]")).toEqual([]);
  });

  it("compares no prices that no gateway looks at, by what they bring in", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakeThreshold(input, options);
      const price = Number(input.scenario.orchestrator?.pricePerUnit?.split("/")[0] ?? 100);
      const net = 0.00001 * price * noiseOf(options.seed, options.replication);
      return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
    };
    const price = "orchestrator.pricePerUnit=100,200,300";
    const { result } = await swept([price], {}, { simulate });
    const [slice] = result.slices;
    expect(slice).toMatchObject({ best: null, asGood: [], problem: "price", bestAdmissions: [] });
    expect(slice?.points.map(({ change, standing }) => [change, standing])).toEqual(
      Array(3).fill([null, "not told apart"]),
    );
    expect(result.notes[0]).toMatch(/^no gateway looks at prices/);
    const text = renderSweep(result, { width: 300 });
    expect(text).toContain("no pricePerUnit can be chosen: no gateway looks at prices");
    expect(text).not.toMatch(/as settings|constraint|each case|told apart yet/i);
    const vary = [price, "gateway.maxPricePerUnit=0,1000"];
    const { result: two } = await swept(vary, {}, { simulate });
    expect(two.slices.map(({ problem, best }) => problem ?? best)).toEqual([
      "price",
      "pricePerUnit 300",
    ]);
    expect(two.notes[0]).toContain("with maxPricePerUnit 0: no gateway looks at prices");
    expect(renderSweep(two, { width: 300 })).toContain("(maxPricePerUnit 0: none and");
    const share = { objective: "pool.segments" };
    expect((await swept([price], share, { simulate })).result.slices[0]?.problem).toBeUndefined();
  });

  it("says where nothing that was tried makes a difference", async () => {
    const same = await swept(["gateway.maxPricePerUnit=500,1000"]);
    const text = renderSweep(same.result, { width: 300 });
    expect(text).toContain("maxPricePerUnit makes no difference: all values gave the very same");
    expect(text).not.toContain("As settings");
    const other = await swept([`${LIMIT}=800,900`]);
    expect(renderSweep(other.result, { width: 300 })).toContain("set limitMs 800 (as good:");
  });

  it("names the variant that it is about, and sets what it advises in that", async () => {
    const more = `variants: { one: {}, two: { ${LIMIT}: 500 } }
decision: { baseline: one, candidate: two }`;
    const text = renderSweep((await swept([`${LIMIT}=600,700`], {}, { more })).result, {
      width: 300,
    });
    expect(text).toContain("Compared with variant two as it is");
    expect(text).toContain(`As settings: --set variants.two.${LIMIT}=700`);
    const least = renderSweep((await swept([`${LIMIT}=400,450`], {}, { more })).result);
    expect(least).toContain("leave limitMs as it is in two");
  });

  it("takes points that admit the same as one, and runs them once", async () => {
    const { result, calls } = await swept();
    const points = result.slices[0]?.points ?? [];
    const same = Object.fromEntries(points.map(({ label, sameAs }) => [label, sameAs]));
    expect(same).toMatchObject({
      "limitMs 700": null,
      "limitMs 800": "limitMs 700",
      "limitMs 1,000": "limitMs 700",
      "limitMs 1,100": null,
      "limitMs 1,600": "limitMs 1,100",
    });
    const whole = calls.filter(({ input }) => input.scenario.duration > 1);
    // 300, 400, 500, 600, 700, 1100, 1700, and the pool as it is; 16 replications of each.
    expect(new Set(whole.map(({ input }) => inputText(input))).size).toBe(8);
    expect(whole).toHaveLength(8 * 16);
  });

  it("finds the best for each of the circumstances, and what is good in all", async () => {
    const { result } = await swept([LIMITS, "demand.concurrentStreams=30,60,120"]);
    expect(result.slices.map(({ label }) => label)).toEqual([
      "concurrentStreams 30",
      "concurrentStreams 60",
      "concurrentStreams 120",
    ]);
    const [, , crowded] = result.slices;
    // Where the others are full, that of 1,050 ms brings something too.
    expect(crowded?.asGood[0]).toBe("limitMs 1,100");
    expect(crowded?.asGood.at(-1)).toBe("limitMs 1,600");
    expect(result.goodEverywhere).toEqual([]);
    const { result: other } = await swept([LIMITS, "demand.concurrentStreams=30,60"]);
    expect(other.goodEverywhere).toContain("limitMs 700");
  });

  it("varies as the file says, with several choices, and against the file's own variant", async () => {
    const more = `sweep:
  vary: { ${LIMIT}: "600:700:100", orchestrator.maxSessions: [10, auto] }
  margin: 0.1`;
    const { result } = await swept([], {}, { more });
    expect(result.slices[0]?.points.map(({ label }) => label)).toEqual([
      "limitMs 600, maxSessions 10",
      "limitMs 600, maxSessions auto",
      "limitMs 700, maxSessions 10",
      "limitMs 700, maxSessions auto",
    ]);
    expect(result.margin).toEqual({ relative: 0.1, absolute: null });
    expect(result.slices[0]?.points[1]?.sameAs).toBe("limitMs 600, maxSessions 10");
  });

  it("drops nobody where all are alike, and goes on no longer than it must", async () => {
    const { result } = await swept(["orchestrator.maxSessions=8,9,10"]);
    expect(result.slices[0]?.asGood).toHaveLength(3);
    expect(result.slices[0]?.points.map(({ sameAs }) => sameAs)).toEqual([
      null,
      "maxSessions 8",
      "maxSessions 8",
    ]);
    expect(result.replications).toBe(16);
  });

  it("drops a point that has next to nothing, of which no ratio has bounds", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakeThreshold(input, options);
      const { limitMs = 0 } = input.scenario.orchestrator?.admission.benchmark ?? {};
      if (limitMs !== 300) return result;
      // Somebody is admitted in one replication of sixteen.
      const net = options.replication === 3 ? 0.0003 : 0;
      return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
    };
    const { result } = await swept([`${LIMIT}=300,700`], {}, { simulate });
    expect(result.slices[0]?.points[0]?.standing).toBe("worse");
    expect(result.slices[0]?.asGood).toEqual(["limitMs 700"]);
  });

  it("leaves out what breaks a constraint, however much it brings", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakeThreshold(input, options);
      const { limitMs = 0 } = input.scenario.orchestrator?.admission.benchmark ?? {};
      const late = limitMs === 700 ? 0.03 : 0.01;
      const wave = 0.0001 * ((options.replication * 7) % 5);
      return { ...result, metrics: { ...result.metrics, "pool.lateShare": late + wave } };
    };
    const { result } = await swept([`${LIMIT}=500,600,700`], {}, { simulate });
    const [slice] = result.slices;
    expect(slice?.points.at(-1)?.standing).toBe("constraint broken");
    expect(slice?.points.at(-1)?.dropped?.constraint).toBe("pool.lateShare");
    expect(slice?.asGood).toEqual(["limitMs 600"]);
  });

  it("says so where nothing can be compared, and does not go on for ever", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakeThreshold(input, options);
      const metrics = { "pool.sessions": 0, "pool.operatorNetPerDay": 0 };
      return { ...result, metrics, workers: [options.replication, input].map(String) };
    };
    const { result } = await swept([`${LIMIT}=500,600`], {}, { simulate });
    expect(result.replications).toBeLessThan(40);
    const different: Simulate = (input, options) => {
      const { limitMs = 0 } = input.scenario.orchestrator?.admission.benchmark ?? {};
      const result = simulate(input, options);
      return { ...result, metrics: { ...result.metrics, "pool.segments": limitMs } };
    };
    const { result: other } = await swept([`${LIMIT}=500,600`], {}, { simulate: different });
    expect(other.replications).toBeLessThan(40);
    expect(other.notes.join()).toContain("nothing can be compared");
  });

  it("compares fees where the operator loses on each segment", async () => {
    const more = "";
    const { executor } = fakeExecutor(1, fakeThreshold);
    const yaml = thresholdPool(more).replace(
      "stakeShare: 0.05",
      'stakeShare: 0.05, economics: { commission: "0", feeShare: "1/20" }',
    );
    const result = await sweepWith(loadText(yaml), executor, { vary: [parseVary(LIMITS)] });
    expect(result.objective).toBe("pool.feesEthPerDay");
    expect(result.notes.join()).toContain("the operator loses on each segment");
    expect(result.slices[0]?.best).toBe("limitMs 700");
  });
});

describe("the same bytes", () => {
  const noisy: Simulate = (input, options) => {
    const result = fakeThreshold(input, options);
    const { limitMs = 0 } = input.scenario.orchestrator?.admission.benchmark ?? {};
    const { k0, k1 } = makeKey(7, options.replication, limitMs);
    const luck = 0.12 * normalQuantile(uniform(k0, k1, 0));
    const net = (result.metrics["pool.operatorNetPerDay"] ?? 0) * (1 + luck);
    return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
  };

  it("come of the number of replications by name, wherever the time was over", async () => {
    const counts = new Set<number>();
    for (const calls of [1, 500, 800]) {
      const controller = new AbortController();
      let count = 0;
      const counting: Simulate = (input, options) => {
        count += 1;
        if (count === calls) controller.abort();
        return noisy(input, options);
      };
      const options = { enough: controller.signal };
      const { result } = await swept([LIMITS], options, { simulate: counting });
      const { replications } = result;
      counts.add(replications);
      const again = await swept([LIMITS], { replications }, { simulate: noisy });
      expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
    }
    expect(counts.size).toBeGreaterThan(1);
  });

  it("a number between two looks is that of the look before", async () => {
    const { result } = await swept([LIMITS], { replications: 17 }, { simulate: noisy });
    expect(result.replications).toBe(16);
  });
});

describe("what is refused", () => {
  it.each([
    [[], {}, "nothing is varied"],
    [["orchestrator.admision.x=1,2"], {}, "admision"],
    [[`${LIMIT}=-5,5`], {}, "limitMs"],
    [["demand.concurrentStreams=30,9000000"], {}, "streams at a time, expected at most"],
    [["workers.nobody.maxSessions=1,2"], {}, 'called "nobody"'],
    [[LIMITS], { margin: 0 }, "margin: found 0"],
    [[LIMITS], { replications: 15 }, "replications: found 15"],
    [[LIMITS], { replications: 193 }, "replications: found 193"],
    [[LIMITS], { variant: "none" }, 'none called "none"'],
    [[LIMITS], { objective: "pool.lateShare" }, "objective: harm may bring more"],
  ] as const)("%o %o", async (texts, options, text) => {
    const { executor, calls } = fakeExecutor(1, fakeThreshold);
    const run = async () =>
      sweepWith(loadText(thresholdPool()), executor, { ...options, vary: texts.map(parseVary) });
    await expect(run()).rejects.toThrow(text);
    // Nothing has run by then.
    expect(calls).toHaveLength(0);
  });

  it.each([
    ['vary: { a.b: "1:9:0" }', "sweep.vary: a.b: found a step of 0"],
    ["vary: { a.b: [1] }", "sweep.vary"],
    ["vary: { seed: [1, 2] }", "expected a setting that variants may change"],
    ["vary: {}", "nothing is varied"],
    ["vary: { a.b: [1, 2] }, objective: pool.nonsense", "sweep.objective"],
  ])("sweep: { %s }, when the file is read", (block, text) => {
    expect(() => loadText(thresholdPool(`sweep: { ${block} }`))).toThrow(text);
  });

  it("a signal that has aborted", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(swept([LIMITS], { signal })).rejects.toThrow("stop");
  });
});

describe("the report", () => {
  it("begins with the best, within 80 columns and 40 lines", async () => {
    const { result } = await swept();
    const text = renderSweep(result, { width: 80 });
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toContain("700 … 1,000");
    expect(text).toContain("4 of 6");
    const several = await swept([LIMITS, "demand.concurrentStreams=30,60,120"]);
    const summary = renderSweep(several.result, { width: 80 });
    expect(summary.split("\n").length).toBeLessThanOrEqual(40);
    expect(summary).toContain("concurrentStreams 120");
    expect(summary.replaceAll(/\s+/g, " ")).toContain("is not the same in each case");
    const details = renderSweep(several.result, { hasDetails: true });
    expect(details.split("\n").length).toBeGreaterThan(40);
  });
});

describe("made-up points (npm run test:statistics has more)", () => {
  it.each(SWEEP_CHECKS)("$name", async ({ run }) => {
    const { passed, text } = await run(200);
    expect(passed, text).toBe(true);
  });
});
