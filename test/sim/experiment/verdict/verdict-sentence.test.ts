import { describe, expect, it } from "vitest";
import type { Change } from "../../../../src/sim/experiment/verdict/change.js";
import { decide, peakState } from "../../../../src/sim/experiment/verdict/decision.js";
import { digits } from "../../../../src/sim/experiment/verdict/figure-format.js";
import type { Judgement } from "../../../../src/sim/experiment/verdict/judge.js";
import { verdictSentence } from "../../../../src/sim/experiment/verdict/verdict-sentence.js";
import { loadText, POOL } from "../../../support/sim/fake-simulate.js";

const at = (low: number, high: number): Change => ({
  mean: (low + high) / 2,
  ci95: [low, high],
  n: 10,
  method: "t",
  events: null,
});

/** A judgement at a margin of 5 %. */
function judged(
  change: Change,
  rest: Partial<Judgement> = {},
  peak: Change | "off" = "off",
): Judgement {
  const input = { change, margin: 0.05, constraints: rest.constraints ?? [], peak };
  return {
    objective: "net",
    ...decide(input),
    baseline: undefined,
    difference: undefined,
    change,
    margin: 0.05,
    peak: { state: peakState(input), change: typeof peak === "object" ? peak : null },
    constraints: [],
    evidence: { sessions: 400, served: 80 },
    more: null,
    problem: null,
    needsPeak: false,
    instead: null,
    input,
    sequence: undefined,
    ...rest,
  };
}

const scenario = loadText(POOL.replace("candidate: with", "candidate: with, peakFactor: 1")).base
  .scenario;
const sentence = (judgement: Judgement) =>
  verdictSentence(judgement, {
    format: (metric, value, more) => `${digits(value, more)} ${metric === "net" ? "ETH" : "pp"}`,
    formatAmount: (_, value, more) => `${digits(value, more)} ETH`,
    scenario,
    baseline: "without",
  });
const untested = " (peak demand was not tested: decision.peakFactor is 1)";
const margin = "the margin of 5 % of the baseline's";
const late = (low: number, high: number) => ({
  constraints: [
    { metric: "late", difference: at(low, high), limit: 0.5, state: "unclear" as const },
  ],
});

describe("the verdict in one sentence", () => {
  it.each([
    [
      "harm",
      judged(at(-0.9, -0.3)),
      `net changes by −90 % … −30 % (95 %): a loss beyond ${margin}.`,
    ],
    [
      "harm at peak",
      judged(at(-0.01, 0.01), {}, at(-0.6, -0.4)),
      `net changes by −1 % … +1 % (95 %), but at peak demand by −60 % … −40 % (95 %): a loss beyond ${margin}.`,
    ],
    [
      "gain, no peak test",
      judged(at(0.1, 0.3)),
      `net changes by +10 % … +30 % (95 %)${untested}: a gain, with no loss beyond ${margin} and every constraint kept.`,
    ],
    [
      "gain at peak",
      judged(at(-0.01, 0.01), {}, at(0.3, 0.5)),
      `net changes by −1 % … +1 % (95 %) and at peak demand by +30 % … +50 % (95 %): no loss beyond ${margin}, and at peak a gain beyond it.`,
    ],
    [
      "no difference, by sessions alone",
      judged({ ...at(-0.046, 0.046), method: "rare events", events: 0 }, {}, at(0, 0.01)),
      `net changes by −4.6 % … +4.6 % (95 %) (none of 10 replications differ from the others; 400 sessions, 80 of them in question) and at peak demand by 0 % … +1 % (95 %): within ${margin}.`,
    ],
    [
      "a change that rounds to nothing has no sign",
      judged(at(-1e-7, 1e-7)),
      `net changes by 0.00 % … 0.00 % (95 %)${untested}: within ${margin}.`,
    ],
    [
      "constraint",
      judged(at(0.1, 0.3), late(0.6, 0.9)),
      "late changes by +0.6 … +0.9 pp (95 %), which is beyond the limit of +0.5 pp.",
    ],
    [
      "constraint unclear",
      judged(at(0.1, 0.3), late(0.4, 0.9)),
      "late changes by +0.4 … +0.9 pp (95 %), which may be beyond the limit of +0.5 pp.",
    ],
    [
      "needs more",
      judged(at(-0.7, 0.1), { more: { replications: 20, hours: 60, power: 0.8 } }),
      `net changes by −70 % … +10 % (95 %): a loss beyond ${margin} is neither shown nor ruled out; about 20 replications (60 simulated hours) with another --seed would decide it in 4 of 5 cases; with the same one they are a second look, which may double the share of false decisions.`,
    ],
    [
      "an absolute margin",
      judged(at(-0.9, -0.3), { margin: { absolute: 0.05 } }),
      "net changes by −0.9 … −0.3 ETH (95 %): a loss beyond the margin of 0.05 ETH.",
    ],
  ])("%s", (_, judgement, expected) => {
    expect(sentence(judgement)).toBe(expected);
  });

  it("writes what is beyond a margin or a limit with the digits that tell it apart", () => {
    expect(sentence(judged(at(-0.9, -0.050_02)))).toMatch(
      /^net changes by −90 % … −5\.002 % \(95 %\): a loss beyond the margin of 5 %/,
    );
    expect(sentence(judged(at(-0.050_003, 0.01)))).toMatch(/^net changes by −5\.0003 % … \+1 %/);
    expect(sentence(judged(at(-0.05, 0.01)))).toMatch(/^net changes by −5 % … \+1 %/);
    expect(sentence(judged(at(-0.9, -0.05004), { margin: { absolute: 0.05 } }))).toMatch(
      /… −0\.05004 ETH \(95 %\): a loss beyond the margin of 0\.05 ETH/,
    );
    expect(sentence(judged(at(0.1, 0.3), late(0.5003, 0.9)))).toMatch(
      /changes by \+0\.5003 … \+0\.9 pp \(95 %\), which is beyond the limit of \+0\.5 pp/,
    );
  });

  it("of the other undecided ones names what is missing", () => {
    expect(sentence(judged(at(-0.01, 0.9)))).toMatch(/no gain is shown either/);
    expect(sentence(judged(at(-0.01, 0.01), {}, at(-0.9, 0.9)))).toMatch(
      /at peak demand by .* neither shown nor ruled out there/,
    );
    const one = { ...at(0, 0), mean: 1, ci95: null, n: 1 };
    expect(sentence(judged(one))).toMatch(/^net has a value in too few replications/);
    const near = { reason: "near the margin" } as const;
    expect(sentence(judged(at(-0.09, -0.01), near))).toMatch(/near the margin of 5 %.*hardly tell/);
    const more = { replications: 200, hours: 600, power: 0.79 };
    expect(sentence(judged(at(-0.09, -0.01), { ...near, more }))).toMatch(
      /takes far more replications .*; about 200 replications .* decide it in 3 of 5 cases/,
    );
    const rare = { ...at(-0.2, 0), method: "rare events", events: 2 } as const;
    expect(sentence(judged(rare))).toMatch(/\(2 of 10 replications differ .* rare events decide/);
  });
});
