/** A worker for both kinds of work: what it brings by AI jobs hides what it costs in segments. */
import { expect, it } from "vitest";
import { runExperiment } from "../../../src/sim/live/run.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** A worker that serves AI jobs well, and fails some share of the segments that it is given. */
async function verdictOn(errorProbability: number) {
  const loaded = loadText(`
name: fewer-segments
replications: 6
warmup: 5m
duration: 20m
gateway: { region: FRA }
network: { limit: 6 }
demand: { concurrentStreams: 16 }
stream: { length: { distribution: exponential, mean: 6m } }
ai:
  jobs:
    - { name: chats, pipeline: llm, requestsPerSecond: 0.2, patience: 1m, units: 500 }
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.5
  maxSessions: auto
  ai: { prices: [{ pipeline: llm, pricePerUnit: "1000000000000" }] }
workers:
  - { name: good, count: 3, maxSessions: 4, roundTripMs: 350 }
  - { name: ai, ai: { transcoding: none, models: [{ pipeline: llm, msPerUnit: 10 }] } }
  - name: x
    maxSessions: 4
    roundTripMs: 350
    errorProbability: ${errorProbability}
    ai: { models: [{ pipeline: llm, msPerUnit: 10 }] }
variants: { without: { orchestrator.admission.exclude: [x] }, with: {} }
decision: { baseline: without, candidate: with, peakFactor: 1 }
`);
  const { verdict, notes } = await runExperiment(loaded, { sensitivity: "off", threads: 1 });
  return [verdict?.decision, notes.filter((note) => note.includes("AI jobs bring more"))];
}

it("says how many segments it costs, where there are fewer", async () => {
  expect(await verdictOn(0.3)).toEqual([
    "admit",
    [
      expect.stringMatching(
        /^AI jobs bring more in with, and the pool's segments change by −\d+ % /,
      ),
    ],
  ]);
  expect(await verdictOn(0)).toEqual(["admit", []]);
});
