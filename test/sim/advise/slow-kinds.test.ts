/** Which workers are slow beside others that serve the same AI jobs: by their medians alone. */
import { expect, it } from "vitest";
import { workerKinds } from "../../../src/sim/advise/pool-change.js";
import { slowKinds } from "../../../src/sim/advise/slow-kinds.js";
import { NameTable, ReplicationRecord } from "../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../src/sim/experiment/samples.js";
import { fakeSimulate, loadText } from "../../support/sim/fake-simulate.js";

/** Two workers of a model, of which `x` takes three times as long; clients of such jobs wait for ever, or for a while. */
function slow({ pipeline, model }: { readonly pipeline: string; readonly model: string }) {
  const ai = `{ transcoding: none, models: [{ pipeline: ${pipeline}, model: ${model}, msPerUnit: 1 }] }`;
  const loaded = loadText(`
name: slow-kinds
duration: 1h
replications: 1
gateway: { region: FRA }
network: { limit: 0 }
demand: { concurrentStreams: 0 }
ai:
  jobs:
    - { name: waited, pipeline: text-to-image, requestsPerSecond: 1, units: 1 }
    - { name: left, pipeline: upscale, requestsPerSecond: 1, units: 1, patience: 10s }
orchestrator:
  name: pool
  region: FRA
  stakeShare: 0.5
  ai: { prices: [{ pipeline: ${pipeline}, pricePerUnit: "1" }] }
workers:
  - { name: good, ai: ${ai} }
  - { name: x, ai: ${ai} }
`);
  const { scenario } = loaded.base;
  const metrics = { "worker.good.ai.jobMs.p50": 1000, "worker.x.ai.jobMs.p50": 3000 };
  const result = fakeSimulate(loaded.base, { seed: 1, replication: 0 });
  const samples = new Samples([new ReplicationRecord({ ...result, metrics }, new NameTable())]);
  const found = slowKinds(workerKinds(scenario), scenario, samples);
  return [...found].map(([{ name }, quickestMs]) => [name, quickestMs]);
}

it("are those whose clients wait for ever", () => {
  expect(slow({ pipeline: "text-to-image", model: "m" })).toEqual([["x", 1000]]);
});

it("are not those whose clients leave, whatever a model is called", () => {
  expect(slow({ pipeline: "upscale", model: "m" })).toEqual([]);
  expect(slow({ pipeline: "upscale", model: "text-to-image" })).toEqual([]);
});
