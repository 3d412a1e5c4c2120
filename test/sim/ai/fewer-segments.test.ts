/** A worker for both kinds of work: what it brings by AI jobs hides what it costs in segments. */
import { expect, it } from "vitest";
import { advise, runExperiment, sweep } from "../../../src/sim/live/run.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** A worker that serves AI jobs well, and fails some share of the segments that it is given. */
function pool(errorProbability: number, duration = "20m") {
  return loadText(`
name: fewer-segments
replications: 6
warmup: 5m
duration: ${duration}
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
}

async function verdictOn(errorProbability: number) {
  const loaded = pool(errorProbability);
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

it("says so in advice that does not leave it out", async () => {
  const loaded = pool(0.3, "5m");
  const { workers, notes } = await advise(loaded, { only: ["x"], replications: 16, threads: 1 });
  expect([workers[0]?.advice, notes[0]]).toEqual([
    "undecided",
    expect.stringMatching(
      /^AI jobs bring more with x, and the pool's segments change by −\d+ % .*transcoding: none/,
    ),
  ]);
});

it("says so of a point of a sweep that brings most", async () => {
  const vary = [{ path: "orchestrator.admission.exclude", values: [[], ["x"]] }];
  const { slices, notes } = await sweep(pool(0.3, "5m"), {
    variant: "without",
    vary,
    replications: 16,
    threads: 1,
  });
  const [slice] = slices;
  expect(notes).toContainEqual(
    expect.stringMatching(/^AI jobs bring more with .*the pool's segments change by −\d+ %/),
  );
  expect(notes).toContainEqual(expect.stringContaining(`with ${slice?.best},`));
});
