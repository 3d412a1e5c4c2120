/**
 * Lists of runners of those who mean harm: at most a mebibyte each, and nobody's table waits for them.
 * Each took minutes to hours before it took as long as it is.
 */
import { Rational, RemoteDiscoveryTable, runnerPrice, runnerRejection } from "poolsim/discovery";
import { describe, expect, it } from "vitest";

const MEBIBYTE = 2 ** 20;

function tableOf(bodies: readonly string[], maxPrice: Rational | null = null) {
  const table = new RemoteDiscoveryTable({ intervalMs: 1000, maxPrice });
  table.rebuild(
    0,
    bodies.map((runners) => ({
      uri: "https://o.test",
      perCapability: null,
      priceInfo: null,
      capabilitiesPrices: [],
      runners,
    })),
  );
  return table.query([])?.[0];
}

function listOf(runners: readonly string[]): string {
  return `[{"address":"https://o.test","runners":[${runners.join(",")}]}]`;
}

function runner(at: number | string, price: string, app = "a"): string {
  return `{"url":"u${at}","app":"${app}","price_info":{"price":${price},"currency":"wei","unit":"fixed"}}`;
}

describe("a list of runners", { timeout: 60_000 }, () => {
  it("may have prices with a million digits each", () => {
    const runners = Array.from({ length: 10_000 }, (_, at) => runner(at, "1e999999"));
    expect(listOf(runners).length).toBeLessThan(MEBIBYTE);
    expect(tableOf([listOf(runners)])?.runners).toHaveLength(10_000);
    expect(tableOf([listOf(runners)], Rational.of(10n ** 400n))).toBeUndefined();
  });

  it("may have an app that is a word, white space and another word", () => {
    const app = `a${" ".repeat(MEBIBYTE - 500)}b`;
    expect(tableOf([listOf([runner("u", "1", app)])])?.capabilities).toEqual([app]);
  });

  it("may name as many runners and apps as it can, as may others under the same address", () => {
    const bodies = Array.from({ length: 20 }, (_, list) =>
      listOf(
        Array.from({ length: 9_000 }, (__, at) => runner(`${list}-${at}`, "1", `a${list}-${at}`)),
      ),
    );
    const entry = tableOf(bodies);
    expect(entry?.runners).toHaveLength(180_000);
    expect(entry?.capabilities).toHaveLength(180_000);
  });
});

describe("the price of a runner", () => {
  const rejection = (price: string, maxPrice: Rational | null) =>
    runnerRejection(
      {
        url: "u",
        app: "a",
        version: "",
        metadata: "",
        mode: "",
        capacity: 1n,
        capacityUsed: 0n,
        capacityAvailable: 1n,
        gpu: null,
        price: { price, currency: "wei", unit: "fixed" },
      },
      maxPrice,
    );

  it.each([
    ["100", "100", false],
    ["1e2", "100", false],
    ["100.00000000000000000001", "100", true],
    ["0.1e3", "100", false],
    ["99.9", "100", false],
    ["101", "100", true],
    ["1000", "100", true],
    ["0.33", "1/3", false],
    ["0.34", "1/3", true],
    ["0.3", "1/3", false],
    ["3.4e-1", "1/3", true],
    ["1e-999999", "1/1000000", false],
    ["1e999999", "1000000", true],
    ["12345e-4", "1.2345", false],
    ["12345e-4", "1.2344", true],
    ["1", "0", true],
    ["1", "-1", true],
  ])("A-75: %s is compared with a maximum of %s exactly", (price, maxPrice, isAbove) => {
    const expected = isAbove ? "its price is above the maximum" : null;
    expect(rejection(price, Rational.parse(maxPrice))).toBe(expected);
  });

  it.each(["0", "-1", "0e5", "1e1000001", "0.1e-1000000", "0e9223372036854775808", "", "1_0"])(
    "A-75: %j is none",
    (price) => {
      expect(rejection(price, null)).toContain("no price above 0");
      expect(runnerPrice({ price: { price, currency: "wei", unit: "fixed" } })).toBeNull();
    },
  );
});
