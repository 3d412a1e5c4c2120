/** Which workers are slow beside others that serve the same AI jobs: by their medians alone. */
import { describe, expect, it } from "vitest";
import { workerKinds } from "../../../../src/sim/advise/pool-change.js";
import { NameTable, ReplicationRecord } from "../../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../../src/sim/experiment/samples.js";
import { slowKinds, slowOnlyIn } from "../../../../src/sim/experiment/verdict/slow-workers.js";
import { fakeSimulate, loadText } from "../../../support/sim/fake-simulate.js";

/** Two workers of a model; clients of such jobs wait for ever, or for a while. */
function pool({
  pipeline = "text-to-image",
  model = "m",
  out = "",
}: {
  readonly pipeline?: string;
  readonly model?: string;
  readonly out?: string;
}) {
  const ai = `{ transcoding: none, models: [{ pipeline: ${pipeline}, model: ${model}, msPerUnit: 1 }] }`;
  return loadText(`
name: slow-workers
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
  admission: { exclude: [${out}] }
  ai: { prices: [{ pipeline: ${pipeline}, pricePerUnit: "1" }] }
workers:
  - { name: good, ai: ${ai} }
  - { name: x, ai: ${ai} }
`).base;
}

/** Replications of a pool in which half of the jobs of `x` take so long or longer, and a second at the other. */
function served(input: ReturnType<typeof pool>, ...times: readonly number[]) {
  const names = new NameTable();
  const records = times.map((ms, replication) => {
    const result = fakeSimulate(input, { seed: 1, replication });
    const metrics = { "worker.good.ai.jobMs.p50": 1000, "worker.x.ai.jobMs.p50": ms };
    return new ReplicationRecord({ ...result, metrics }, names);
  });
  return { scenario: input.scenario, samples: new Samples(records) };
}

function slow(of: Parameters<typeof pool>[0]) {
  const { scenario, samples } = served(pool(of), 3000);
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

describe("one of them in one variant only", () => {
  const without = served(pool({ out: "x" }), 0, 0, 0);

  it("is found, however few of all answers are its", () => {
    const withX = served(pool({}), 30_000, 31_000, 32_000);
    expect(slowOnlyIn(withX, without)).toEqual([{ kind: "x", slowMs: 31_000, othersMs: 1000 }]);
    expect(slowOnlyIn(without, withX)).toEqual([]);
  });

  it("is not where replications do not show it, nor where it serves in both", () => {
    expect(slowOnlyIn(served(pool({}), 100, 9000, 200), without)).toEqual([]);
    const withX = served(pool({}), 30_000, 31_000, 32_000);
    expect(slowOnlyIn(withX, withX)).toEqual([]);
  });
});
