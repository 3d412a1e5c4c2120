import { describe, expect, it } from "vitest";
import { plain } from "../../../src/cli/discover/report.js";
import { ageText } from "../../../src/cli/run/network-age.js";
import { exactAmount, span } from "../../../src/cli/shared/amount-values.js";
import { priceText } from "../../../src/cli/shared/max-price-options.js";

describe("values of go-livepeer's flags", () => {
  it("A-79: prices have digits, and a currency or none", () => {
    for (const text of ["0", "1200", "0.5", "0.0005eth", "3wei", "0.1USD", "1e3", "1^"]) {
      expect(priceText(text)).toBe(text);
    }
    for (const text of ["", "-1", "1 wei", ".5", "1.", "1/2", "1é"]) {
      expect(() => priceText(text)).toThrow("expected a price");
    }
  });

  it("spans have units, but for 0", () => {
    expect(["0", "500ms", "1.5s", "1m30s"].map(span)).toEqual([0, 500, 1500, 90_000]);
    for (const text of ["", "5", "-1s", "2d"]) expect(() => span(text)).toThrow("span of time");
  });

  it("P-9: amounts may be fractions", () => {
    expect(exactAmount("1/3").toString()).toBe("1/3");
    for (const text of ["-1", "x", "1/0"]) expect(() => exactAmount(text)).toThrow("at least 0");
  });
});

describe("the age of a discovery", () => {
  it("is told in its largest unit", () => {
    const ages = [-5, 59_000, 60_000, 7_199_000, 86_400_000, 3 * 86_400_000].map(ageText);
    expect(ages).toEqual([
      "less than a minute",
      "less than a minute",
      "1 minute",
      "1 hour",
      "1 day",
      "3 days",
    ]);
  });
});

describe("strangers' text", () => {
  it("is one short line that moves no cursor", () => {
    expect(plain("a\u001b[2J\n\u202eb\u0007 c")).toBe("a [2J b c");
    expect(plain("x".repeat(1000)).length).toBe(301);
  });
});
