/** Advice on pools whose truth is known: what is said, and that it is always the same. */
import { describe, expect, it } from "vitest";
import { type AdviseOptions, adviseWith } from "../../../src/sim/advise/advise.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { renderAdvice } from "../../../src/sim/report/advice.js";
import { fakePool, poolOf } from "../../support/sim/fake-pool.js";
import { fakeExecutor, loadText } from "../../support/sim/fake-simulate.js";
import { fakeThreshold, thresholdPool } from "../../support/sim/fake-threshold.js";

const GOOD = ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6"];

async function advised(
  names: readonly string[],
  options: AdviseOptions & { readonly signal?: AbortSignal } = {},
  { more = "", simulate = fakePool }: { more?: string; simulate?: Simulate } = {},
) {
  const { executor, calls } = fakeExecutor(options.seed, simulate);
  const result = await adviseWith(loadText(poolOf(names, more)), executor, options);
  const words = Object.fromEntries(result.workers.map(({ name, advice }) => [name, advice]));
  return { result, calls, words };
}

function keepAll(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, "keep"]));
}

describe("advice", () => {
  it("says what to do with each worker, and what it brings", async () => {
    const { result, words } = await advised([...GOOD, "slow", "old", "home"]);
    expect(words).toEqual({ ...keepAll(GOOD), slow: "exclude", old: "spare", home: "cap" });
    const of = (name: string) => result.workers.find((worker) => worker.name === name);
    expect(of("home")?.action).toEqual({ kind: "cap", sessions: 2 });
    // Half of all streams are lost to it, so that without it there are twice as many.
    expect(of("slow")?.alone?.mean).toBeCloseTo(1, 1);
    expect(of("slow")?.alone?.n).toBe(result.freshReplications);
    expect(of("slow")?.why).toBe("loses 50 % of its streams: late segments");
    const { together } = result;
    expect(together?.decision).toBe("admit");
    expect(together?.actions).toHaveLength(3);
    // 1.1 ÷ (0.5 × 0.67 × 0.7) − 1
    expect(together?.change?.mean).toBeCloseTo(3.69, 0);
    expect(together?.leftOut).toEqual([]);
  });

  it("never keeps one that returns wrong results, however well it is paid", async () => {
    const cheats = (share: number) =>
      loadText(
        poolOf(GOOD).replace(/- \{ name: a-6,/, (text) => `${text} cheatProbability: ${share},`),
      );
    const { executor } = fakeExecutor(undefined, fakePool);
    const found = await adviseWith(cheats(0.2), executor, {});
    const said = found.workers.find(({ name }) => name === "a-6");
    expect(said).toMatchObject({ advice: "undecided", figures: { wrongShare: 0.2 } });
    expect(said?.why).toContain("20 % of its results are wrong");
    expect(renderAdvice(found)).toContain("mend or replace a-6");
    const few = await adviseWith(cheats(0.001), fakeExecutor(undefined, fakePool).executor, {});
    expect(few.workers.at(-1)?.advice).toBe("keep");
  });

  it("finds two that hide each other: without one of them alone nothing changes", async () => {
    const { words, result } = await advised([...GOOD, "slow-1", "slow-2"]);
    expect(words).toEqual({ ...keepAll(GOOD), "slow-1": "exclude", "slow-2": "exclude" });
    const alone = result.workers.find(({ name }) => name === "slow-1")?.alone;
    const only = await advised([...GOOD, "slow-1"], { margin: 0.5 });
    expect(only.words["slow-1"]).toBe("exclude");
    expect(only.result.workers.at(-1)?.why).not.toContain("others take its place");
    expect(alone?.mean).toBeCloseTo(0, 1);
    expect(result.workers.at(-1)?.why).toContain("others take its place");
    expect(result.together?.change?.mean).toBeCloseTo(1, 1);
  });

  it("keeps everyone where all are alike, whatever the seed", async () => {
    for (const seed of [1, 2, 3]) {
      const { words, result } = await advised([...GOOD, "b", "c"], { seed });
      expect(words).toEqual(keepAll([...GOOD, "b", "c"]));
      expect(result.together).toBeNull();
    }
  });

  it("finds many that hide each other, and never keeps those that lose nearly all", async () => {
    const bad = ["slow-1", "slow-2", "slow-3", "slow-4"];
    const { words } = await advised(["a-1", "a-2", ...bad]);
    expect(bad.map((name) => words[name])).toEqual(bad.map(() => "exclude"));
    const simulate: Simulate = (input, options) => {
      const result = fakePool(input, options);
      const none = result.workers.map((name) => [`worker.${name}.retention`, 0.02]);
      return { ...result, metrics: { ...result.metrics, ...Object.fromEntries(none) } };
    };
    const lost = await advised(["a-1", "a-2", "a-3"], {}, { simulate });
    expect(Object.values(lost.words)).toEqual(["undecided", "undecided", "undecided"]);
    expect(lost.result.workers[0]?.why).toContain("no other worker does better");
  });

  it("never keeps who does far worse than the others, however small a part of the pool it is", async () => {
    const { words, result } = await advised([...GOOD, "weak", "weak-null", "only"]);
    expect(words).toEqual({
      ...keepAll(GOOD),
      weak: "exclude",
      "weak-null": "exclude",
      only: "keep",
    });
    const why = (name: string) => result.workers.find((worker) => worker.name === name)?.why;
    expect(why("weak")).toBe(
      "loses 65 % of its streams: late segments; what you keep hardly depends on it",
    );
    expect(result.together?.actions.map(({ worker }) => worker)).toEqual(["weak", "weak-null"]);
    const same = await advised([...GOOD, "weak", "weak-null", "only"], {
      replications: result.replications,
    });
    expect(same.result).toEqual(result);
  });

  it("finds who hides behind the worst: it loses streams only when that is out", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakePool(input, options);
      const exclude = input.scenario.orchestrator?.admission.exclude ?? [];
      if (!exclude.includes("slow") || exclude.includes("b")) return result;
      const net = (result.metrics["pool.operatorNetPerDay"] ?? 0) * 0.5;
      const lost = { "pool.operatorNetPerDay": net, "worker.b.streamMinutesLost": 300 };
      return { ...result, metrics: { ...result.metrics, ...lost } };
    };
    const { words, result } = await advised([...GOOD, "b", "slow"], {}, { simulate });
    expect(words).toEqual({ ...keepAll(GOOD), b: "exclude", slow: "exclude" });
    expect(result.workers[0]?.askedWithout).toEqual(["slow", "b"]);
  });

  it("says nothing of a worker that nobody ever chose", async () => {
    const { result, words } = await advised([...GOOD, "never"]);
    expect(words["never"]).toBe("undecided");
    expect(result.workers.at(-1)?.why).toContain("hardly ever chosen");
    expect(renderAdvice(result)).toContain("not decided yet: never");
  });

  it("does not advise what harms at peak demand", async () => {
    const simulate: Simulate = (input, options) => {
      const result = fakePool(input, options);
      const { loadScale } = input.scenario.assumptions;
      const isOut = input.scenario.orchestrator?.admission.exclude.includes("slow") === true;
      const factor = loadScale > 1 && isOut ? 0.3 : 1;
      const net = (result.metrics["pool.operatorNetPerDay"] ?? 0) * factor;
      return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
    };
    const { words } = await advised([...GOOD, "slow"], {}, { simulate });
    expect(words["slow"]).not.toBe("exclude");
  });

  it("asks about some workers only when told to, and takes a kind for each of its workers", async () => {
    const { words } = await advised([...GOOD, "slow", "old"], { only: ["slow", "a-1"] });
    expect(words).toEqual({ "a-1": "keep", slow: "exclude" });
    const yaml = poolOf(GOOD).replace("{ name: a-6, ", "{ name: slow, count: 2, ");
    const { executor } = fakeExecutor(1, fakePool);
    const result = await adviseWith(loadText(yaml), executor, {});
    expect(result.workers.at(-1)).toMatchObject({
      name: "slow",
      workers: ["slow-1", "slow-2"],
      advice: "exclude",
    });
    expect(result.together?.actions.map(({ worker }) => worker)).toEqual(["slow-1", "slow-2"]);
  });

  it("is made on the candidate of the decision, with its settings", async () => {
    const more = `variants:
  without: { orchestrator.admission.exclude: [slow] }
  with: {}
decision: { baseline: without, candidate: with }`;
    const found = await advised([...GOOD, "slow"], {}, { more });
    expect(found.result.variant).toBe("with");
    expect(found.words["slow"]).toBe("exclude");
    const other = await advised([...GOOD, "slow"], { variant: "without" }, { more });
    expect(other.words).toEqual(keepAll(GOOD));
  });
});

describe("the rule", () => {
  const fakeRun = async (options: AdviseOptions = {}, simulate: Simulate = fakeThreshold) => {
    const { executor, calls } = fakeExecutor(options.seed, simulate);
    return { result: await adviseWith(loadText(thresholdPool()), executor, options), calls };
  };

  it("is the best of all kinds, with whom it admits, from replications that did not choose it", async () => {
    const { result, calls } = await fakeRun();
    const { best, tried } = result.rule ?? {};
    // Of those that admit the same, the middle one.
    expect(best).toMatchObject({ rule: "benchmark.limitMs", label: "benchmark limit 800 ms" });
    expect(best?.asGood).toEqual(["800", "1,000"].map((ms) => `benchmark limit ${ms} ms`));
    // Four parts instead of one.
    expect(best?.decision).toBe("admit");
    expect(best?.change?.mean).toBeCloseTo(3, 0);
    expect(best?.admits.map(({ most }) => most)).toEqual([2, 2, 2, 2, 0, 0]);
    expect(new Set(tried?.map(({ rule }) => rule))).toEqual(
      new Set(["benchmark.limitMs", "tier.slowMs", "rolling", "orchestrator.maxSessions"]),
    );
    const isRule = (call: (typeof calls)[number]) =>
      call.input.scenario.orchestrator?.admission.benchmark?.limitMs === 800;
    expect(calls.filter(isRule).some(({ replication }) => replication >= 3_000_000)).toBe(true);
    // That of 1,050 ms brings something at peak demand, so that nothing is advised on it alone.
    expect(result.together?.actions).toEqual([{ worker: "w1650", action: { kind: "exclude" } }]);
    expect(result.togetherOverRule?.change?.mean).toBeCloseTo(-0.5, 1);
    expect(renderAdvice(result, { width: 80 })).toContain("Rule: benchmark limit 800 ms");
  });

  it("is none where nothing gains, and is not looked for when it is not asked for", async () => {
    const { result } = await advised([...GOOD, "slow"]);
    expect(result.rule?.best).toBeNull();
    expect(result.togetherOverRule).toBeNull();
    expect(renderAdvice(result)).toContain("is shown to gain");
    for (const options of [{ rule: false }, { only: ["slow"] }]) {
      expect((await advised([...GOOD, "slow"], options)).result.rule).toBeNull();
    }
  });
});

describe("the same bytes", () => {
  const noisy: Simulate = (input, options) => {
    const result = fakePool(input, options);
    const exclude = input.scenario.orchestrator?.admission.exclude ?? [];
    const golden = (options.replication * 0.618034 + exclude.length * 0.37) % 1;
    const net = (result.metrics["pool.operatorNetPerDay"] ?? 0) * (1 + 0.25 * (golden - 0.5));
    return { ...result, metrics: { ...result.metrics, "pool.operatorNetPerDay": net } };
  };

  it("come of the number of replications by name, wherever the time was over", async () => {
    const names = [...GOOD, "slow", "old"];
    const whole = await advised(names, {}, { simulate: noisy });
    const counts = new Set<number>();
    for (const calls of [1, 90, 300, 360]) {
      const controller = new AbortController();
      let count = 0;
      const counting: Simulate = (input, options) => {
        count += 1;
        if (count === calls) controller.abort();
        return noisy(input, options);
      };
      const { result } = await advised(
        names,
        { enough: controller.signal },
        { simulate: counting },
      );
      const { replications } = result;
      counts.add(replications);
      const again = await advised(names, { replications }, { simulate: noisy });
      expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
    }
    expect(counts.size).toBeGreaterThan(1);
    const again = await advised(
      names,
      { replications: whole.result.replications },
      { simulate: noisy },
    );
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(whole.result));
  });

  it("never reports an action from the replications that chose it", async () => {
    const { calls, result } = await advised([...GOOD, "slow"]);
    const fresh = calls.filter(({ replication }) => replication >= 1_000_000);
    const numbers = new Set(fresh.map(({ replication }) => replication));
    expect(numbers.size).toBe(2 * result.freshReplications);
  });
});

describe("where the time is over before anything is judged", () => {
  it("says who loses most, advises nothing, and is the same as with 0 replications", async () => {
    let calls = 0;
    const controller = new AbortController();
    const simulate: Simulate = (input, options) => {
      calls += 1;
      if (calls === 100) controller.abort();
      return fakePool(input, options);
    };
    const names = [...GOOD, "slow", "old"];
    const deadline = controller.signal;
    const { result, words } = await advised(names, { deadline }, { simulate });
    expect(result.replications).toBe(0);
    expect(new Set(Object.values(words))).toEqual(new Set(["undecided"]));
    expect(result.together).toBeNull();
    const text = renderAdvice(result, { width: 80 });
    expect(text.replaceAll(/\s+/g, " ")).toMatch(
      /^fake \(8 workers, FRA, 5 % of stake\): not decided in this time; most is lost by slow \(50 % of its streams\) The time was over before/,
    );
    expect(text.split("\n").length).toBeLessThanOrEqual(40);
    const again = await advised(names, { replications: 0 });
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
  });
});

describe("where the time is over once those who lose most are judged", () => {
  it("advises on these, and is the same as asking about them only", async () => {
    const controller = new AbortController();
    let others = 0;
    const simulate: Simulate = (input, options) => {
      const { exclude = [] } = input.scenario.orchestrator?.admission ?? {};
      if (exclude.some((name) => name.startsWith("a-"))) {
        others += 1;
        controller.abort();
      }
      return fakePool(input, options);
    };
    const names = [...GOOD, "slow", "old"];
    const deadline = controller.signal;
    const { result, words } = await advised(names, { deadline }, { simulate });
    expect(words).toEqual({ slow: "exclude", old: "spare" });
    // What waited to be run for the others is not run.
    expect(others).toBeLessThan(5);
    expect(result.replications).toBe(16);
    expect(result.rule).toBeNull();
    expect(renderAdvice(result)).toContain("--only slow,old");
    const { only } = result.asked;
    const again = await advised(names, { only, replications: 16 });
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
  });

  it("finds the same as whoever has time, in whatever order", async () => {
    const names = [...GOOD, "slow", "old"];
    const whole = await advised(names);
    const some = await advised(names, { only: ["slow", "old"] });
    const of = (workers: typeof whole.result.workers) =>
      workers.filter(({ name }) => ["slow", "old"].includes(name));
    expect(of(some.result.workers).map(({ advice }) => advice)).toEqual(
      of(whole.result.workers).map(({ advice }) => advice),
    );
  });
});

describe("what is refused", () => {
  it.each([
    [{ margin: 0 }, "margin: found 0"],
    [{ margin: Number.NaN }, "margin: found NaN"],
    [{ confidence: 1 }, "confidence: found 1"],
    [{ replications: 15 }, "replications: found 15"],
    [{ replications: 41 }, "replications: found 41"],
    [{ seed: -1 }, "seed: found -1"],
    [{ variant: "none" }, 'none called "none"'],
    [{ objective: "pool.nonsense" }, "objective: "],
    [{ objective: "pool.lateShare" }, "objective: harm may bring more"],
    [{ objective: "worker.a-1.segments" }, "expected a metric of the pool"],
    [{ only: ["nobody"] }, 'no serving worker is called "nobody"'],
    [{ only: ["A-1"] }, 'no serving worker is called "A-1"; did you mean "a-1"?'],
  ])("%o", async (options, text) => {
    await expect(advised(GOOD, options)).rejects.toThrow(text);
  });

  it("a scenario without workers, and a signal that has aborted", async () => {
    const yaml = poolOf(GOOD)
      .replace(/workers:[\s\S]*$/, "")
      .replace("stakeShare: 0.05", "stakeShare: 0.05, backend: { type: device, device: t4 }");
    const { executor } = fakeExecutor(1, fakePool);
    await expect(adviseWith(loadText(yaml), executor, {})).rejects.toThrow("no pool with workers");
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(advised(GOOD, { signal })).rejects.toThrow("stop");
  });
});

describe("the report", () => {
  it("begins with what to do, within 80 columns and 40 lines", async () => {
    const { result } = await advised([...GOOD, "slow", "old", "home", "never"]);
    const text = renderAdvice(result, { width: 80 });
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toContain("cap at 2");
    expect(text).toContain("keep as spare");
    expect(text).toContain("a-1, a-2, a-3");
    expect(text).not.toContain("What was tried");
    const details = renderAdvice(result, { hasDetails: true });
    expect(details).toContain("What was tried");
    expect(details).toContain("cap at 4 sessions");
  });
});
