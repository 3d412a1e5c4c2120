import { describe, expect, it } from "vitest";
import { aiTable } from "../../../src/sim/report/content/ai-lines.js";
import type { ScenarioResult } from "../../../src/sim/results.js";

const of = (mean: number) => ({ mean, ci95: [mean, mean] as const, n: 3 });
const result = (ai: readonly object[] | undefined) =>
  ({
    variants: [{ name: "base", ...(ai === undefined ? {} : { ai }) }],
  }) as unknown as ScenarioResult;

describe("the table of AI jobs", () => {
  it("is none where none were asked for", () => {
    expect(aiTable(result(undefined))).toBeNull();
  });

  it("has of live video what came out, not what was started", () => {
    const table = aiTable(
      result([
        { name: "images", metrics: { requests: of(120), successShare: of(0.5), poolShare: of(1) } },
        { name: "live", metrics: { requests: of(8), successShare: of(1), servedShare: of(0.25) } },
      ]),
    );
    expect(table?.jobs).toEqual(["images", "live"]);
    const cells = Object.fromEntries(table?.columns.map(({ head, cells }) => [head, cells]) ?? []);
    expect(cells["requests"]).toEqual(["120", "8"]);
    expect(cells["served, %"]).toEqual(["50.0", "25.0"]);
    // A column that nobody has a value of is left out.
    expect(Object.keys(cells)).toEqual(["requests", "served, %", "yours, %"]);
  });
});
