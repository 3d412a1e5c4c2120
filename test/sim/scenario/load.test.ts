import { describe, expect, it } from "vitest";
import { parseSetting } from "../../../src/config/setting.js";
import { InputError } from "../../../src/core/errors.js";
import { FileProblem, type ReadFile, readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";

const TEXT = `name: pool
demand: { concurrentStreams: 9 }
gateways:
  - { region: FRA, weight: 60 }
  - { region: NYC, weight: 40 }
orchestrator: { region: FRA, stakeShare: 0.05 }
workers:
  - { name: good, count: 4, roundTripMs: 400 }
  - { name: slow, roundTripMs: 2000, up: 2h }
variants:
  without: { orchestrator.admission.exclude: [slow] }
  with: {}
  faster: { workers.slow.roundTripMs: 700, workers.1.maxSessions: 3 }
`;

/** The packaged data, and scenario texts by name. */
function files(texts: Readonly<Record<string, string>>): ReadFile {
  return (path, bytesMax) => {
    const found = Object.entries(texts).find(
      ([name]) => path.endsWith(`/${name}`) || path === name,
    );
    if (found !== undefined) return new TextEncoder().encode(found[1]);
    if (path.includes("/scenarios/data/")) return readFileWithin(path, bytesMax);
    throw new FileProblem("no such file");
  };
}

function load(text: string, ...settings: readonly string[]) {
  return loadScenario("s.yaml", {
    readFile: files({ "s.yaml": text }),
    set: settings.map(parseSetting),
  });
}

function problem(text: string, ...settings: readonly string[]): string {
  try {
    load(text, ...settings);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("a loaded scenario", () => {
  it("has its file, hash, base and variants with defaults filled in", () => {
    const loaded = load(TEXT);
    expect(loaded.file).toBe("s.yaml");
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(loaded.variants.map(({ name }) => name)).toEqual(["without", "with", "faster"]);
    const [without, withSlow, faster] = loaded.variants.map(({ input }) => input.scenario);
    expect(without?.orchestrator?.admission.exclude).toEqual(["slow"]);
    expect(withSlow?.orchestrator?.admission.exclude).toEqual([]);
    expect(faster?.workers.map(({ roundTripMs }) => roundTripMs)).toEqual([400, 700]);
    expect(faster?.workers.map(({ maxSessions }) => maxSessions)).toEqual([10, 3]);
    expect(loaded.base.scenario.workers[1]?.roundTripMs).toBe(2000);
    expect(loaded.base.scenario.duration).toBe(3 * 3_600_000);
  });

  it("has one variant called base when the file has none", () => {
    expect(
      load("name: x\ndemand: { streamsPerDay: 9 }\n").variants.map(({ name }) => name),
    ).toEqual(["base"]);
  });

  it("shares the objects of data files between variants", () => {
    const { base, variants } = load(TEXT);
    for (const { input } of variants) expect(input.data.network).toBe(base.data.network);
  });

  it("reads data files relative to the scenario", () => {
    const seen: string[] = [];
    const readFile: ReadFile = (path, bytesMax) => {
      seen.push(path);
      return files({ "s.yaml": "name: x\nnetwork: { file: net.csv }\n" })(path, bytesMax);
    };
    expect(() => loadScenario("/some/folder/s.yaml", { readFile })).toThrow(
      '/some/folder/s.yaml:2:18: network.file: "/some/folder/net.csv": no such file',
    );
    expect(seen).toContain("/some/folder/net.csv");
  });

  it("checks a demand trace against its gateways", () => {
    const text = "name: x\ngateway: { region: FRA }\ndemand: { trace: t.csv }\n";
    const withTrace = (trace: string) => () =>
      loadScenario("s.yaml", { readFile: files({ "s.yaml": text, "t.csv": trace }) });
    const head = "at_ms,length_ms,gateway\n";
    expect(withTrace(`${head}0,60000,FRA\n`)().base.data.trace?.name).toBe("t.csv");
    expect(withTrace(`${head}0,60000,NYC\n`)).toThrow(
      's.yaml:3:18: demand.trace: no gateway is called "NYC", expected FRA',
    );
    expect(withTrace(`${head}0,x,FRA\n`)).toThrow("t.csv:2:1: length_ms");
  });

  it("holds no more streams at a time than fit, wherever they come from", () => {
    const text = "name: x\ngateway: { region: FRA }\ndemand: { trace: t.csv }\n";
    const withStreams = (many: number, everyMs: number) => () => {
      const lines = Array.from({ length: many }, (_, at) => `${at * everyMs},1000,FRA\n`);
      const trace = `at_ms,length_ms,gateway\n${lines.join("")}`;
      return loadScenario("s.yaml", { readFile: files({ "s.yaml": text, "t.csv": trace }) });
    };
    expect(withStreams(10_000, 0)).not.toThrow();
    expect(withStreams(10_001, 0)).toThrow(
      "s.yaml:3:18: demand.trace: 10,001 streams at a time, expected at most 10,000",
    );
    expect(withStreams(20_000, 1)).not.toThrow();
  });

  it("keeps aliases, quoted keys and exact numbers", () => {
    const { scenario } = load(
      'name: x\n"seed": 7\nwarmup: &t 20m\nduration: *t\ndemand: { streamsPerDay: 9 }\ntickets: { deposit: 123456789012345678901234567890 }\ngateway: { maxPricePerUnit: 0.1 }\n',
    ).base;
    expect(scenario).toMatchObject({
      seed: 7,
      warmup: 1_200_000,
      duration: 1_200_000,
      tickets: { deposit: "123456789012345678901234567890/1" },
      gateway: { maxPricePerUnit: "1/10" },
    });
  });
});

describe("settings", () => {
  it.each([
    "gateways.FRA.weight=1",
    "gateways.0.weight=1",
    "gateways.2={region: SIN}",
    "workers.slow.roundTripMs=900",
    "variants.with={demand.concurrentStreams: 10}",
    "stream.length.mean=30m",
    "stream.length=",
    "tickets.deposit=123456789012345678901234567890",
    "gateway.maxPricePerUnit=1/3",
    "expect=[with.pool.segments > 0]",
    "expect=[with.worker.good-4.picks > 0]",
    "expect=[with.region.NYC.margin.q50 > 0]",
    "expect=[with.orchestrator.vidwave.eth.segments > 0]",
    "expect=['difference(with,without).pool.lateShare <= 0.5% with 95%']",
  ])("%s fits", (setting) => {
    expect(problem(TEXT, setting)).toBe("");
  });

  it.each([
    ["gateways.3={region: SIN}", "gateways has 2 items; 0 is the first, 2 would append one"],
    ["gateway.region=SIN", "gateway.region: has no effect: each of gateways says its own region"],
    [
      "workers.slow.roundTripMs=-900",
      "workers[1].roundTripMs: found -900, expected a number of at",
    ],
    ["workers.slow.rtt=9", "workers[1].rtt: unknown key"],
    ["workers.good.name=slow", 'workers[1].name: a second worker is called "slow"'],
    ["workers=[]", "workers: empty, expected at least one worker for the pool"],
    ["variants.with={demand.concurrentStreams: ten}", 'demand.concurrentStreams: found "ten"'],
    ["name=", "name: is missing, expected text"],
    [
      "expect=[with.pool.segmants > 0]",
      'no metric is called "pool.segmants"; did you mean "pool.segments"?',
    ],
    [
      "expect=[with.worker.good-5.picks > 0]",
      'no worker is called "good-5"; did you mean "good-1"?',
    ],
    [
      "expect=[with.region.LAX.margin.q50 > 0]",
      'no region is called "LAX", expected one of FRA, NYC',
    ],
    [
      "decision={baseline: without, candidate: without}",
      "expected another variant than the baseline",
    ],
    [
      "decision={baseline: without, candidate: with, objective: pool.nets}",
      'no metric is called "pool.nets"',
    ],
    [
      "decision={baseline: without, candidate: with, objective: pool.incomeEthPerDay}",
      'harm may bring more of "pool.incomeEthPerDay": expected one of pool.segments, ',
    ],
    [
      "decision={baseline: without, candidate: with, objective: worker.slow.picks}",
      "harm may bring more of",
    ],
    ["stream.length={distribution: mixture, mean: 1m}", "nothing is left for the long ones"],
    ["demand=", "demand: nothing to simulate, expected concurrentStreams or"],
    ["demand={arrivals: [{ at: 1m, length: 2m, gateway: FRB }]}", 'no gateway is called "FRB"'],
    [
      "gateway.orchestrators=[vidwave.eth, pool, nobody]",
      'orchestrators[2]: no orchestrator is called "nobody"',
    ],
    ["orchestrator.economics.commission=3/2", "expected a share of at most 1"],
  ])("%s does not fit", (setting, says) => {
    expect(problem(TEXT, setting)).toContain(says);
  });

  it("come before variants", () => {
    const loaded = load(TEXT, "workers.slow.roundTripMs=900");
    const times = loaded.variants.map(({ input }) => input.scenario.workers[1]?.roundTripMs);
    expect(times).toEqual([900, 900, 700]);
  });

  it("are removed by nothing: the default counts", () => {
    expect(load(TEXT, "workers.slow.up=").base.scenario.workers[1]?.up).toBeUndefined();
  });
});

describe("a setting of a variant", () => {
  it("replaces, or adds to, what the file has it set", () => {
    const scenarioOf = (setting: string, variant: string) =>
      load(TEXT, setting).variants.find(({ name }) => name === variant)?.input.scenario;
    const excluded = "variants.without.orchestrator.admission.exclude=[slow, good]";
    expect(scenarioOf(excluded, "without")?.orchestrator?.admission.exclude).toEqual([
      "slow",
      "good",
    ]);
    expect(scenarioOf(excluded, "with")?.orchestrator?.admission.exclude).toEqual([]);
    expect(scenarioOf("variants.with.demand.concurrentStreams=7", "with")?.demand).toMatchObject({
      concurrentStreams: 7,
    });
    const whole = scenarioOf("variants.with={demand.concurrentStreams: 8}", "with");
    expect(whole?.demand.concurrentStreams).toBe(8);
  });
});

describe("a variant with further settings", () => {
  it("is validated again", () => {
    const loaded = load(TEXT);
    const { scenario } = loaded.withSettings("faster", [
      ["assumptions.loadScale", 2],
      ["workers.slow.count", 2],
    ]);
    expect(scenario.assumptions.loadScale).toBe(2);
    expect(scenario.workers[1]).toMatchObject({ roundTripMs: 700, count: 2 });
    expect(() => loaded.withSettings("faster", [["assumptions.loadScale", -1]])).toThrow(
      "setting assumptions.loadScale: assumptions.loadScale: found -1",
    );
    expect(() => loaded.withSettings("fast", [])).toThrow('no variant is called "fast"');
  });

  it("takes computed spans of time in ms", () => {
    const { scenario } = load(TEXT).withSettings("with", [["assumptions.meanDown", 14_400_000.5]]);
    expect(scenario.assumptions.meanDown).toBe(14_400_000.5);
  });
});

describe("problems", () => {
  it("are named by the first in the file's order, and counted", () => {
    expect(problem("name: x\nsed: 1\ngateway: { regoin: FRA, source: x }\n")).toBe(
      's.yaml:2:1: sed: unknown key; did you mean "seed"? (and 2 more)',
    );
  });

  it("in a variant stand where the variant says it", () => {
    expect(problem(TEXT.replace("roundTripMs: 700", "roundTripMs: fast"))).toBe(
      's.yaml:13:39: workers[1].roundTripMs: found "fast", expected a number of ms',
    );
  });

  it("are one line whatever the file says", () => {
    const message = problem('name: x\n"a\\u001b[2Jb\\nc": 1\n');
    expect(message).toMatch(/^s\.yaml:2:1: /);
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});
