import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/config/duration.js";
import { duration } from "../../src/config/fields.js";

describe("spans of time", () => {
  it("are sums of numbers with units", () => {
    expect(parseDuration("500ms")).toBe(500);
    expect(parseDuration("20m")).toBe(1_200_000);
    expect(parseDuration("20 min")).toBe(1_200_000);
    expect(parseDuration("1h30m")).toBe(5_400_000);
    expect(parseDuration("1.5 h")).toBe(5_400_000);
    expect(parseDuration("2w 1d")).toBe(15 * 86_400_000);
  });

  it("need a unit and nothing else", () => {
    for (const text of ["", "20", "m", "20x", "20m5", "-1m", "1e3s", "20 m x"]) {
      expect(parseDuration(text), text).toBeUndefined();
      expect(duration("d").safeParse(text).success, text).toBe(false);
    }
  });

  it("are written as they are read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 315_360_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(formatDuration(1_620_000)).toBe("27m");
  });

  it("end at ten years", () => {
    expect(duration("d").safeParse("521w").success).toBe(true);
    expect(duration("d").safeParse("522w").success).toBe(false);
  });
});
