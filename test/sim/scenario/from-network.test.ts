/** `orchestrator.fromNetwork`: the network file fills in the operator's own orchestrator. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { compileWorld } from "../../../src/sim/model/world/compile-world.js";
import { FileProblem, type ReadFile, readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { answered, discoveryText, silent } from "../../support/sim/discoveries.js";

const OWN = `0x${"a1".repeat(20)}`;
const OTHER = `0x${"b2".repeat(20)}`;
const SILENT = `0x${"c3".repeat(20)}`;

const FOUND = discoveryText(
  answered({ recipient: OWN, capacities: { 0: 24 } }),
  answered({
    uri: "https://other",
    recipient: OTHER,
    turn: 2,
    pricePerUnit: "3",
    pixelsPerUnit: "2",
  }),
  silent({ recipient: SILENT, stakeLpt: "70.00000" }),
);

function scenario(orchestrator: string, more = ""): string {
  return `name: s
network: { file: found.json }
gateway: { region: FRA }
demand: { concurrentStreams: 3 }
orchestrator: { region: FRA, ${orchestrator} }
${more}`;
}

const WORKERS = "workers: [{ name: good, roundTripMs: 400 }]\n";

function load(text: string) {
  const readFile: ReadFile = (path, bytesMax) => {
    if (path.endsWith("s.yaml")) return new TextEncoder().encode(text);
    if (path.endsWith("found.json")) return new TextEncoder().encode(FOUND);
    if (path.includes("/scenarios/data/")) return readFileWithin(path, bytesMax);
    throw new FileProblem("no such file");
  };
  return loadScenario("s.yaml", { readFile });
}

function problem(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("orchestrator.fromNetwork", () => {
  it("fills in what the scenario does not say, an address without quotes included", () => {
    const { base } = load(scenario(`fromNetwork: ${OWN}`, WORKERS));
    expect(base.scenario.orchestrator).toMatchObject({
      address: OWN,
      stakeLpt: 1000.5,
      pricePerUnit: "1200/1",
      pixelsPerUnit: 1,
      version: "0.8.9",
    });
    // A pool offers what its workers do.
    expect(base.scenario.orchestrator?.maxSessions).toBe("auto");
  });

  it("does not replace what the scenario says", () => {
    const said = `fromNetwork: "${OWN}", stakeShare: 0.5, pricePerUnit: 7, pixelsPerUnit: 2, version: 0.8.0`;
    const { orchestrator } = load(scenario(said, WORKERS)).base.scenario;
    expect(orchestrator).toMatchObject({
      stakeShare: 0.5,
      pricePerUnit: "7/1",
      pixelsPerUnit: 2,
      version: "0.8.0",
    });
    expect(orchestrator?.stakeLpt).toBeUndefined();
  });

  it("offers the sessions that it told, where it is no pool of workers", () => {
    const backend = "backend: { type: measured, roundTripMs: 500 }";
    const { base } = load(scenario(`fromNetwork: ${OWN}, ${backend}`));
    expect(base.scenario.orchestrator?.maxSessions).toBe(24);
  });

  it("leaves the network, so that it is there once", () => {
    const world = compileWorld(load(scenario(`fromNetwork: ${OWN}`, WORKERS)).base);
    expect(world.orchestrators.map(({ address, isPool }) => [address, isPool])).toEqual([
      [OTHER, false],
      [OWN, true],
    ]);
    expect(world.orchestrators[1]?.stake).toBe(100_050_000);
  });

  it("works for one that did not answer: its stake is known, its price the median", () => {
    const { orchestrator, network } = load(scenario(`fromNetwork: ${SILENT}`, WORKERS)).base
      .scenario;
    expect(orchestrator).toMatchObject({ address: SILENT, stakeLpt: 70, pricePerUnit: "1200/1" });
    expect(network.exclude).toEqual([]);
  });

  it("takes names and addresses of the packaged network too", () => {
    const text = scenario('fromNetwork: "livepeer.dcgco.eth"', WORKERS);
    const { orchestrator, network } = load(
      text.replace("network: { file: found.json }", "network: { limit: 5 }"),
    ).base.scenario;
    expect(orchestrator).toMatchObject({
      address: "0x4416a274f86e1db860b513548b672154d43b81b2",
      stakeLpt: 3058199.266686,
      lookAlike: "0x4416a274f86e1db860b513548b672154d43b81b2",
    });
    expect(network.exclude).toEqual(["0x4416a274f86e1db860b513548b672154d43b81b2"]);
  });

  it("is a setting like others: variants and later settings win over what it fills in", () => {
    const variants = "variants: { as-is: {}, more: { orchestrator.stakeLpt: 5000 } }\n";
    const loaded = load(scenario(`fromNetwork: ${OWN}`, WORKERS + variants));
    expect(loaded.variants.map(({ input }) => input.scenario.orchestrator?.stakeLpt)).toEqual([
      1000.5, 5000,
    ]);
    const { scenario: changed } = loaded.withSettings("as-is", [["orchestrator.stakeLpt", 3]]);
    expect(changed.orchestrator?.stakeLpt).toBe(3);
  });

  it("says where a name that nobody has stands", () => {
    const typo = `0x${"a1".repeat(19)}a2`;
    expect(problem(scenario(`fromNetwork: ${typo}`, WORKERS))).toBe(
      `s.yaml:5:43: orchestrator.fromNetwork: no orchestrator of the network is called "${typo}"; did you mean "${OWN}"?`,
    );
  });
});
