/** What is varied: how it is written, and what is refused. */
import { describe, expect, it } from "vitest";
import { axesOf, combinations, parseVary } from "../../../src/sim/sweep/axes.js";

const LIMIT = "orchestrator.admission.benchmark.limitMs";

describe("parseVary", () => {
  it("reads ranges, without the noise of adding up tenths", () => {
    const [axis] = axesOf([parseVary(`${LIMIT}=300:600:100`)]);
    expect(axis).toEqual({ path: LIMIT, role: "choice", values: [300, 400, 500, 600] });
    const [weight] = axesOf([parseVary("gateway.selectStakeWeight=0.1:0.7:0.1")]);
    expect(weight?.values).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    const [short] = axesOf([parseVary("orchestrator.maxSessions=10 : 25 : 10")]);
    expect(short?.values).toEqual([10, 20]);
  });

  it("reads lists of whatever YAML has, numbers ascending", () => {
    const values = (text: string) => axesOf([parseVary(text)])[0]?.values;
    expect(values("demand.concurrentStreams=60,30")).toEqual([30, 60]);
    expect(values("orchestrator.maxSessions=auto, 10")).toEqual(["auto", 10]);
    expect(values("stream.length={mean: 5m},{mean: 10m}")).toEqual([
      { mean: "5m" },
      { mean: "10m" },
    ]);
    expect(values("orchestrator.admission.exclude=[],[slow, old]")).toEqual([[], ["slow", "old"]]);
    expect(values(`${LIMIT}=null,900`)).toEqual([null, 900]);
  });

  it.each([
    ["limit", "expected path=from:to:step"],
    ["=1,2", "expected path=from:to:step"],
    ["a.b=", "found nothing"],
    ["a.b=7", "found 1 value, expected from:to:step"],
    ["a.b=1:5:0", "found a step of 0"],
    ["a.b=1:5:-1", "found a step of -1"],
    ["a.b=5:1:1", "found 5 to 1, expected to go up"],
    ["a.b=1:1000:1", "found 1,000 values, expected at most 100"],
    ["a.b=1:1e9:1", "found 1 value"],
    ["a.b=1,1", "found 1 twice"],
    ["a.b=[1,2", "--vary a.b"],
    ["seed=1,2", "expected a setting that variants may change"],
    ["duration=1h,2h", "expected a setting that variants may change"],
    ["sweep.vary=1,2", "expected a setting that variants may change"],
  ])("refuses %s", (text, message) => {
    expect(() => axesOf([parseVary(text)])).toThrow(message);
  });

  it("refuses too many settings, too many points, and a setting twice", () => {
    const vary = (...texts: string[]) => axesOf(texts.map(parseVary));
    expect(() => vary("a.a=1,2", "a.b=1,2", "a.c=1,2", "a.d=1,2", "a.e=1,2")).toThrow("at most 4");
    expect(() => vary("a.a=1:20:1", "a.b=1:20:1")).toThrow(
      "20 × 20 = 400 points, expected at most 200",
    );
    expect(() => vary("a.a=1,2", "a.a=3,4")).toThrow("a.a is varied too");
    expect(() => vary("a.a=1,2", "a.a.b=3,4")).toThrow("--vary a.a.b: a.a is varied too");
    expect(() => vary()).toThrow("nothing is varied");
  });
});

describe("roles and points", () => {
  const roles = (...texts: string[]) => axesOf(texts.map(parseVary)).map(({ role }) => role);

  it("tells what the operator chooses from what he meets, in any order", () => {
    expect(roles("demand.concurrentStreams=30,60", `${LIMIT}=1,2`)).toEqual([
      "circumstance",
      "choice",
    ]);
    expect(roles("demand.concurrentStreams=30,60", "assumptions.loadScale=1,2")).toEqual([
      "choice",
      "circumstance",
    ]);
  });

  it("names points by the shortest end of a path that tells them apart", () => {
    const axes = axesOf([
      parseVary("workers.a.maxSessions=1,2"),
      parseVary("workers.b.maxSessions=1,1000"),
      parseVary("demand.concurrentStreams=30,60"),
    ]);
    expect(combinations(axes, "choice").map(({ label }) => label)).toEqual([
      "a.maxSessions 1, b.maxSessions 1",
      "a.maxSessions 1, b.maxSessions 1,000",
      "a.maxSessions 2, b.maxSessions 1",
      "a.maxSessions 2, b.maxSessions 1,000",
    ]);
    expect(combinations(axes, "circumstance").map(({ label }) => label)).toEqual([
      "concurrentStreams 30",
      "concurrentStreams 60",
    ]);
    const alone = axesOf([parseVary(`${LIMIT}=1,2`)]);
    expect(combinations(alone, "circumstance")).toEqual([{ label: "", settings: [] }]);
  });
});
