/** What advice says of workers that serve live video, whose jobs have no end that one waits for. */
import { expect, it } from "vitest";
import { describeWorker, figuresOf } from "../../../src/sim/advise/describe-worker.js";
import { workerKinds } from "../../../src/sim/advise/pool-change.js";
import { NameTable, ReplicationRecord } from "../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../src/sim/experiment/samples.js";
import { fakeSimulate, loadText } from "../../support/sim/fake-simulate.js";

/** Why a worker of live video is left out that failed this share of its jobs. */
function why(liveFault: string, failedShare: number) {
  const { base } = loadText(`
name: live-worker
duration: 1h
replications: 1
gateway: { region: FRA }
network: { limit: 0 }
demand: { concurrentStreams: 0 }
ai: { jobs: [{ name: live, pipeline: live-video-to-video, streamsPerHour: 1 }] }
orchestrator: { name: pool, region: FRA, stakeShare: 0.5 }
workers:
  - name: x
    ai: { transcoding: none, models: [{ pipeline: live-video-to-video${liveFault} }] }
`);
  const result = fakeSimulate(base, { seed: 1, replication: 0 });
  const metrics = { "worker.x.ai.jobMs.p50": 3, "worker.x.ai.failedShare": failedShare };
  const samples = new Samples([new ReplicationRecord({ ...result, metrics }, new NameTable())]);
  const [kind] = workerKinds(base.scenario);
  if (kind === undefined) throw new Error("there is one");
  const figures = figuresOf(kind, samples);
  const rest = { tried: [], standing: null, isHidden: false };
  const text = describeWorker({ kind, word: "exclude", action: null, figures, ...rest });
  return [text, figures.ai];
}

it("is how often their streams break, not that they take no time", () => {
  expect(why(", liveFault: { every: 1m }", 0)).toEqual([
    "its streams of live video break after 1m on average",
    { failedShare: 0, jobMs: null, liveFaultMs: 60_000 },
  ]);
});

it("is how many of their jobs fail, or that they serve live video", () => {
  expect(why("", 0.5)).toEqual(["fails 50 % of its AI jobs", { failedShare: 0.5, jobMs: null }]);
  expect(why("", 0)).toEqual(["serves live video", { failedShare: 0, jobMs: null }]);
});
