/** The scenario as tables. */
import { describe, expect, test } from "vitest";
import { inOneGo } from "../../../../src/core/steps.js";
import type { SimulationInput } from "../../../../src/sim/input.js";
import { compileWorld, worldOf } from "../../../../src/sim/model/world/compile-world.js";
import type { World } from "../../../../src/sim/model/world/world.js";
import { simulate } from "../../../../src/sim/simulate.js";
import { FEATURES } from "../../../support/sim/check-scenarios.js";
import { metric, run, type Settings, scenario } from "../../../support/sim/runs.js";

function world(...settings: readonly Settings[]): World {
  return compileWorld(scenario(...settings));
}

const rival = (over: Settings): Settings => ({
  name: "rival",
  region: "FRA",
  backend: { type: "measured", roundTripMs: 700 },
  ...over,
});

describe("the world of an input", () => {
  const known = (input: SimulationInput) => inOneGo(worldOf(input));

  test("is compiled once, as long as not many others are asked for", () => {
    const input = scenario({ network: { limit: 1 } });
    const first = known(input);
    const others = Array.from({ length: 15 }, () => ({ ...input }));
    for (const other of others) expect(known(other)).not.toBe(first);
    expect(known(input)).toBe(first);
    for (const other of [...others, { ...input }]) known(other);
    expect(known(input)).not.toBe(first);
  });

  test.each(Object.entries(FEATURES))("%s: a replication leaves nothing in it", (_, settings) => {
    const input = scenario(settings, { warmup: "1m", duration: "4m" });
    simulate(input, { replication: 0 });
    expect(simulate(input, { replication: 1 })).toEqual(simulate({ ...input }, { replication: 1 }));
  });
});

describe("who is there", () => {
  const all = world({});

  test("the network file's hundred, and without gateways named, those of the default demand", () => {
    expect(all.orchestrators).toHaveLength(100);
    expect(all.gateways.map(({ region, weight }) => [region, weight])).toEqual([
      ["FRA", 40],
      ["NYC", 30],
      ["LAX", 20],
      ["SIN", 10],
    ]);
    expect(all.pool).toBe(-1);
  });

  test("the largest stakes, or all but some", () => {
    const { orchestrators } = world({ network: { limit: 5 } });
    const stakes = all.orchestrators.map(({ stake }) => stake).sort((a, b) => b - a);
    expect(orchestrators.map(({ stake }) => stake)).toEqual(stakes.slice(0, 5));
    const [first] = all.orchestrators;
    const excluded = world({ network: { exclude: [first?.name] } });
    expect(excluded.orchestrators).toHaveLength(99);
    expect(excluded.orchestrators.some(({ name }) => name === first?.name)).toBe(false);
  });

  test("equal prices are all the median", () => {
    const prices = world({ network: { prices: "equal" } }).orchestrators.map(({ price }) =>
      price.rational.toNumber(),
    );
    expect(new Set(prices).size).toBe(1);
    const published = all.orchestrators.map(({ price }) => price.rational.toNumber());
    expect([...published].sort((a, b) => a - b)[50]).toBe(prices[0]);
  });

  test("imputed shares are stated, and are shares", () => {
    const { stake, prices, responseTimes } = all.imputed;
    for (const share of [stake, prices, responseTimes]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1);
    }
  });
});

describe("stake", () => {
  const shareOf = ({ orchestrators }: World, name: string) => {
    const total = orchestrators.reduce((sum, { stake }) => sum + stake, 0);
    return (orchestrators.find((one) => one.name === name)?.stake ?? 0) / total;
  };

  test("a share of all stake, itself included, beside other shares", () => {
    const compiled = world({
      orchestrators: [rival({ stakeShare: 0.2 }), rival({ name: "second", stakeShare: 0.1 })],
      orchestrator: {
        name: "pool",
        region: "FRA",
        stakeShare: 0.05,
        backend: { type: "device", device: "t4" },
      },
    });
    expect(shareOf(compiled, "rival")).toBeCloseTo(0.2, 6);
    expect(shareOf(compiled, "second")).toBeCloseTo(0.1, 6);
    expect(shareOf(compiled, "pool")).toBeCloseTo(0.05, 6);
  });

  test("in units of 10^-5 LPT (B-9)", () => {
    expect(
      world({ network: { limit: 0 }, orchestrators: [rival({ stakeLpt: 1.234567 })] })
        .orchestrators[0]?.stake,
    ).toBe(123_456);
  });

  test("shares of 1 or more beside others are refused", () => {
    expect(() =>
      world({ orchestrators: [rival({ stakeShare: 0.6 }), rival({ name: "x", stakeShare: 0.4 })] }),
    ).toThrow(/add up to 1/);
  });
});

describe("MaxSessions of measured orchestrators", () => {
  test("10, or twice what the stake brings", () => {
    const few = world({ demand: { concurrentStreams: 10 } });
    expect(few.nodes.every(({ maxSessions }) => maxSessions === 10)).toBe(true);
    const many = world({ demand: { concurrentStreams: 10_000 } });
    const total = many.orchestrators.reduce((sum, { stake }) => sum + stake, 0);
    for (const { orchestrator, maxSessions } of many.nodes) {
      const share = (many.orchestrators[orchestrator]?.stake ?? 0) / total;
      const expected = Math.max(10, 20_000 * share);
      expect(Math.abs(Number(maxSessions) - expected)).toBeLessThanOrEqual(1);
    }
  });
});

describe("how long things take", () => {
  test("measured orchestrators have at most as many sessions as a scenario may say", () => {
    const { nodes } = world({ network: { limit: 1 }, demand: { concurrentStreams: 1e6 } });
    expect(nodes.map(({ maxSessions }) => maxSessions)).toEqual([65_536]);
  });

  test("the parts of a measured round trip add up to it", () => {
    const { links, tables } = world({ gateways: [{ region: "FRA" }] });
    for (const [index, { upMs, workMs, tailMs, downMs }] of (links[0] ?? []).entries()) {
      const row = tables.network[index];
      expect(upMs + workMs + tailMs + downMs).toBeCloseTo(row?.roundTripMs("FRA") ?? 0, 6);
      expect(downMs / (upMs + workMs + tailMs + downMs)).toBeCloseTo(0.49, 9);
    }
  });

  const pool = (orchestrator: Settings, assumptions: Settings = {}) =>
    world({
      gateways: [{ region: "FRA" }, { region: "NYC" }],
      orchestrator: { region: "FRA", ...orchestrator },
      workers: [{ name: "w", count: 3, roundTripMs: 300 }],
      assumptions,
    });
  const gatewaySide = ({ links, nodes }: World, site: number) => {
    const link = links[site]?.[nodes.length - 1];
    return (link?.upMs ?? 0) + (link?.tailMs ?? 0) + (link?.downMs ?? 0);
  };

  test("one yardstick: a look-alike's round trip less what good workers need, if distance allows", () => {
    const name = "lpt.moudi.eth";
    const compiled = pool({ lookAlike: name });
    const like = compiled.tables.network.find((row) => row.name === name);
    for (const [site, region] of ["FRA", "NYC"].entries()) {
      const computed = gatewaySide(pool({}, { calibrateGatewaySide: false }), site);
      const target = (like?.roundTripMs(region) ?? 0) - 300;
      expect(gatewaySide(compiled, site)).toBeCloseTo(Math.max(target, computed), 6);
    }
  });

  test("without calibration it is what transfers and round trips take", () => {
    const compiled = pool({}, { calibrateGatewaySide: false });
    const rttMs = compiled.tables.rttMs("NYC", "FRA");
    const transfers = (6 * 2280) / 1000 + ((3 + 0.7 * 0.8) * 2280) / 1000;
    expect(gatewaySide(compiled, 1)).toBeCloseTo((2 * 4.2 + 1.5) * rttMs + transfers, 6);
  });

  test("farther gateways take longer, and rttScale stretches it", () => {
    expect(gatewaySide(pool({}), 1)).toBeGreaterThan(gatewaySide(pool({}), 0));
    expect(gatewaySide(pool({}, { rttScale: 1.3 }), 1)).toBeGreaterThan(gatewaySide(pool({}), 1));
  });

  test("an orchestrator with a device of its own is calibrated to that device", () => {
    const compiled = world({
      gateways: [{ region: "FRA" }],
      orchestrators: [rival({ backend: { type: "device", device: "t4" } })],
      orchestrator: { name: "pool", region: "FRA" },
      workers: [{ name: "w", roundTripMs: 5000 }],
    });
    const [theirs, mine] = [100, 101].map((node) => compiled.links[0]?.[node]);
    // The pool's workers are so slow that nothing is left for its gateway side; the device is not.
    expect(theirs?.upMs).toBeGreaterThan(mine?.upMs ?? Number.POSITIVE_INFINITY);
  });

  test("availability is each orchestrator's own", () => {
    const compiled = world({
      network: { limit: 0 },
      gateways: [{ region: "FRA" }],
      orchestrators: [
        rival({ availability: 0.8 }),
        rival({
          name: "half",
          availability: 0.9,
          backend: { type: "measured", roundTripMs: 1, successRate: 0.5 },
        }),
        rival({ name: "rare", backend: { type: "measured", roundTripMs: 1, successRate: 0.1 } }),
        rival({ name: "device", availability: 0.7, backend: { type: "device", device: "t4" } }),
      ],
      orchestrator: {
        name: "pool",
        region: "FRA",
        availability: 0.6,
        backend: { type: "device", device: "t4" },
      },
    });
    const found = compiled.links[0]?.map(({ availability }) => availability) ?? [];
    for (const [index, share] of [0.8, 0.45, 0.1, 0.7, 0.6].entries()) {
      expect(found[index]).toBeCloseTo(share, 12);
    }
  });
});

describe("topologies", () => {
  const nodes = [{ name: "n1" }, { name: "n2", region: "NYC" }];
  const pool = (topology: Settings, gateway: Settings = {}) => ({
    network: { limit: 0 },
    gateways: [{ region: "FRA" }],
    gateway,
    orchestrator: { name: "pool", region: "FRA", stakeLpt: 1, topology },
    workers: nodes.map(({ name }) => ({ name: `w-${name}`, node: name, roundTripMs: 300 })),
    warmup: "5m",
    duration: "30m",
    demand: { concurrentStreams: 5 },
  });

  test("a balancer: gateways know one URI, nodes advertise themselves (X-12)", () => {
    const compiled = world(pool({ nodes }));
    expect(compiled.nodes.map(({ name, transcoder }) => [name, transcoder])).toEqual([
      ["n1", 0],
      ["n2", 1],
    ]);
    expect(compiled.gateways[0]?.endpoints).toEqual([2]);
    expect(compiled.orchestrators[0]?.advertised).toEqual([]);
  });

  test("a broken one: nodes advertise the balancer, and every other segment goes astray", () => {
    const [good, broken] = ["balancer", "brokenBalancer"].map((frontend) =>
      run(scenario(pool({ nodes, frontend }))),
    );
    if (good === undefined || broken === undefined) throw new Error("both were run");
    expect(metric(good, "pool.swapsAway.expired")).toBe(0);
    expect(metric(broken, "pool.swapsAway.expired")).toBeGreaterThan(100);
    expect(metric(broken, "pool.failedShare")).toBeGreaterThan(0.3);
  });

  test("advertised nodes are found with extraNodes only (X-14), in a list of several (D-9)", () => {
    const silent = rival({ backend: { type: "measured", roundTripMs: 300, successRate: 0 } });
    const settings = (extraNodes: number) =>
      run(
        scenario(pool({ nodes, frontend: "advertised" }, { extraNodes }), {
          orchestrators: [silent],
        }),
      );
    expect(metric(settings(0), "region.FRA.reachable")).toBe(1);
    expect(metric(settings(0), "worker.w-n2.picks")).toBe(0);
    // The second answer follows the first: not always within the 500 ms (D-34).
    expect(metric(settings(1), "region.FRA.reachable")).toBeGreaterThan(1.2);
  });
});

describe("refusals", () => {
  test.each<[Settings, string]>([
    [{ gateway: { source: "webhook", orchestrators: ["nobody"] } }, "nobody is called"],
    [
      {
        orchestrator: { region: "FRA", topology: { nodes: [{ name: "n1" }] } },
        workers: [{ name: "w", node: "n9", roundTripMs: 1 }],
      },
      'node "n9"',
    ],
    [{ gateways: [{ region: "XXX" }] }, 'unknown region "XXX"'],
  ])("%j", (settings, message) => {
    expect(() => world(settings)).toThrow(message);
  });
});

test("streams of a gateway that is not there are refused", () => {
  const input = scenario({
    gateways: [{ region: "FRA" }],
    demand: { arrivals: [{ at: "1m", length: "1m", gateway: "NYC" }] },
  });
  expect(() => run(input)).toThrow(/gateway "NYC", expected one of FRA/);
});
