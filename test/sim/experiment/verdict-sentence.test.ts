import { describe, expect, it } from "vitest";
import { type DecisionInput, decide } from "../../../src/sim/experiment/decision.js";
import type { Estimate } from "../../../src/sim/experiment/intervals.js";
import { verdictSentence } from "../../../src/sim/experiment/verdict-sentence.js";

const at = (low: number, high: number): Estimate => ({
  mean: (low + high) / 2,
  ci95: [low, high],
  n: 10,
});
const sentence = (difference: Estimate, rest: Partial<DecisionInput> = {}) =>
  verdictSentence(
    decide({ difference, delta: 2, constraints: [], hoursPerReplication: 3, ...rest }),
    { objective: "net", format: (metric, value) => `${value} ${metric === "net" ? "ETH" : "pp"}` },
  );
const late = (low: number, high: number) => ({
  constraints: [{ metric: "late", difference: at(low, high), limit: 0.5 }],
});

describe("the verdict in one sentence", () => {
  it.each([
    [
      "harm",
      at(-9, -3),
      {},
      "net changes by −9 ETH … −3 ETH (95 %): a loss beyond the margin of 2 ETH.",
    ],
    [
      "gain",
      at(1, 3),
      {},
      "net changes by +1 ETH … +3 ETH (95 %): a gain, with every constraint kept.",
    ],
    [
      "gain at peak",
      at(-1, 1),
      { peak: at(3, 5) },
      "net changes by −1 ETH … +1 ETH (95 %): no loss beyond the margin of 2 ETH, and at peak demand it changes by +3 ETH … +5 ETH (95 %), a gain beyond it.",
    ],
    [
      "no difference",
      at(0, 0),
      { peak: at(0, 1) },
      "net changes by 0 ETH … 0 ETH (95 %): within the margin of 2 ETH, and at peak demand it changes by 0 ETH … +1 ETH (95 %), no gain beyond it.",
    ],
    [
      "no difference, no peak test",
      at(0, 0),
      { peak: "off" as const },
      "net changes by 0 ETH … 0 ETH (95 %): within the margin of 2 ETH.",
    ],
    [
      "constraint",
      at(1, 3),
      late(0.6, 0.9),
      "late changes by +0.6 pp … +0.9 pp (95 %), which is beyond the limit of +0.5 pp.",
    ],
    [
      "undecided",
      at(-7, -1),
      {},
      "net changes by −7 ETH … −1 ETH (95 %): a loss beyond the margin of 2 ETH is neither shown nor ruled out; about 20 replications (60 simulated hours) would likely decide it.",
    ],
    [
      "undecided for good",
      at(-3, -1),
      {},
      "net changes by −3 ETH … −1 ETH (95 %): a loss beyond the margin of 2 ETH is neither shown nor ruled out; no number of replications would likely decide it.",
    ],
  ])("%s", (_, difference, rest, expected) => {
    expect(sentence(difference, rest)).toBe(expected);
  });

  it("of the other undecided ones names what is missing", () => {
    expect(sentence(at(1, 3), late(0.4, 0.9))).toMatch(/late .*, which may be beyond the limit/);
    expect(sentence(at(-1, 9), { peak: "off" })).toMatch(/no gain is shown either/);
    expect(sentence(at(-1, 1), { peak: at(-9, 9) })).toMatch(/at peak demand .* unclear/);
    expect(sentence({ mean: 1, ci95: null, n: 1 })).toMatch(/^net has a value in too few .*\(1\)/);
  });
});
