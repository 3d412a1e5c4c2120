/** Slow answers to AI jobs whose clients wait for ever: what comes in shows nothing of what they cost. */
import { describe, expect, it } from "vitest";
import { advise, runExperiment } from "../../../src/sim/live/run.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** Another orchestrator that does most of the jobs, and takes so many times as long as the pool's good workers. */
function rivals(times: number) {
  return `
  orchestrators:
    - { name: rival, models: [{ pipeline: text-to-image, msPerUnit: ${0.0076 * times}, capacity: 100 }] }
orchestrators:
  - { name: rival, region: FRA, stakeShare: 0.5, pricePerUnit: "1000", backend: { type: measured, roundTripMs: 400 } }`;
}

/** A pool, alone if nothing else is said; its worker in question takes so many times as long as the others. */
function scenario(
  times: number,
  {
    rate = 0.6,
    patience = "",
    asks = true,
    count = 1,
    more = "",
    out = "x",
    good = 2,
    others = "",
  } = {},
) {
  const model = (factor: number) =>
    `{ transcoding: none, models: [{ pipeline: text-to-image, msPerUnit: ${0.0076 * factor} }] }`;
  const question = `
variants: { without: { orchestrator.admission.exclude: [${out}] }, with: {} }
decision: { baseline: without, candidate: with, peakFactor: 1 }`;
  return loadText(`
name: slow-answers
warmup: 5m
duration: 30m
replications: 6
gateway: { region: FRA }
network: { limit: 0 }
demand: { concurrentStreams: 0 }
ai:
  jobs:
    - { name: images, pipeline: text-to-image, requestsPerSecond: ${rate}, units: 262144${patience} }${others}
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.5
  maxSessions: 10
  ai: { prices: [{ pipeline: text-to-image, pricePerUnit: "4668371" }] }
workers:
  - { name: good, count: ${good}, ai: ${model(1)} }
  - { name: x, count: ${count}, ai: ${model(times)} }${more}
${asks ? question : ""}
`);
}

async function verdictOn(loaded: ReturnType<typeof scenario>) {
  const { verdict } = await runExperiment(loaded, { sensitivity: "off", threads: 1 });
  if (verdict === null) throw new Error("it was asked for a verdict");
  return verdict;
}

describe("a worker whose answers to AI jobs are slow", () => {
  it("is not admitted for the fees of clients who never leave, and it is said what is missing", async () => {
    const { decision, reason, sentence } = await verdictOn(scenario(10));
    expect([decision, reason]).toEqual(["undecided", "no evidence"]);
    expect(sentence).toMatch(
      /^clients of images wait for ever \(ai\.jobs\[\]\.patience is not said\).* the slowest hundredth of answers takes 2\d(\.\d)? s or more, in place of \d\.\d+ s, which is no evidence on pool\.operatorNetPerDay\.$/,
    );
  });

  it("is not let in, nor called no difference, where it is given jobs in some replications only", async () => {
    // Who is first in line is drawn once, so that an interval over six replications has 0 in it.
    const { reason, sentence } = await verdictOn(scenario(10, { rate: 0.04 }));
    expect(reason).toBe("no evidence");
    expect(sentence).toContain("the slowest hundredth of answers may take 1");
  });

  it("is not let in where another one is as slow already", async () => {
    // The slowest hundredth is that of `x` with and without the other three.
    const y = `
  - { name: y, count: 3, ai: { transcoding: none, models: [{ pipeline: text-to-image, msPerUnit: 0.076 }] } }`;
    const { reason, sentence } = await verdictOn(scenario(10, { rate: 0.15, more: y, out: "y" }));
    expect(reason).toBe("no evidence");
    expect(sentence).toMatch(/: an answer (may take|takes) \d+(\.\d+)? s in the mean, in place of/);
  });

  it("is not let in where others do most of the jobs, so that few clients meet it", async () => {
    const diluted = { rate: 3, good: 1, others: rivals(1) };
    const { reason, sentence } = await verdictOn(scenario(30, diluted));
    expect(reason).toBe("no evidence");
    expect(sentence).toMatch(
      /: the slowest hundredth of the pool's answers takes \d+(\.\d)? s or more, in place of \d\.\d+ s/,
    );
  });

  it("is let in where clients wait as long at the others", async () => {
    const { decision } = await verdictOn(scenario(5, { rate: 2, good: 1, others: rivals(5) }));
    expect(decision).toBe("admit");
  });

  it("is judged by those who leave, where it is said when they do", async () => {
    const verdict = await verdictOn(scenario(10, { rate: 0.3, patience: ", patience: 10s" }));
    // Whether it is the first in line, and is given a job at all, is drawn anew in each replication.
    expect(verdict.reason).toMatch(/^constraint (broken|unclear)$/);
  });

  it("is admitted where answers take little longer than before", async () => {
    expect((await verdictOn(scenario(1.2))).decision).toBe("admit");
  });

  it("is not advised to be kept, and its owner is told why", async () => {
    const result = await advise(scenario(40, { asks: false }), {
      rule: false,
      replications: 16,
      only: ["x"],
      threads: 1,
    });
    const [x] = result.workers;
    expect(x?.advice).toBe("undecided");
    expect(x?.why).toMatch(/^clients of images wait for ever .*ai\.jobs\[\]\.patience/);
  });

  it("is not kept where two of them hide each other", async () => {
    const result = await advise(scenario(10, { rate: 0.3, asks: false, count: 2 }), {
      rule: false,
      replications: 16,
      threads: 1,
    });
    expect(result.workers.map(({ name, advice }) => [name, advice])).toEqual([
      ["good", "keep"],
      ["x", "undecided"],
    ]);
    expect(result.workers[1]?.why).toMatch(
      /^half of its AI jobs take 1\d seconds or more, in place of 2(\.\d)? seconds at others; their clients wait for ever/,
    );
  });
});
