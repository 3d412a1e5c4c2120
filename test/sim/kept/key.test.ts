/** Keys of kept results: whatever a result depends on makes another key, and nothing else does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { DataFile, SimulationInput } from "../../../src/sim/input.js";
import { type Build, hashOfCode, majorOf, thisBuild } from "../../../src/sim/kept/build.js";
import { isKeepable, UnitKeys } from "../../../src/sim/kept/key.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";

const BUILD: Build = { code: "a", node: "22" };

const SCENARIO = `name: my-pool
network: { limit: 8 }
gateway: { region: FRA }
demand: { concurrentStreams: 6 }
stream: { length: { distribution: constant, mean: 3m } }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4, pricePerUnit: 1000 }
workers: [{ name: good, count: 2, roundTripMs: 400 }]
`;

function inputOf(yaml = SCENARIO): SimulationInput {
  const readFile = () => Buffer.from(yaml);
  return loadScenario("scenario.yaml", { readFile }).base;
}

/** The key of a unit, with something changed. */
function keyOf(
  input: SimulationInput,
  {
    build = BUILD,
    seed = 1,
    replication = 0,
  }: Partial<Record<"seed" | "replication", number>> & {
    readonly build?: Build;
  } = {},
): string {
  return new UnitKeys(build).of({ input, seed, replication });
}

const input = inputOf();
const { scenario, data } = input;
const more = (file: DataFile): DataFile => ({ ...file, text: `${file.text}\n` });

it("is 64 hex digits, the same for the same", () => {
  expect(keyOf(input)).toMatch(/^[0-9a-f]{64}$/);
  expect(keyOf(inputOf())).toBe(keyOf(input));
});

it.each<[string, string]>([
  ["the build", keyOf(input, { build: { ...BUILD, code: "b" } })],
  ["Node's major version", keyOf(input, { build: { ...BUILD, node: "24" } })],
  ["the seed", keyOf(input, { seed: 2 })],
  ["the replication", keyOf(input, { replication: 1 })],
  ["a setting", keyOf({ scenario: { ...scenario, duration: scenario.duration + 1 }, data })],
  ["a worker's", keyOf(inputOf(SCENARIO.replace("roundTripMs: 400", "roundTripMs: 400.5")))],
  ["the network", keyOf({ scenario, data: { ...data, network: more(data.network) } })],
  ["the regions", keyOf({ scenario, data: { ...data, regions: more(data.regions) } })],
  ["round trips", keyOf({ scenario, data: { ...data, rtt: more(data.rtt) } })],
  ["devices", keyOf({ scenario, data: { ...data, devices: more(data.devices) } })],
  ["the packaged network", keyOf({ scenario, data: { ...data, packagedNetwork: data.network } })],
  ["a trace", keyOf({ scenario, data: { ...data, trace: { name: "trace.csv", text: "" } } })],
  ["an extension", keyOf({ ...input, extensions: [{ path: "/x.mjs", sha256: "00" }] })],
])("is another with another %s", (_, key) => {
  expect(key).not.toBe(keyOf(input));
});

it("is the same with other names, places and questions", () => {
  const renamed = { name: "elsewhere.csv", text: data.network.text };
  expect(keyOf({ scenario, data: { ...data, network: renamed } })).toBe(keyOf(input));
  expect(keyOf(inputOf(SCENARIO.replace("my-pool\n", "other\nreplications: 40\nseed: 9\n")))).toBe(
    keyOf(input),
  );
  const extension = (path: string) => ({ ...input, extensions: [{ path, sha256: "00" }] });
  expect(keyOf(extension("/a/x.mjs"))).toBe(keyOf(extension("/b/x.mjs")));
});

it("is for results that may be kept: no extension of them takes from elsewhere", () => {
  const file = { path: "/x.mjs", sha256: "00" };
  expect(isKeepable(input)).toBe(true);
  expect(isKeepable({ ...input, extensions: [{ ...file, isAlone: true }] })).toBe(true);
  expect(isKeepable({ ...input, extensions: [{ ...file, isAlone: true }, file] })).toBe(false);
});

it("knows this build by all of its code, whatever the order of its files", () => {
  expect(thisBuild()?.code).toMatch(/^[0-9a-f]{64}$/);
  expect(thisBuild()?.node).toBe(majorOf(process.versions.node));
  expect(majorOf("22.14.0")).toBe("22");
  const folder = mkdtempSync(join(tmpdir(), "poolsim-code-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a/x.js"), "1");
  const hashes = [hashOfCode([folder])];
  const then = (act: () => void) => {
    act();
    hashes.push(hashOfCode([folder]));
  };
  then(() => writeFileSync(join(folder, "a/x.js"), "2"));
  then(() => writeFileSync(join(folder, "y.js"), ""));
  then(() => writeFileSync(join(folder, "data.csv"), "3"));
  then(() => rmSync(join(folder, "y.js")));
  expect(new Set(hashes).size).toBe(hashes.length);
  writeFileSync(join(folder, "a/x.d.ts"), "types");
  writeFileSync(join(folder, ".built"), "stamp");
  expect(hashOfCode([folder])).toBe(hashes.at(-1));
});
