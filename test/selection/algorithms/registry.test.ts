import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import {
  type Candidates,
  createSelection,
  NOBODY,
  RecipientChooser,
  SELECTION_ALGORITHMS,
  selectionSchema,
} from "../../../src/selection/index.js";
import { price, session } from "../../support/sim/sessions.js";

const context = { flags: {} };
const three: Candidates = {
  recipients: [5, 6, 7],
  prices: [price("9"), price("1"), price("2")],
  stakes: [1, 1, 1],
  perfScores: null,
  maxPrice: Rational.parse("3"),
  latenciesMs: [1, 30, 20],
};

describe("selection algorithms by name", () => {
  it.each(SELECTION_ALGORITHMS.own.map(({ name }) => name))(
    "%s names a candidate or nobody",
    (name) => {
      const algorithm = createSelection(name, context);
      for (const drawn of [0, 0.3, 0.7, 0.999999]) {
        expect([6, 7]).toContain(algorithm.select(three, () => drawn));
      }
      const nobody = { ...three, recipients: [], prices: [], stakes: [], latenciesMs: [] };
      expect(algorithm.select(nobody, () => 0.5)).toBe(NOBODY);
      expect(selectionSchema().parse(name)).toBe(name);
    },
  );

  it("live takes the first, latency the fastest, random each with the same chance", () => {
    const select = (name: string, drawn: number) =>
      createSelection(name, context).select(three, () => drawn);
    expect(select("live", 0.9)).toBe(6);
    expect(select("latency", 0.1)).toBe(7);
    expect([0, 0.49, 0.5, 0.99].map((drawn) => select("random", drawn))).toEqual([6, 6, 7, 7]);
  });

  it("refuse what they do not know, with the names that there are", () => {
    expect(() => createSelection("rando", context)).toThrow(
      expect.objectContaining({
        code: "SELECTION_UNKNOWN",
        // All, also those that extensions added in other tests of this process.
        message: `no selection algorithm is called rando; there are ${SELECTION_ALGORITHMS.all
          .map(({ name }) => name)
          .join(", ")}`,
      }),
    );
    expect(SELECTION_ALGORITHMS.own.map(({ name }) => name)).toEqual([
      ...["probability", "live", "latency", "random"],
    ]);
    expect(selectionSchema().safeParse("rando").success).toBe(false);
    expect(selectionSchema().safeParse({ algorithm: "live" }).success).toBe(false);
  });

  it("latency knows the fastest session of each recipient, however many it has", () => {
    const chooser = new RecipientChooser({
      algorithm: createSelection("latency", context),
      stakes: { readStakes: (recipients) => recipients.map(() => 1) },
    });
    const waiting = [
      session(0, { recipient: 7, initialLatencyMs: 50, price: price("1") }),
      session(1, { recipient: 5, initialLatencyMs: 40, price: price("1") }),
      session(2, { recipient: 7, initialLatencyMs: 30, price: price("1") }),
    ];
    expect(chooser.choose(waiting, () => 0.5)).toBe(0);
    expect(chooser.lastCandidates?.latenciesMs).toEqual([30, 40]);
    expect(chooser.choose(waiting.slice(0, 2), () => 0.5)).toBe(1);
  });
});
