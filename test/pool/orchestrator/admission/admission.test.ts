import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../../../src/core/random.js";
import { judgeBenchmark } from "../../../../src/pool/orchestrator/admission/benchmark.js";
import {
  type BenchmarkRun,
  benchmarkFigures,
} from "../../../../src/pool/orchestrator/admission/benchmark-figures.js";
import { nearestRank } from "../../../../src/pool/orchestrator/admission/benchmark-quantiles.js";
import { createAdmission } from "../../../../src/pool/orchestrator/admission/create.js";
import type { AdmissionCandidate } from "../../../../src/pool/orchestrator/admission/policy.js";
import type { AdmissionConfig } from "../../../../src/pool/orchestrator/admission/schema.js";

const FRA = 0;
const NYC = 1;
const regions = { names: ["FRA", "NYC"], rttMs: [2, 80] };
const create = (config: AdmissionConfig) => createAdmission(config, regions);

function candidate(name: string, part: Partial<AdmissionCandidate> = {}): AdmissionCandidate {
  return { worker: 0, name, maxSessions: 5, benchmark: null, ...part };
}

/** A run of 200 segments; the last `slow` of them take `slowMs` to transcode. */
function run(sessions: number, transcodeMs: number, slow = 0, slowMs = transcodeMs): BenchmarkRun {
  const segments = Array.from({ length: 200 }, (_, n) => ({
    cold: n < sessions,
    downloadMs: 100,
    transcodeMs: n >= 200 - slow ? slowMs : transcodeMs,
    uploadMs: 50,
  }));
  return { sessions, segments };
}
const figures = (...runs: BenchmarkRun[]) => benchmarkFigures({ runs, latenciesMs: [10, 20, 30] });

describe("none and list", () => {
  it("none admits everyone with the sessions they offer", () => {
    const policy = create({});
    expect(policy.onRegister(candidate("a"), 0)).toMatchObject({ admitted: true, maxSessions: 5 });
    expect(policy.mayServe(0, FRA, 0)).toBe(true);
    expect(policy.tier(0, 0)).toBe(0);
  });

  it("list excludes by name or kind, and admits nobody else when it includes", () => {
    const says = (config: AdmissionConfig, name: string, kind?: string) =>
      create(config).onRegister(candidate(name, { kind }), 0).admitted;
    expect(says({ exclude: ["slow"] }, "slow")).toBe(false);
    expect(says({ exclude: ["slow"] }, "slow-2", "slow")).toBe(false);
    expect(says({ exclude: ["slow"] }, "good")).toBe(true);
    expect(says({ include: ["good"] }, "good-1", "good")).toBe(true);
    expect(says({ include: ["good"] }, "other")).toBe(false);
    expect(says({ include: ["good"], exclude: ["good"] }, "good")).toBe(false);
  });

  it("sessionCap caps, a worker's own entry before its kind's; 0 refuses", () => {
    const policy = create({ sessionCap: { gpu: 3, "gpu-2": 1, off: 0 } });
    const cap = (name: string, kind?: string) =>
      policy.onRegister(candidate(name, { kind }), 0).maxSessions;
    expect([cap("gpu-1", "gpu"), cap("gpu-2", "gpu"), cap("else"), cap("off")]).toEqual([
      3, 1, 5, 0,
    ]);
    expect(policy.onRegister(candidate("off"), 0).admitted).toBe(false);
  });
});

describe("benchmark", () => {
  it("takes quantiles by nearest rank", () => {
    const values = Float64Array.from({ length: 200 }, (_, n) => n + 1);
    expect([0.5, 0.99, 1].map((q) => nearestRank(values, q))).toEqual([100, 198, 200]);
    expect(nearestRank(new Float64Array(0), 0.5)).toBeNaN();
  });

  it("reports transcoding, latency, download and upload apart", () => {
    const { steps, latency } = figures(run(2, 400), run(1, 250));
    expect(steps.map(({ sessions }) => sessions)).toEqual([1, 2]);
    expect(steps[0]).toMatchObject({
      segments: 200,
      download: { p50Ms: 100, p99Ms: 100 },
      transcode: { p50Ms: 250, p99Ms: 250 },
      upload: { p50Ms: 50, p99Ms: 50 },
      warm: { p99Ms: 400 },
      cold: { p99Ms: 400 },
    });
    expect(latency).toEqual({ p50Ms: 20, p99Ms: 30 });
  });

  it("admits with the largest number of sessions within the limit", () => {
    const measured = figures(run(1, 250), run(2, 400), run(3, 600), run(4, 700));
    expect(judgeBenchmark(measured, { limitMs: 800 }, 10)).toEqual({
      admitted: true,
      maxSessions: 3,
      reason: "99th percentile 750 ms at 3 sessions, within the limit of 800 ms",
    });
    expect(judgeBenchmark(measured, { limitMs: 800 }, 2).maxSessions).toBe(2);
  });

  it("refuses when no number of sessions is within it, and says which part takes long", () => {
    expect(judgeBenchmark(figures(run(1, 1200)), { limitMs: 800 }, 5)).toEqual({
      admitted: false,
      maxSessions: 0,
      reason:
        "99th percentile 1350 ms at 1 session, above the limit of 800 ms (download 100 ms, transcode 1200 ms, upload 50 ms)",
    });
  });

  it("never says that a figure is above the limit that it reads like", () => {
    const reason = (ms: number) => judgeBenchmark(figures(run(1, ms)), { limitMs: 1000 }, 5).reason;
    expect(reason(850.3)).toMatch(/^99th percentile 1000\.3 ms at 1 session, above the limit/);
    expect(reason(850)).toMatch(/^99th percentile 1000 ms at 1 session, within the limit/);
  });

  it("judges the tail: 1 in 100 may be late, 2 may not", () => {
    const admits = (slow: number) =>
      judgeBenchmark(figures(run(1, 250, slow, 5000)), { limitMs: 800 }, 5).admitted;
    expect([admits(1), admits(4)]).toEqual([true, false]);
  });

  it("judges cold segments for themselves: a session's first is lost as any other", () => {
    const warm = Array.from({ length: 399 }, () => segment(false, 100));
    const slowStart = { sessions: 1, segments: [segment(true, 900), ...warm] };
    expect(judgeBenchmark(figures(slowStart), { limitMs: 800 }, 5).admitted).toBe(false);
  });

  it("asks how sure few segments are, not how many", () => {
    const noisy = (sessions: number, count: number, ms: number, spread: number) => ({
      sessions,
      segments: Array.from({ length: count }, (_, n) =>
        segment(false, ms * Math.exp(spread * normalQuantile((n + 0.5) / count))),
      ),
    });
    const thirty = figures(noisy(1, 30, 400, 0.1));
    expect(judgeBenchmark(thirty, { limitMs: 600 }, 5)).toEqual({
      admitted: true,
      maxSessions: 1,
      reason:
        "99th percentile 504 ms at 1 session (470 to 541 ms with 95 %, from 30 segments), within the limit of 600 ms",
    });
    expect(judgeBenchmark(thirty, { limitMs: 480 }, 5).reason).toMatch(/above the limit/);
    // Between the likeliest percentile and its upper end of 95 %.
    expect(judgeBenchmark(thirty, { limitMs: 510 }, 5).admitted).toBe(true);
    const sure = judgeBenchmark(thirty, { limitMs: 510, confidence: 0.95 }, 5);
    expect(sure.reason).toMatch(
      /^99th percentile 504 ms .*, not within the limit of 510 ms with a confidence of 95 % \(/,
    );
    expect(judgeBenchmark(thirty, { limitMs: 550, confidence: 0.95 }, 5).reason).toMatch(
      /within the limit of 550 ms with a confidence of 95 %$/,
    );
    // The spread is that of all segments: ten at two sessions and thirty at one.
    const both = judgeBenchmark(
      figures(noisy(1, 30, 400, 0.1), noisy(2, 10, 440, 0.1)),
      { limitMs: 600 },
      5,
    );
    expect(both.maxSessions).toBe(2);
  });

  it("names what it does not use, and needs a benchmark at all", () => {
    const one = { sessions: 3, segments: [segment(false, 250)] };
    const wild = [100, 1000, 300].map((ms) => segment(false, ms));
    expect(judgeBenchmark(figures(one), { limitMs: 800 }, 5).reason).toBe(
      "the benchmark says too little at every number of sessions; not used: 3 sessions (1 segment: anything is possible)",
    );
    const some = [run(1, 250), { sessions: 2, segments: wild }];
    const { reason, maxSessions } = judgeBenchmark(figures(...some), { limitMs: 800 }, 5);
    expect(maxSessions).toBe(1);
    expect(reason).toMatch(/not used: 2 sessions \(3 segments: \d+ ms to \d+ ms\)$/);
    const failed = { sessions: 2, segments: [segment(false, 250), segment(false, Infinity)] };
    expect(judgeBenchmark(figures(failed), { limitMs: 800 }, 5).reason).toMatch(/never/);
    const policy = create({ benchmark: { limitMs: 800 } });
    expect(policy.onRegister(candidate("a"), 0).reason).toMatch(/no benchmark/);
    const benchmark = figures(run(1, 250));
    expect(policy.onRegister(candidate("a", { benchmark }), 0).maxSessions).toBe(1);
  });

  it("a failed segment is one that never came", () => {
    const failed = judgeBenchmark(figures(run(1, 250, 5, Infinity)), { limitMs: 800 }, 5);
    expect(failed.reason).toMatch(/99th percentile never/);
  });
});

function segment(cold: boolean, transcodeMs: number) {
  return { cold, transcodeMs, downloadMs: 0, uploadMs: 0 };
}

describe("tier", () => {
  it("makes a spare of who is slow in the benchmark, or later in life", () => {
    const policy = create({ tier: { slowMs: 800 } });
    policy.onRegister(candidate("a", { benchmark: figures(run(1, 1000)) }), 0);
    expect(policy.tier(0, 0)).toBe(1);
    policy.onRegister(candidate("b", { worker: 1 }), 0);
    expect(policy.tier(1, 0)).toBe(0);
    for (let n = 0; n < 20; n++) policy.onSegment(1, FRA, 1200, n);
    expect(policy.tier(1, 0)).toBe(1);
    for (let n = 0; n < 30; n++) policy.onSegment(1, FRA, 300, n);
    expect(policy.tier(1, 0)).toBe(0);
  });
});

describe("tier with named spares", () => {
  it("makes spares of workers and kinds by name, however fast they are", () => {
    const policy = create({ tier: { spares: ["a", "old"] } });
    policy.onRegister(candidate("a"), 0);
    policy.onRegister(candidate("old-1", { worker: 1, kind: "old" }), 0);
    policy.onRegister(candidate("b", { worker: 2 }), 0);
    for (let n = 0; n < 30; n++)
      for (const worker of [0, 2]) policy.onSegment(worker, FRA, 5000, n);
    expect([0, 1, 2].map((worker) => policy.tier(worker, 0))).toEqual([1, 1, 0]);
  });

  it("are spares beside those that are slow", () => {
    const policy = create({ tier: { slowMs: 800, spares: ["a"] } });
    policy.onRegister(candidate("a"), 0);
    policy.onRegister(candidate("b", { worker: 1, benchmark: figures(run(1, 1000)) }), 0);
    expect([policy.tier(0, 0), policy.tier(1, 0)]).toEqual([1, 1]);
  });
});

describe("rolling", () => {
  const rolling = { minSegments: 30, coolDown: 600_000 };
  const lose = (policy: ReturnType<typeof create>, atMs: number, region = FRA) =>
    policy.onSessionEnd(0, region, 2, "idle", atMs);
  const keep = (policy: ReturnType<typeof create>, atMs: number) =>
    policy.onSessionEnd(0, FRA, 500, "ended", atMs);

  it("benches when 2 of the last 3 sessions idled out early", () => {
    const policy = create({ rolling });
    lose(policy, 1000);
    keep(policy, 2000);
    expect(policy.mayServe(0, FRA, 2000)).toBe(true);
    lose(policy, 3000);
    expect(policy.mayServe(0, FRA, 3000)).toBe(false);
    expect(policy.mayServe(0, FRA, 602_999)).toBe(false);
    expect(policy.mayServe(0, FRA, 603_000)).toBe(true);
  });

  it("not for 1 of 3, nor for sessions that lasted or were ended by their owner", () => {
    const policy = create({ rolling });
    for (let n = 0; n < 9; n++) n % 3 === 0 ? lose(policy, n) : keep(policy, n);
    policy.onSessionEnd(0, FRA, 30, "idle", 10);
    policy.onSessionEnd(0, FRA, 3, "ended", 11);
    policy.onSessionEnd(0, FRA, 3, "ended", 12);
    expect(policy.mayServe(0, FRA, 13)).toBe(true);
  });

  it("comes back on probation: one lost session benches, twice as long", () => {
    const policy = create({ rolling });
    lose(policy, 0);
    lose(policy, 0);
    lose(policy, 700_000);
    expect(policy.mayServe(0, FRA, 700_000 + 1_199_999)).toBe(false);
    expect(policy.mayServe(0, FRA, 700_000 + 1_200_000)).toBe(true);
  });

  it("three kept sessions end the probation, and the cool-down starts over", () => {
    const policy = create({ rolling });
    lose(policy, 0);
    lose(policy, 0);
    for (let n = 0; n < 3; n++) keep(policy, 700_000);
    lose(policy, 700_001);
    expect(policy.mayServe(0, FRA, 700_001)).toBe(true);
    lose(policy, 700_002);
    expect(policy.mayServe(0, FRA, 700_002 + 600_000)).toBe(true);
  });

  it("forgets nothing when the worker registers again", () => {
    const policy = create({ rolling });
    lose(policy, 0);
    lose(policy, 0);
    policy.onDisconnect(0, "left", 1);
    expect(policy.onRegister(candidate("a"), 2).reason).toMatch(/benched/);
    expect(policy.mayServe(0, FRA, 2)).toBe(false);
  });

  it("counts only regions within their limit", () => {
    for (const regionLimitMs of [{ FRA: 50 }, { FRA: 50, NYC: 50 }]) {
      const policy = create({ rolling: { ...rolling, regionLimitMs } });
      for (let n = 0; n < 5; n++) lose(policy, n, NYC);
      expect(policy.mayServe(0, FRA, 10)).toBe(true);
      for (let n = 0; n < 2; n++) lose(policy, n + 10, FRA);
      expect(policy.mayServe(0, FRA, 20)).toBe(false);
    }
    expect(() => create({ rolling: { regionLimitMs: { XXX: 1 } } })).toThrow(/"XXX" is not/);
  });
});

describe("probation", () => {
  const probation = { limitMs: 800, segments: 30 };

  it("serves after 30 shadow segments within the limit", () => {
    const policy = create({ probation });
    policy.onRegister(candidate("a"), 0);
    for (let n = 0; n < 30; n++) {
      expect([policy.mayServe(0, FRA, n), policy.wantsShadow(0, n)]).toEqual([false, true]);
      policy.onShadow(0, 700, n);
    }
    expect([policy.mayServe(0, FRA, 30), policy.wantsShadow(0, 30)]).toEqual([true, false]);
    expect(policy.onRegister(candidate("a"), 31).reason).toMatch(/passed/);
  });

  it("does not serve after one that failed; a new trial comes with a new registration", () => {
    const policy = create({ probation });
    policy.onRegister(candidate("a"), 0);
    for (let n = 0; n < 30; n++) policy.onShadow(0, n === 7 ? Infinity : 700, n);
    expect([policy.mayServe(0, FRA, 30), policy.wantsShadow(0, 30)]).toEqual([false, false]);
    policy.onRegister(candidate("a"), 40);
    for (let n = 0; n < 30; n++) policy.onShadow(0, 700, n);
    expect(policy.mayServe(0, FRA, 80)).toBe(true);
  });
});

describe("perRegion", () => {
  const perRegion = { limitMs: { FRA: 1000, NYC: 600 } };

  it("serves only where the benchmark's tail fits", () => {
    const policy = create({ perRegion });
    const admit = (transcodeMs: number) =>
      policy.onRegister(candidate("a", { benchmark: figures(run(1, transcodeMs)) }), 0).admitted;
    expect(admit(650)).toBe(true);
    expect([policy.mayServe(0, FRA, 0), policy.mayServe(0, NYC, 0)]).toEqual([true, false]);
    expect(admit(2000)).toBe(false);
  });

  it("takes the tail of few segments from the spread of all, not from the slowest of them", () => {
    const spread = (sessions: number, count: number, ms: number) => ({
      sessions,
      segments: Array.from({ length: count }, (_, n) =>
        segment(false, ms * Math.exp(0.05 * normalQuantile((n + 0.5) / count))),
      ),
    });
    const benchmark = figures(spread(1, 400, 400), {
      sessions: 2,
      segments: [...spread(2, 28, 480).segments, segment(false, 605), segment(false, 605)],
    });
    const policy = create({ perRegion });
    policy.onRegister(candidate("a", { benchmark }), 0);
    expect(policy.mayServe(0, NYC, 0)).toBe(true);
  });

  it("learns the tail from live segments: more than 1 in 100 above the limit", () => {
    const policy = create({ perRegion });
    policy.onRegister(candidate("a"), 0);
    for (let n = 0; n < 200; n++) policy.onSegment(0, FRA, n % 50 === 0 ? 700 : 400, n);
    expect([policy.mayServe(0, FRA, 0), policy.mayServe(0, NYC, 0)]).toEqual([true, false]);
  });
});

describe("reconnectPenalty", () => {
  it("after a timeout: waits, then stands behind all others until a session went well", () => {
    const policy = create({ reconnectPenalty: { wait: 60_000 } });
    policy.onRegister(candidate("a"), 0);
    policy.onDisconnect(0, "timeout", 10_000);
    policy.onRegister(candidate("a"), 11_000);
    expect([policy.mayServe(0, FRA, 70_999), policy.mayServe(0, FRA, 71_000)]).toEqual([
      false,
      true,
    ]);
    expect(policy.tier(0, 71_000)).toBe(1);
    policy.onSessionEnd(0, FRA, 3, "idle", 100_000);
    expect(policy.tier(0, 100_000)).toBe(1);
    policy.onSessionEnd(0, FRA, 30, "ended", 200_000);
    expect(policy.tier(0, 200_000)).toBe(0);
  });

  it("leaving by itself costs nothing", () => {
    const policy = create({ reconnectPenalty: { wait: 60_000 } });
    policy.onRegister(candidate("a"), 0);
    policy.onDisconnect(0, "left", 10);
    policy.onRegister(candidate("a"), 20);
    expect([policy.mayServe(0, FRA, 20), policy.tier(0, 20)]).toEqual([true, 0]);
  });
});

describe("several at once", () => {
  const config: AdmissionConfig = {
    exclude: ["bad"],
    sessionCap: { a: 3 },
    benchmark: { limitMs: 800 },
    tier: { slowMs: 200 },
    probation: { limitMs: 800, segments: 1 },
  };

  it("must all admit; the least number of sessions counts; every reason is said", () => {
    const policy = create(config);
    const benchmark = figures(run(1, 250), run(2, 300), run(4, 500));
    expect(policy.policy).toBe("list+sessionCap+benchmark+probation+tier");
    const decision = policy.onRegister(candidate("a", { benchmark }), 0);
    expect(decision).toMatchObject({ admitted: true, maxSessions: 3 });
    expect(decision.reason).toMatch(/capped at 3.*650 ms at 4 sessions.*probation.*spare/);
    const refusal = policy.onRegister(candidate("bad", { worker: 1 }), 0);
    expect(refusal).toMatchObject({ admitted: false, maxSessions: 0 });
    expect(refusal.reason).toMatch(/excluded; no benchmark/);
  });

  it("passes every event on", () => {
    const policy = create({ ...config, rolling: {}, reconnectPenalty: { wait: 1000 } });
    policy.onRegister(candidate("a", { benchmark: figures(run(1, 250)) }), 0);
    expect([policy.mayServe(0, FRA, 0), policy.wantsShadow(0, 0), policy.tier(0, 0)]).toEqual([
      false,
      true,
      1,
    ]);
    policy.onShadow(0, 100, 0);
    expect(policy.mayServe(0, FRA, 1)).toBe(true);
    for (let n = 0; n < 20; n++) policy.onSegment(0, FRA, 100, n);
    expect(policy.tier(0, 1)).toBe(0);
    policy.onDisconnect(0, "timeout", 10);
    expect([policy.tier(0, 10), policy.mayServe(0, FRA, 10)]).toEqual([1, false]);
    for (let n = 0; n < 2; n++) policy.onSessionEnd(0, FRA, 1, "idle", 2000);
    expect(policy.mayServe(0, FRA, 3000)).toBe(false);
  });

  it("says whether it reads segments at all", () => {
    expect(create({ exclude: ["x"], sessionCap: {} }).readsSegments).toBe(false);
    expect(create({ exclude: ["x"], tier: { slowMs: 1 } }).readsSegments).toBe(true);
  });
});
