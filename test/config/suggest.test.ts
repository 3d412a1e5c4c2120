import { describe, expect, it } from "vitest";
import { editDistance, nearest, suggestion } from "../../src/config/suggest.js";

describe("the closest known name", () => {
  it("counts insertions, deletions, replacements and swaps of neighbours as one", () => {
    expect(editDistance("seed", "seed")).toBe(0);
    expect(editDistance("sed", "seed")).toBe(1);
    expect(editDistance("seeds", "seed")).toBe(1);
    expect(editDistance("sead", "seed")).toBe(1);
    expect(editDistance("sede", "seed")).toBe(1);
    expect(editDistance("", "seed")).toBe(4);
  });

  it("ignores capital letters", () => {
    expect(editDistance("Seed", "sEED")).toBe(0);
  });

  it("finds the closest of several", () => {
    expect(nearest("regoin", ["reason", "region", "regions"])).toBe("region");
  });

  it("finds nothing when nothing is close", () => {
    expect(nearest("stake", ["region", "seed"])).toBeUndefined();
    expect(nearest("x".repeat(10_000), ["x".repeat(10_001)])).toBeUndefined();
  });

  it("lists the names when there are few and none is close", () => {
    expect(suggestion("zzz", ["with", "without"])).toBe(", expected one of with, without");
    expect(suggestion("wiht", ["with", "without"])).toBe('; did you mean "with"?');
    expect(suggestion("zzz", [])).toBe("");
  });
});
