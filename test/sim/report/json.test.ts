import { describe, expect, it } from "vitest";
import { renderJson } from "../../../src/sim/report/json.js";
import { result } from "../../support/sim/report-fixture.js";

describe("the JSON result", () => {
  it("is an object for one scenario and an array for several", () => {
    expect(JSON.parse(renderJson([result]))).toEqual(result);
    expect(JSON.parse(renderJson([result, result]))).toEqual([result, result]);
  });

  it("ends with a line end and is the same every time", () => {
    expect(renderJson([result])).toMatch(/\}\n$/);
    expect(renderJson([structuredClone(result)])).toBe(renderJson([result]));
  });
});
