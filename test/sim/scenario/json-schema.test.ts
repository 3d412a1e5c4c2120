import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  defaultAt,
  isDurationAt,
  isListAt,
  keysAt,
  scenarioJsonSchema,
} from "../../../src/sim/scenario/json-schema.js";

const committed = new URL("../../../scenarios/scenario.schema.json", import.meta.url);

describe("the JSON Schema of scenarios", () => {
  it("is committed as the code makes it (npm run schema)", () => {
    const made = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
    expect(readFileSync(committed, "utf8")).toBe(made);
  });

  it("says what it is and needs a name only", () => {
    const schema = scenarioJsonSchema();
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema["required"]).toEqual(["name"]);
  });

  it("writes defaults as a scenario would", () => {
    expect(defaultAt(["duration"], {})).toBe("3h");
    expect(defaultAt(["tickets", "ticketEV"], {})).toBe(8_000_000_000);
    expect(defaultAt(["orchestrator", "economics", "commission"], {})).toBe("1/4");
    expect(defaultAt(["gateway", "selectStakeWeight"], {})).toBe(0.7);
    expect(defaultAt(["stream", "length"], {})).toEqual({ distribution: "mixture" });
    expect(defaultAt(["warmup"], {})).toBeUndefined();
  });

  it("gives every setting a description or settings of its own", () => {
    const bare: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      const entries = Object.entries(schema);
      const find = (key: string) => entries.find(([name]) => name === key)?.[1];
      for (const branch of [...(find("oneOf") ?? []), ...(find("anyOf") ?? [])])
        visit(branch, path);
      visit(find("items"), `${path}[]`);
      for (const [key, property] of Object.entries(find("properties") ?? {})) {
        const text = JSON.stringify(property);
        if (!text.includes('"description"') && !text.includes('"const"'))
          bare.push(`${path}.${key}`);
        visit(property, `${path}.${key}`);
      }
    };
    visit(scenarioJsonSchema(), "");
    expect(bare).toEqual([]);
  });
});

describe("questions to the schema", () => {
  it("knows the keys at a path", () => {
    expect(keysAt(["demand", "calibrateTo"], {})).toEqual([
      "streamsPerDay",
      "segmentShare",
      "segmentsPerDay",
    ]);
    expect(keysAt(["workers", 0], {})).toContain("roundTripMs");
    expect(keysAt(["nowhere"], {})).toEqual([]);
  });

  it("leaves out what a discriminator rules out", () => {
    const scenario = { stream: { length: { distribution: "constant" } } };
    expect(keysAt(["stream", "length"], scenario)).toEqual(["distribution", "mean"]);
    expect(keysAt(["stream", "length"], {})).toContain("shortShare");
  });

  it("knows lists and spans of time", () => {
    expect(isListAt(["workers"], {})).toBe(true);
    expect(isListAt(["stream"], {})).toBe(false);
    expect(isDurationAt(["assumptions", "meanDown"], {})).toBe(true);
    expect(isDurationAt(["workers", 0, "up"], {})).toBe(true);
    expect(isDurationAt(["stream", "segmentMs"], {})).toBe(false);
  });
});
