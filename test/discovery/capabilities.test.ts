import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bitNumbers,
  bitString,
  bitStringCompatible,
  type Capabilities,
  incompatibility,
  type JobCapabilities,
  legacyOnly,
} from "../../src/discovery/capabilities.js";
import {
  CAPABILITY_NAMES,
  DEFAULT_CAPABILITIES,
  LEGACY_CAPABILITIES,
  pipelineToCapability,
} from "../../src/discovery/capability.js";
import { NodeCapabilities } from "../../src/discovery/node-capabilities.js";
import { parseMinRunnerVersions } from "../../src/discovery/runner-versions.js";

const node = (capabilities: readonly number[], rest: Partial<Capabilities> = {}): Capabilities => ({
  bitstring: bitString(capabilities),
  mandatories: [],
  capacities: null,
  version: "0.9.1",
  constraints: null,
  ...rest,
});
const job = (
  capabilities: readonly number[],
  rest: Partial<JobCapabilities> = {},
): JobCapabilities => ({
  bitstring: bitString(capabilities),
  minVersion: "",
  perCapability: null,
  ...rest,
});

describe("bit strings", () => {
  it("K-1: default and legacy sets as one word", () => {
    expect(bitString(DEFAULT_CAPABILITIES)).toEqual([0x4005fffn]);
    expect(bitString(LEGACY_CAPABILITIES)).toEqual([4095n]);
  });

  it("K-1: grow as needed, skip negatives, and give their numbers back", () => {
    expect(bitString([-1, 64])).toEqual([0n, 1n]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 200 })), (capabilities) => {
        const distinct = [...new Set(capabilities.filter((capability) => capability >= 0))];
        expect(bitNumbers(bitString(capabilities))).toEqual(distinct.sort((a, b) => a - b));
      }),
    );
  });

  it("K-2: the subset test, but a longer part never fits", () => {
    expect(bitStringCompatible([5n], [7n, 1n])).toBe(true);
    expect(bitStringCompatible([8n], [7n])).toBe(false);
    expect(bitStringCompatible([5n, 0n], [7n])).toBe(false);
  });

  it("K-13: legacy only, which no job with an auth token is", () => {
    expect(legacyOnly(job([0, 11]))).toBe(true);
    expect(legacyOnly(job([0, 12]))).toBe(false);
    expect(legacyOnly(null)).toBe(false);
  });
});

describe("whether a node fits a job", () => {
  it("K-6: in the order of the rule, each with its reason", () => {
    const models = new Map([
      [27, new Map([["m", { warm: true, capacity: 1, runnerVersion: "" }]])],
    ]);
    const wrong = {
      job: job([0, 27], { minVersion: "1.0.0", perCapability: models }),
      node: node([0], {
        mandatories: bitString([12]),
        constraints: { minVersion: "", perCapability: new Map([[27, new Map()]]) },
      }),
    };
    const reasons = [];
    for (const fix of [
      { node: { ...wrong.node, version: "1.0.0" } },
      { node: { mandatories: [] } },
      { node: { constraints: null } },
      { node: { bitstring: bitString([0, 27]) } },
    ]) {
      reasons.push(incompatibility(wrong.job, wrong.node)?.reason);
      wrong.node = { ...wrong.node, ...fix.node };
    }
    expect(reasons).toEqual(["version", "mandatories", "constraints", "capabilities"]);
    expect(incompatibility(wrong.job, wrong.node)).toBeNull();
  });

  it("K-6: says what is lacking by name", () => {
    expect(incompatibility(job([0, 26]), node([0]))).toEqual({
      rule: "K-6",
      reason: "capabilities",
      detail: "lacks Segment slicing",
    });
  });

  it("K-6: a job without capabilities fits nobody; a node that sent none fits no job", () => {
    expect(incompatibility(null, node([0]))?.reason).toBe("capabilities");
    expect(incompatibility(job([]), null)?.reason).toBe("capabilities-missing");
  });

  it.each([
    ["an unknown capability is taken to fit", 30, "m", true, "", true],
    ["the model is missing", 27, "other", false, "", false],
    ["warm is wanted, cold is offered", 27, "cold", true, "", false],
    ["cold will do", 27, "cold", false, "", true],
    ["the runner is too old", 27, "cold", false, "0.3.0", false],
    ["the runner is new enough", 27, "cold", false, "0.2.0", true],
  ])("K-7: %s", (_, capability, model, warm, runnerVersion, fits) => {
    const wanted = new Map([
      [capability, new Map([[model, { warm, capacity: 9, runnerVersion }]])],
    ]);
    const offered = new Map([
      [27, new Map([["cold", { warm: false, capacity: 1, runnerVersion: "0.2.0" }]])],
    ]);
    const unfit = incompatibility(
      job([], { perCapability: wanted }),
      node([], { constraints: { minVersion: "", perCapability: offered } }),
    );
    expect(unfit === null).toBe(fits);
  });
});

describe("a node's own capabilities", () => {
  it("K-4, K-15: workers add their capacities and take them away again", () => {
    const own = new NodeCapabilities([0, 1]);
    const worker = node([1, 26], {
      capacities: new Map([
        [1, 5],
        [26, 5],
      ]),
    });
    own.add(worker);
    own.add(node([1]));
    expect([...own.capacities]).toEqual([
      [0, 1],
      [1, 7],
      [26, 5],
    ]);
    own.remove(worker);
    expect([...own.capacities]).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(bitNumbers(own.bitstring)).toEqual([0, 1]);
  });

  it("K-15: whoever comes and goes leaves nothing behind", () => {
    const capacities = fc.dictionary(
      fc.nat({ max: 70 }).map(String),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 })), fc.array(capacities), (base, workers) => {
        const own = new NodeCapabilities(base);
        const messages = workers.map((counts) => {
          const entries = Object.entries(counts).map(
            ([key, count]) => [Number(key), count] as const,
          );
          return node(
            entries.map(([key]) => key),
            { capacities: new Map(entries) },
          );
        });
        for (const message of messages) own.add(message);
        for (const message of messages) own.remove(message);
        expect(new Map(own.capacities)).toEqual(new NodeCapabilities(base).capacities);
        expect(bitNumbers(own.bitstring)).toEqual(bitNumbers(bitString(base)));
      }),
    );
  });
});

describe("names", () => {
  it("K-5: a pipeline is a name with dashes and any first letter", () => {
    expect(pipelineToCapability("live-video-to-video")).toBe(35);
    expect(pipelineToCapability("LLM")).toBeUndefined();
  });

  it("the retired number 13 has none", () => {
    expect(CAPABILITY_NAMES.has(13)).toBe(false);
  });

  it("K-10: least runner versions by pipeline and model; what cannot be read asks for nothing", () => {
    const text = '[{"model_id":"m","pipeline":"upscale","minVersion":"1.0"},{"pipeline":"llm"}]';
    expect(parseMinRunnerVersions(text)).toEqual(
      new Map([[30, new Map([["m", { warm: false, capacity: 0, runnerVersion: "1.0" }]])]]),
    );
    expect(parseMinRunnerVersions('[{"model_id":1}]').size).toBe(0);
    expect(parseMinRunnerVersions("[").size).toBe(0);
  });

  it("K-10: the flag is read as Go reads JSON: any case, the last that is not null", () => {
    const versionOf = (members: string) =>
      parseMinRunnerVersions(`[{"model_id":"m","pipeline":"upscale",${members}}]`).get(30)?.get("m")
        ?.runnerVersion;
    expect(versionOf('"minVersion":"1","MINVERSION":"2","minVersion":"3"')).toBe("3");
    expect(versionOf('"minVersion":"1","minversion":null')).toBe("1");
    expect(versionOf('"minVer\u017fion":"1"')).toBe("1");
    expect(versionOf('"minVersion":"\\ud800"')).toBe("\ufffd");
    expect(parseMinRunnerVersions(`${"[".repeat(10_001)}${"]".repeat(10_001)}`).size).toBe(0);
  });

  it("K-1: a number that no bit string should hold is refused", () => {
    const refused = expect.objectContaining({ code: "CAPABILITY_RANGE" });
    for (const number of [2 ** 32 - 1, 2 ** 20, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bitString([number])).toThrow(refused);
    }
    expect(bitString([-1, -(2 ** 40), 2 ** 20 - 1])).toHaveLength(2 ** 14);
    const worker = { bitstring: [], capacities: new Map([[2 ** 32 - 1, 1]]) };
    expect(() => new NodeCapabilities([]).add(worker)).toThrow(refused);
  });
});
