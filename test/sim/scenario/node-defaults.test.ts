/** Defaults that stand for flags of go-livepeer: equal to the node's, or said to be assumed. */
import { describe, expect, it } from "vitest";
import { readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { ASSUMED_DEFAULTS, NODE_DEFAULTS } from "../../../src/sim/scenario/node-defaults.js";
import { type Scenario, scenarioSchema } from "../../../src/sim/scenario/schema.js";

/** Defaults of go-livepeer's flags, as its documentation of flags has them. */
const FLAGS: Readonly<Record<string, unknown>> = {
  "-selectStakeWeight": 0.7,
  "-selectPriceWeight": 0,
  "-selectRandFreq": 0.3,
  "-selectPriceExpFactor": 100,
  "-maxPricePerUnit": "0/1",
  "-pixelsPerUnit": 1,
  "-ignoreMaxPriceIfNeeded": false,
  "-minPerfScore": 0,
  "-discoveryTimeout": 500,
  "-extraNodes": 0,
  "-orchBlocklist": [],
  "-orchMinLivepeerVersion": "",
  "-maxAttempts": 3,
  "-maxSessions": 10,
  "-nodes": undefined,
  "-redeemer": false,
  "-initializeRound": false,
  "-ticketEV": "8000000000/1",
  "-httpIngest": "http",
};

/** Settings of the same parts of a scenario that stand for no flag. */
const NO_FLAG = new Set([
  // What a thing is, where it is, and what is known of it.
  ...["orchestrator.whenDown", "orchestrators[].whenDown"],
  ...["workers[].sessionCv", "workers[].slowSpells"],
  ...["slowdown", "encoderSessions", "system"].map((key) => `workers[].${key}`),
  ...["gateway.region", "gateway.orchestrators", "gateway.suspension", "gateway.bandwidthMbps"],
  // go-livepeer has one algorithm on-chain (L-9 … L-14).
  "gateway.selection",
  ...["name", "address", "region", "stakeLpt", "stakeShare", "version", "operatorGroup"].flatMap(
    (key) => [`orchestrator.${key}`, `orchestrators[].${key}`],
  ),
  ...["availability", "lookAlike", "bandwidthMbps", "backend"].flatMap((key) => [
    `orchestrator.${key}`,
    `orchestrators[].${key}`,
  ]),
  // What a node reads from -aiModels, and its workers.
  ...["orchestrator.ai", "workers[].ai"],
  ...["orchestrators[].score", "orchestrator.fromNetwork", "orchestrator.topology.frontend"],
  // Not go-livepeer's: the pool's own software.
  ...["orchestrator.admission", "orchestrator.economics"],
  ...["name", "count", "address", "region", "roundTripMs", "roundTripCv", "device"].map(
    (key) => `workers[].${key}`,
  ),
  ...["downloadMbps", "uploadMbps", "up", "down", "version", "node"].map(
    (key) => `workers[].${key}`,
  ),
  ...["errorProbability", "hangProbability", "cheatProbability"].map((key) => `workers[].${key}`),
  // Streams and chain.
  ...["length", "segmentMs", "segmentCv", "sourceMbps", "verificationFreq", "leaveOnFailure"].map(
    (key) => `stream.${key}`,
  ),
  ...["enabled", "gasPriceGwei", "deposit", "reserve"].map((key) => `tickets.${key}`),
]);

const LEFT_OUT = {
  name: "x",
  demand: { concurrentStreams: 1 },
  orchestrator: { region: "FRA" },
  workers: [{ name: "w", roundTripMs: 1 }],
  orchestrators: [
    { name: "o", region: "FRA", backend: { type: "measured" as const, roundTripMs: 1 } },
  ],
};

function at(scenario: Scenario, path: string): unknown {
  return path
    .replaceAll("[]", ".0")
    .split(".")
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      scenario,
    );
}

function notes(text: string): string {
  const loaded = loadScenario("s.yaml", {
    readFile: (path, bytesMax) =>
      path === "s.yaml" ? new TextEncoder().encode(text) : readFileWithin(path, bytesMax),
  });
  return loaded.assumed.join("\n");
}

describe("defaults of a scenario", () => {
  it("are those of the flags that they stand for", () => {
    const scenario = scenarioSchema.parse(LEFT_OUT);
    for (const { path, flag, value } of NODE_DEFAULTS) {
      expect(FLAGS, flag).toHaveProperty([flag]);
      expect(value, path).toEqual(FLAGS[flag]);
      expect(at(scenario, path), path).toEqual(FLAGS[flag]);
    }
    expect(new Set(NODE_DEFAULTS.map(({ flag }) => flag))).toEqual(new Set(Object.keys(FLAGS)));
  });

  it("are all in one of the lists", () => {
    const { shape } = scenarioSchema;
    const keysOf = (schema: object): string[] => {
      if ("shape" in schema && typeof schema.shape === "object") {
        return Object.keys(schema.shape ?? {});
      }
      for (const key of ["innerType", "element"] as const) {
        const { def } = schema as { def?: Record<string, object> };
        const inner = def?.[key];
        if (inner !== undefined) return keysOf(inner);
      }
      return [];
    };
    const topology = keysOf(
      (keysOf(shape.orchestrator).length > 0 &&
        shape.orchestrator.unwrap().shape.topology) as object,
    ).map((key) => `orchestrator.topology.${key}`);
    const settings = [
      ...keysOf(shape.gateway).map((key) => `gateway.${key}`),
      ...keysOf(shape.orchestrator).map((key) => `orchestrator.${key}`),
      ...topology,
      ...keysOf(shape.orchestrators).map((key) => `orchestrators[].${key}`),
      ...keysOf(shape.workers).map((key) => `workers[].${key}`),
      ...keysOf(shape.stream).map((key) => `stream.${key}`),
      ...keysOf(shape.tickets).map((key) => `tickets.${key}`),
    ].filter((path) => path !== "orchestrator.topology");
    expect(settings.length).toBeGreaterThan(70);
    const listed = new Set<string | undefined>(
      [...NODE_DEFAULTS, ...ASSUMED_DEFAULTS].map(({ path }) => path),
    );
    expect(settings.filter((path) => !listed.has(path) && !NO_FLAG.has(path))).toEqual([]);
    expect([...listed].filter((path) => path !== undefined && !settings.includes(path))).toEqual(
      [],
    );
  });

  it("that differ from a node's are said to be assumed, and no others", () => {
    const bare = notes("name: x\ndemand: { concurrentStreams: 5 }\n");
    expect(bare).toContain("gateways are in on-chain mode (-network: offchain)");
    expect(bare).toContain("-transcodingOptions: 240p30, 360p30");
    expect(bare).not.toContain("-reward");
    const said = notes(`name: x
network: { limit: 0 }
gateway: { region: FRA, onchain: false, source: hardcoded, orchestrators: [pool, o] }
demand: { arrivals: [{ at: 2h, length: 1m }] }
stream: { profiles: [{ width: 640, height: 360, bitrateMbps: 1 }] }
orchestrator:
  { name: pool, region: FRA, stakeLpt: 1, pricePerUnit: 1, maxSessions: 40, topology: { rewardService: false } }
workers: [{ name: w, count: 4, roundTripMs: 1 }]
orchestrators:
  - name: o
    region: FRA
    pricePerUnit: 1
    maxSessions: 10
    backend: { type: measured, roundTripMs: 1 }
`);
    expect(said).toBe("");
  });

  it("cap a pool at 10 sessions, which is said where its workers offer more", () => {
    const pool = (orchestrator: string, variants = "") =>
      notes(`name: x
demand: { concurrentStreams: 5 }
orchestrator: { region: FRA, stakeShare: 0.1${orchestrator} }
workers: [{ name: good, count: 4, roundTripMs: 1 }, { name: slow, roundTripMs: 1 }]
${variants}`);
    const says =
      "10 sessions of the pool, as a node without -maxSessions takes them (O-7), though its workers offer 50";
    expect(pool("")).toContain(says);
    expect(pool(", admission: { exclude: [good-1, slow] }")).toContain("offer 30:");
    for (const said of [", maxSessions: auto", ", maxSessions: 10"]) {
      expect(pool(said)).not.toContain("O-7");
    }
    expect(pool("", "variants: { a: { orchestrator.maxSessions: auto } }")).not.toContain("O-7");
    expect(pool(", admission: { include: [slow] }")).not.toContain("O-7");
  });
});
