/** The table of workers: nobody is hidden behind others whose names look alike. */
import { expect, it } from "vitest";
import { workerLines } from "../../../src/sim/report/content/worker-lines.js";
import { renderJunit } from "../../../src/sim/report/junit.js";
import { renderReport } from "../../../src/sim/report/report.js";
import type { ScenarioResult } from "../../../src/sim/results.js";
import { result } from "../../support/sim/report-fixture.js";

const sure = (mean: number) => ({ mean, ci95: [mean, mean] as const, n: 10 });

/** Workers called good-1, good-2, …, by what they keep of their sessions; who keeps none was refused. */
function withWorkers(kept: readonly (number | null)[]): ScenarioResult {
  const names = kept.map((_, index) => `good-${index + 1}`);
  return {
    ...result,
    question: null,
    verdict: null,
    variants: result.variants.map((variant) => ({
      ...variant,
      workers: names.map((name, index) => {
        const own = kept[index] ?? null;
        const lost = { "streamMinutesLost.inFlight": sure(1), "roundTripMs.p50": sure(400) };
        return { name, metrics: own === null ? {} : { retention: sure(own), ...lost } };
      }),
      admissions: names.map((worker, index) => ({
        worker,
        offered: 4,
        sessions: kept[index] === null ? 0 : 4,
        reason: kept[index] === null ? "too slow at one session" : "admitted",
      })),
    })),
  };
}

it("who is refused stands apart, and others are not said to be out with it", () => {
  const lines = workerLines(withWorkers([null, 0.98, 0.97]));
  expect(lines.map(({ name, isOut, why }) => [name, isOut, why])).toEqual([
    ["good-1", true, "too slow at one session"],
    ["good (2)", false, "too slow"],
  ]);
});

it("who does far worse stands apart, and is not hidden in a mean", () => {
  const lines = workerLines(withWorkers([0.98, 0.97, 0.05]));
  expect(lines.map(({ name, kept }) => [name, kept])).toEqual([
    ["good (2)", "98 %"],
    ["good-3", "5 %"],
  ]);
});

it("what to do is told of each candidate's own workers, with its name where there are several", () => {
  const { verdict } = result;
  if (verdict === null) throw new Error("there is a verdict");
  const admitted = (sessions: readonly number[]) =>
    sessions.map((of, index) => ({ worker: `w${index}`, offered: 4, sessions: of, reason: "" }));
  const variant = (name: string, sessions: readonly number[]) => ({
    ...(withWorkers([]).variants[0] as ScenarioResult["variants"][number]),
    name,
    workers: sessions.map((_, index) => ({ name: `w${index}`, metrics: { retention: sure(0.9) } })),
    admissions: admitted(sessions),
  });
  const lines = workerLines({
    ...result,
    variants: [
      variant("none", [4, 0, 0, 4]),
      variant("a", [4, 4, 0, 4]),
      variant("b", [4, 0, 4, 2]),
      variant("c", [4, 0, 4, 0]),
    ],
    question: { baseline: "none", candidate: "a", objective: "x", workers: ["w1"] },
    verdict: { ...verdict, decision: "exclude", instead: null },
    verdicts: [
      { ...verdict, candidate: "a", decision: "exclude", instead: null },
      { ...verdict, candidate: "b", decision: "admit", instead: null },
      { ...verdict, candidate: "c", decision: "undecided", instead: null },
    ],
  });
  expect(lines.map(({ name, advice }) => [name, advice])).toEqual([
    ["w1", "leave out (a)"],
    ["w2", "let in (b), not decided (c)"],
    ["w3", "change (b), not decided (c)"],
    ["w0", "as it is"],
  ]);
});

it("reasons for being out are not headed as ways to lose streams", () => {
  expect(renderReport(withWorkers([0.98, 0.97]))).toMatch(/loses streams by\n/);
  expect(renderReport(withWorkers([0.98, null]))).toMatch(/why it loses, or is out\n/);
});

it("JUnit has the verdict on each of several candidates, and the notes", () => {
  const { verdict } = result;
  if (verdict === null) throw new Error("there is a verdict");
  const verdicts = ["one", "two"].map((candidate) => ({ ...verdict, candidate }));
  const text = renderJunit([{ ...result, verdicts, notes: ["be careful"] }]);
  expect(text).toContain('name="verdict on one"');
  expect(text).toContain('name="verdict on two"');
  expect(text).toContain("Note: be careful");
});
