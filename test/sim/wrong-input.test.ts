/** Values that cannot be meant, at the faces of the simulator: refused by name, before anything runs. */
import { describe, expect, it } from "vitest";
import {
  loadScenario,
  openResultStore,
  renderReport,
  runExperiment,
  simulate,
} from "../../src/sim/index.js";

const FILE = "docs/examples/cliff.yaml";
const refused = (name: string) =>
  expect.objectContaining({
    code: "OPTION_INVALID",
    message: expect.stringContaining(`${name}: found`),
  });

describe("a seed and a replication", () => {
  const [variant] = loadScenario(FILE).variants;

  it.each(["seed", "replication"])("%s is a whole number: cut off, two would be one", (name) => {
    for (const value of [Number.NaN, -1, 1.5, 1e18]) {
      const run = () => variant && simulate(variant.input, { replication: 0, [name]: value });
      expect(run).toThrow(refused(name));
    }
  });
});

describe("a run", () => {
  it("has a level of sensitivity that there is", async () => {
    const run = runExperiment(FILE, { sensitivity: "none" as never, replications: 1 });
    await expect(run).rejects.toEqual(refused("sensitivity"));
  });
});

describe("a folder for results", () => {
  it("has a name, and room that is a number", () => {
    expect(() => openResultStore("")).toThrow(refused("folder"));
    for (const bytesMax of [Number.NaN, -1, 1.5]) {
      expect(() => openResultStore("kept", { bytesMax })).toThrow(refused("bytesMax"));
    }
  });
});

describe("a report", () => {
  it("has a width", async () => {
    const result = await runExperiment(FILE, { sensitivity: "off", replications: 1 });
    for (const width of [Number.NaN, 0, -1]) {
      expect(() => renderReport(result, { width })).toThrow(refused("width"));
    }
  });
});
