/** The first screen of advice: what to do within six lines, 40 lines of 80 columns, whatever there is. */
import { beforeAll, describe, expect, it } from "vitest";
import type { AdviceResult, WorkerAdviceResult } from "../../../src/sim/advise/advice-result.js";
import type { AdviceWord } from "../../../src/sim/advise/advice-rules.js";
import { renderAdvice } from "../../../src/sim/report/advice.js";
import { adviceContent } from "../../../src/sim/report/content/advice-content.js";
import { adviceOf } from "../../support/sim/advice-fixture.js";
import { expectOneScreen } from "../../support/sim/one-screen.js";

let whole: AdviceResult;
beforeAll(async () => {
  whole = await adviceOf();
});

function first(word: AdviceWord): WorkerAdviceResult {
  const found = whole.workers.find(({ advice }) => advice === word);
  if (found === undefined) throw new Error(`the fixture has no ${word}`);
  return found;
}

describe("whatever there is to say", () => {
  const words: readonly AdviceWord[] = ["keep", "cap", "spare", "exclude", "undecided"];

  it.each(words)("of 500 workers of which each is to %s", (word) => {
    const workers = Array.from({ length: 500 }, (_, index) => ({
      ...first(word),
      name: `a-worker-with-a-long-name-${index}`,
    }));
    expectOneScreen({ ...whole, workers }, "pool.yaml");
  });

  it("of many workers with all words, many notes, and expectations that do not hold", () => {
    const workers = Array.from({ length: 40 }, (_, index) => ({
      ...first(words[index % 5] ?? "keep"),
      name: `w-${index}`,
      workers: Array.from({ length: 1 + (index % 3) }, (_, copy) => `w-${index}-${copy}`),
    }));
    const expectations = Array.from({ length: 30 }, (_, index) => ({
      text: `worker.w-${index}.advice == keep`,
      passed: false,
      actual: "exclude: loses 50 % of its streams ".repeat(4),
    }));
    const notes = Array.from({ length: 12 }, (_, index) => `note ${index} ${"word ".repeat(30)}`);
    expectOneScreen({ ...whole, workers, expectations, notes }, "pool.yaml");
  });
});

describe("each worker", () => {
  it("has its word, and why", () => {
    const text = renderAdvice(whole, { width: 100 });
    expect(text).toMatch(/^slow +leave out +\+101\.1 % /m);
    expect(text).toMatch(/^home +cap at 2 sessions /m);
    expect(text).toMatch(/^old +keep as spare /m);
    expect(text).toMatch(/^never +keep for now /m);
    expect(text).toMatch(/^Keep, as .*: a-1, a-2, a-3, a-4, a-5,/m);
  });

  it.each([3, 20, 43, 60])("that is kept is named or counted: names of %i characters", (length) => {
    const names = Array.from({ length: 40 }, (_, index) => `w${index}`.padEnd(length, "x"));
    const workers = names.map((name) => ({ ...first("keep"), name }));
    const text = renderAdvice({ ...whole, workers }, { width: 80 });
    const kept = text.slice(text.search(/^Keep, as /m)).split("\n\n")[0] ?? "";
    const shown = names.filter((name) => kept.includes(` ${name}`));
    expect(shown.length).toBeGreaterThan(0);
    expect(kept).toMatch(new RegExp(`… and ${names.length - shown.length} more kinds of workers`));
  });

  it("is named in the first line while there are few", () => {
    expect(adviceContent(whole).answer).toMatchObject({
      headline:
        "leave slow out, cap home at 2 sessions, keep old as spare and keep the other 6; not decided yet: never (keep for now)",
      tone: "good",
    });
  });

  it("is kept where nothing gains", async () => {
    const kept = whole.workers.filter(({ advice }) => advice === "keep");
    const none = { ...whole, workers: kept, together: null, settings: [] };
    expect(adviceContent(none).answer).toEqual({
      headline: "keep all 6 workers",
      tone: "neutral",
      verdict: null,
      sentences: [
        "Nothing that was tried on them changes what you keep per day for the better by more than 5 %.",
      ],
    });
    expect(renderAdvice(none)).not.toContain("As settings");
  });

  it("is not to be touched where all of it together is a loss", () => {
    const { together } = whole;
    if (together === null) throw new Error("the fixture has something to do");
    const loss = { ...whole, together: { ...together, decision: "exclude", reason: "harm" } };
    expect(adviceContent(loss).answer.tone).toBe("bad");
    expect(renderAdvice(loss).split("\n").slice(0, 6).join(" ")).toContain("THAT IS A LOSS");
    const open = { ...together, decision: "undecided", reason: "peak unclear" };
    expect(renderAdvice({ ...whole, together: open }, { width: 300 })).toContain(
      "at peak demand is not known yet",
    );
  });
});

describe("the rule", () => {
  it("is named with whom it admits, and compared with the advice", () => {
    const estimate = { mean: 0.12, ci95: [0.1, 0.14] as const, n: 12 };
    const fresh = { change: estimate, atPeak: null, decision: "admit", reason: "gain" };
    const best = {
      ...fresh,
      rule: "benchmark.limitMs" as const,
      label: "benchmark limit 900 ms",
      settings: [{ path: "orchestrator.admission.benchmark.limitMs", value: 900 }],
      admits: [
        { worker: "slow", offered: 4, least: 0, most: 0 },
        { worker: "a-1", offered: 4, least: 4, most: 4 },
      ],
      asGood: ["benchmark limit 700 ms", "benchmark limit 900 ms"],
    };
    const rule = { best, tried: [], replications: 20 };
    const text = renderAdvice({ ...whole, rule, togetherOverRule: fresh }, { width: 300 });
    expect(text).toContain(
      "Rule: benchmark limit 900 ms (as good: benchmark limit 700 ms … benchmark limit 900 ms): +12.0 % (+10.0 … +14.0); admits 1 of 2 workers; refuses slow. The advice above changes +12.0 % (+10.0 … +14.0) more than that.",
    );
    const none = { best: null, tried: [], replications: 20 };
    expect(renderAdvice({ ...whole, rule: none }, { width: 300 })).toContain(
      "Rule: no single rule for all workers is shown to gain",
    );
  });
});
