import { describe, expect, it } from "vitest";
import {
  checkChoice,
  checkInstant,
  checkNumber,
  checkObject,
  checkText,
  checkWhole,
} from "../../src/core/checks.js";

const said = (text: string) => expect.objectContaining({ code: "OPTION_INVALID", message: text });

describe("checks of what callers give", () => {
  it("say which value it is, what was found and what was expected", () => {
    expect(() => checkWhole({ wanted: Number.NaN }, [0, 8])).toThrow(
      said("wanted: found NaN, expected a whole number from 0 to 8"),
    );
    expect(() => checkNumber({ waitMs: "5" }, [0, Number.POSITIVE_INFINITY])).toThrow(
      said('waitMs: found "5", expected a number from 0'),
    );
    expect(() => checkInstant({ nowMs: 1e18 })).toThrow(
      said("nowMs: found 1000000000000000000, expected ms since 1970"),
    );
    expect(() => checkText({ path: "" })).toThrow(
      said('path: found "", expected a text that is not empty'),
    );
    expect(() => checkChoice({ mode: "warm" }, ["fresh", "pooled"])).toThrow(
      said('mode: found "warm", expected fresh, pooled'),
    );
    expect(() => checkObject({ source: undefined }, "list")).toThrow(
      said("source: found undefined, expected an object with list()"),
    );
    expect(() => checkObject({ options: null })).toThrow(
      said("options: found null, expected an object"),
    );
  });

  it("take what was not given, and Infinity where there is no highest", () => {
    expect(() => {
      checkWhole({ a: undefined, b: 3, c: Number.POSITIVE_INFINITY }, [
        1,
        Number.POSITIVE_INFINITY,
      ]);
      checkNumber({ a: undefined, b: 0.5 }, [0, 1]);
      checkInstant({ a: undefined, b: 0 });
      checkText({ b: "x" });
      checkChoice({ a: undefined }, ["x"]);
    }).not.toThrow();
    expect(() => checkWhole({ c: Number.POSITIVE_INFINITY }, [1, 9])).toThrow();
  });

  it("show little of what is long, and of values without a text", () => {
    for (const value of ["x".repeat(1_000), Object.create(null), [1], Symbol("s"), () => 1, 10n]) {
      expect(() => checkWhole({ value }, [0, 1])).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID" }),
      );
    }
  });
});
