/** Numbers with which a core would not end, never ask again, or choose by nothing: refused when it is made. */
import { describe, expect, it } from "vitest";
import { Suspender } from "../../src/discovery/index.js";
import * as selection from "../../src/selection/index.js";

const { Rational, SessionPrice } = selection;
const NONE = [Number.NaN, -1];
const price = new SessionPrice(Rational.of(1n));
const candidates = { recipients: [0, 1], prices: [price, price], perfScores: null, maxPrice: null };

const CASES: readonly (readonly [
  name: string,
  values: readonly number[],
  make: (given: object) => unknown,
])[] = [
  ...["poolSize", "numOrchs"].map(
    (name) =>
      [
        name,
        NONE,
        (given: object) =>
          new selection.SessionPool({
            poolSize: 1,
            numOrchs: 1,
            selector: new selection.MinLSSelector(),
            suspender: new Suspender(),
            ...given,
          }),
      ] as const,
  ),
  ["minLS", [Number.NaN], (given) => new selection.MinLSSelector(given)],
  ["maxAttempts", [...NONE, 0], (given) => new selection.SegmentAttempt(given)],
  ["retryTimeoutMs", NONE, (given) => new selection.AIRequest(given)],
  [
    "intervalMs",
    [...NONE, Number.POSITIVE_INFINITY],
    (given) => {
      const { intervalMs } = given as { readonly intervalMs: number };
      return new selection.LivePayments(0n, intervalMs);
    },
  ],
  [
    "sweepOffsetMs",
    [Number.NaN, Number.POSITIVE_INFINITY],
    (given) => {
      const { sweepOffsetMs } = given as { readonly sweepOffsetMs: number };
      return new selection.CreditAccounts(sweepOffsetMs);
    },
  ],
];

describe.each(CASES)("%s", (name, values, make) => {
  it.each(values)("of %s is refused", (value) => {
    expect(() => make({ [name]: value })).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringContaining(`${name}: found`),
      }),
    );
  });
});

describe("what would make all probabilities NaN", () => {
  it("is refused: a price factor that is no number, and an endless stake", () => {
    for (const priceExpFactor of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new selection.ProbabilityAlgorithm({ priceExpFactor })).toThrow(
        expect.objectContaining({ code: "SELECTION_WEIGHTS" }),
      );
    }
    const stakes = [Number.POSITIVE_INFINITY, 1];
    expect(() => selection.checkCandidates({ ...candidates, stakes })).toThrow(
      expect.objectContaining({ code: "CANDIDATES" }),
    );
  });
});
