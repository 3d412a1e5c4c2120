import { describe, expect, test } from "vitest";
import { NameTable, ReplicationRecord } from "../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../src/sim/experiment/samples.js";
import { evidenceOf } from "../../../src/sim/experiment/verdict/evidence.js";
import { simulate } from "../../../src/sim/simulate.js";
import { loadText } from "../../support/sim/fake-simulate.js";

const BOTH = `
name: both
warmup: 5 m
duration: 15 m
demand: { concurrentStreams: 5 }
network: { limit: 0 }
gateway: { region: FRA }
ai: { jobs: [{ name: images, pipeline: text-to-image, requestsPerSecond: 1 }] }
orchestrator: { region: FRA, stakeLpt: 9000000, ai: { prices: [{ pipeline: text-to-image, pricePerUnit: 3 }] } }
workers:
  - name: shared
    count: 2
    up: 10 m
    down: 1 m
    roundTripMs: 500
    ai: { transcoding: shared, models: [{ pipeline: text-to-image, fixedMs: 700, capacity: 4 }] }
  - { name: plain, roundTripMs: 600 }
events:
  again: { kind: restart, orchestrator: pool, at: 9 m }
`;

function inputOf(text: string) {
  const [variant] = loadText(text).variants;
  if (variant === undefined) throw new Error("a scenario has a variant");
  return variant.input;
}

describe("AI jobs beside transcoding", () => {
  test("steps that nobody sees change nothing, and both kinds of books balance after a restart", () => {
    const input = inputOf(BOTH);
    const [quick, slow] = [true, false].map((atOnce) =>
      simulate(input, { replication: 0, atOnce }),
    );
    expect(JSON.stringify(quick)).toBe(JSON.stringify(slow));
    expect(quick?.conservation.filter(({ holds }) => !holds)).toEqual([]);
    expect(quick?.metrics["worker.shared-1.ai.jobs"]).toBeGreaterThan(50);
    expect(quick?.metrics["worker.shared-1.segments"]).toBeGreaterThan(50);
    expect(quick?.metrics["worker.plain.ai.jobs"]).toBeUndefined();
  });

  test.each(["worker.shared-1.ai.succeeded", "ai.images.poolShare", "pool.aiFeesEthPerDay"])(
    "%s may be what a decision is about",
    (objective) => {
      const asked = `variants: { one: {}, two: {} }\ndecision: { baseline: one, candidate: two, objective: ${objective} }\n`;
      expect(() => loadText(BOTH + asked)).not.toThrow();
    },
  );

  test("verdicts count AI jobs as evidence", () => {
    const result = simulate(inputOf(BOTH), { replication: 0 });
    const samples = new Samples([new ReplicationRecord(result, new NameTable())]);
    const of = (objective: string, workers: readonly string[] = []) =>
      evidenceOf({ baseline: samples, candidate: samples, objective, workers });
    const metric = (name: string) => result.metrics[name] ?? Number.NaN;
    expect(of("pool.operatorNetPerDay").sessions).toBe(
      metric("pool.sessions") + metric("ai.images.poolSucceeded"),
    );
    expect(of("ai.images.poolShare").sessions).toBe(metric("ai.images.requests"));
    const ofWorker = metric("worker.shared-1.picks") + metric("worker.shared-1.ai.jobs");
    expect(of("worker.shared-1.ai.succeeded").sessions).toBe(ofWorker);
    expect(of("pool.operatorNetPerDay", ["shared-1"]).served).toBe(ofWorker);
  });
});
