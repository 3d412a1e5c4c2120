/** Slow answers to AI jobs whose clients wait for ever: what comes in shows nothing of what they cost. */
import { describe, expect, it } from "vitest";
import { advise, runExperiment } from "../../../src/sim/live/run.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** A pool that nobody shares the jobs with; its worker in question takes so many times as long as the others. */
function scenario(times: number, { rate = 0.6, patience = "", asks = true } = {}) {
  const model = (factor: number) =>
    `{ transcoding: none, models: [{ pipeline: text-to-image, msPerUnit: ${0.0076 * factor} }] }`;
  const question = `
variants: { without: { orchestrator.admission.exclude: [x] }, with: {} }
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
    - { name: images, pipeline: text-to-image, requestsPerSecond: ${rate}, units: 262144${patience} }
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.5
  maxSessions: 10
  ai: { prices: [{ pipeline: text-to-image, pricePerUnit: "4668371" }] }
workers:
  - { name: good, count: 2, ai: ${model(1)} }
  - { name: x, ai: ${model(times)} }
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
});
