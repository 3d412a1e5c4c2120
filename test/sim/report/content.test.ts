/** The content of a report: what to do, in words that need no glossary, for each kind of result. */
import { describe, expect, it } from "vitest";
import { reportContent } from "../../../src/sim/report/content/content.js";
import { plainSentence } from "../../../src/sim/report/content/words.js";
import { renderReport } from "../../../src/sim/report/report.js";
import type { Decision, ScenarioResult } from "../../../src/sim/results.js";
import { estimate, result } from "../../support/sim/report-fixture.js";

const { verdict, question } = result;
if (verdict === null || question === null) throw new Error("the fixture is judged");

function judged(decision: Decision, rest: Partial<ScenarioResult> = {}): ScenarioResult {
  return { ...result, ...rest, verdict: { ...verdict, decision } as ScenarioResult["verdict"] };
}

function headline(found: ScenarioResult): string {
  return reportContent(found).answer.headline;
}

function advice(found: ScenarioResult): Record<string, string> {
  return Object.fromEntries(
    reportContent(found).workers.map(({ name, advice: text }) => [name, text]),
  );
}

describe("the answer", () => {
  it.each<[Decision, string, string]>([
    ["admit", "let slow in", "let in"],
    ["exclude", "leave slow out", "leave out"],
    [
      "no difference",
      "leave slow out: in or out makes no difference, but it loses 98 % of its streams",
      "leave out",
    ],
    ["undecided", "slow: not decided yet", "not decided"],
  ])("to %s says what to do with who is new", (decision, expected, worker) => {
    expect(headline(judged(decision))).toBe(expected);
    expect(advice(judged(decision))).toEqual({ slow: worker, "good (2)": "keep" });
  });

  it("says who does badly, or had nothing to do, among several that gain together", () => {
    const isNew = (name: string) => ["good-2", "new"].includes(name);
    const [before, after] = result.variants;
    if (before === undefined || after === undefined) throw new Error("there are two");
    const [admission] = after.admissions;
    if (admission === undefined) throw new Error("somebody is admitted");
    const idle = { name: "new", metrics: { picks: estimate(0, 0) } };
    const variants = [
      {
        ...before,
        workers: before.workers.filter(({ name }) => !isNew(name)),
        admissions: before.admissions.filter(({ worker }) => !isNew(worker)),
      },
      {
        ...after,
        workers: [...after.workers, idle],
        admissions: [...after.admissions, { ...admission, worker: "new" }],
      },
    ];
    const workers = ["slow", "good-2", "new"];
    const found = judged("admit", { variants, question: { ...question, workers } });
    expect(headline(found)).toBe(
      "let slow, good-2 and new in together; but slow loses 98 % of its streams and new had no session",
    );
    expect(advice(found)).toMatchObject({ slow: "in doubt", "good-2": "let in" });
    expect(reportContent(found).answer.sentences.join(" ")).toContain(
      "What is shown is that together they gain, not that each does: poolsim advise asks about each.",
    );
  });

  it("says it of one whose name is like the others', as of a-1 and a-2", () => {
    const named = (name: string) => (name === "slow" ? "good-3" : name);
    const isNew = (name: string) => ["good-2", "good-3"].includes(name);
    const variants = result.variants.map((variant, at) => {
      const workers = variant.workers.map((row) => ({ ...row, name: named(row.name) }));
      const admissions = variant.admissions.map((row) => ({ ...row, worker: named(row.worker) }));
      const isThere = (name: string) => at > 0 || !isNew(name);
      return {
        ...variant,
        workers: workers.filter(({ name }) => isThere(name)),
        admissions: admissions.filter(({ worker }) => isThere(worker)),
      };
    });
    const workers = ["good-2", "good-3"];
    const found = judged("admit", { variants, question: { ...question, workers } });
    expect(headline(found)).toBe("let good (2) in together; but good-3 loses 98 % of its streams");
  });

  it("turns round where the candidate is to do without somebody", () => {
    const variants = [...result.variants].reverse();
    const turned = { ...question, baseline: "with", candidate: "without" };
    expect(headline(judged("admit", { variants, question: turned }))).toBe("do without slow");
    expect(headline(judged("exclude", { variants, question: turned }))).toBe("keep slow");
    expect(headline(judged("no difference", { variants, question: turned }))).toBe(
      "do without slow: that makes no difference, and it loses 98 % of its streams",
    );
  });

  it("leaves it to the operator where who makes no difference does as well as the others", () => {
    const variants = result.variants.map((variant) => ({
      ...variant,
      workers: variant.workers.map((row) => ({
        ...row,
        metrics: { ...row.metrics, retention: estimate(0.6, 0.01) },
      })),
    }));
    const found = judged("no difference", { variants });
    expect(headline(found)).toBe("slow: in or out makes no difference");
    expect(advice(found)["slow"]).toBe("as you like");
  });

  it("keeps nobody who does far worse than the others, unless he is shown to be worth something", () => {
    const named = judged("no difference", { question: { ...question, workers: ["good-1"] } });
    expect(advice(named)["slow"]).toBe("try without");
  });

  it("names the variants where no worker comes or goes", () => {
    const other = { ...question, workers: [] };
    expect(headline(judged("admit", { question: other }))).toBe("change from without to with");
    expect(headline(judged("exclude", { question: other }))).toBe("stay with without, not with");
  });

  it("is that of the fees where there is none on the net", () => {
    const instead = { ...verdict, decision: "admit" as const, instead: null };
    const found = { ...result, verdict: { ...verdict, decision: "undecided" as const, instead } };
    expect(headline(found)).toBe("let slow in (judged on fees)");
    expect(advice(found)["slow"]).toBe("let in");
  });

  it("is what was expected where nothing is judged", () => {
    const open = { ...result, verdict: null, question: null };
    expect(headline(open)).toBe("1 of 2 expectations holds");
    const [first] = result.expectations;
    expect(headline({ ...open, expectations: first === undefined ? [] : [first] })).toBe(
      "the expectation holds",
    );
    expect(headline({ ...open, partial: true })).toMatch(
      /^stopped early, with 10 replications of each variant: /,
    );
  });

  it("ranks variants, and says which ones may be as good", () => {
    const [base] = result.variants;
    if (base === undefined) throw new Error("the fixture has a variant");
    const variant = (name: string, net: number, half: number) => ({
      ...base,
      name,
      metrics: { ...base.metrics, "pool.operatorNetPerDay": estimate(net, half) },
    });
    const variants = [
      variant("a", 0.001, 0.0001),
      variant("b", 0.0011, 0.0001),
      variant("c", 0.0005, 0.0001),
    ];
    const { answer, figures } = reportContent({
      ...result,
      verdict: null,
      question: null,
      variants,
    });
    expect(answer.sentences[0]).toBe(
      "Most for you: b (you keep per day: 1.10 ± 0.10 mETH); by their intervals a may be as good.",
    );
    expect(figures.variants.lines.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });
});

describe("what is known of workers", () => {
  it("advises to try without one that costs more than it brings", () => {
    const variants = result.variants.map((variant) => ({
      ...variant,
      workers: variant.workers.map((row) =>
        row.name.startsWith("good")
          ? { ...row, metrics: { ...row.metrics, marginalValue: estimate(-0.0001, 0.00005) } }
          : row,
      ),
    }));
    expect(advice({ ...result, variants })).toEqual({
      slow: "leave out",
      "good (2)": "try without",
    });
  });

  it("gives the reason of who was refused", () => {
    const asked = { ...question, candidate: "without", baseline: "with", workers: [] };
    const refused = reportContent({ ...result, question: asked }).workers;
    expect(refused.map(({ name }) => name)).toEqual(["good (2)"]);
    expect(renderReport(result, { details: true })).toMatch(
      /slow +0 of 4 +slow is excluded by name/,
    );
  });
});

describe("words", () => {
  it("replace metrics, whole names only", () => {
    expect(
      plainSentence("pool.retention changes; pool.retentionX and pool.retention.x do not"),
    ).toBe(
      "The share of sessions kept to the stream's end changes; pool.retentionX and pool.retention.x do not",
    );
    expect(plainSentence("no evidence on pool.operatorNetPerDay.")).toBe(
      "No evidence on what you keep per day.",
    );
  });

  it("begin with a capital letter, unless they are a name", () => {
    const names = [
      "ai.images.unservedShare changes by +1 %",
      "worker.slow-a.picks changes by +1 %",
      "limitMs 700 is best",
      "slow-a: its 4 sessions need more",
      "gateway.maxPricePerUnit is 0",
    ];
    for (const text of names) {
      expect(plainSentence(text)).toBe(text);
      expect(plainSentence(`it is so. ${text}.`)).toBe(`It is so. ${text}.`);
    }
    expect(plainSentence("worker slow-a: it is so")).toBe("Worker slow-a: it is so");
    expect(plainSentence("uncalibrated: so it is")).toBe("Uncalibrated: so it is");
  });
});

describe("the command", () => {
  it("is that of the result, quoted for a shell", () => {
    const settings = [
      { path: "duration", value: "1h" },
      { path: "workers.slow.roundTripMs", value: 900 },
      { path: "name", value: "it's a pool" },
    ];
    const found = { ...result, scenario: { ...result.scenario, settings }, sensitivity: [] };
    expect(reportContent(found, "my pool.yaml").command).toBe(
      "poolsim run 'my pool.yaml' --seed 1 --replications 10 --duration 1h --set workers.slow.roundTripMs=900 --set 'name=it'\\''s a pool' --sensitivity off",
    );
  });
});

describe("variants without streams", () => {
  it("say why on the first screen", () => {
    const variants = result.variants.map((variant, index) => ({
      ...variant,
      withoutStreams: index === 0 ? "its price is above every gateway's maximum (L-10)" : null,
    }));
    expect(renderReport({ ...result, variants })).toContain(
      "\nNo stream in without: its price is above every gateway's maximum (L-10).\n",
    );
  });
});
