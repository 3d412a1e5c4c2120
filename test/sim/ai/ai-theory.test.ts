import { describe, expect, test } from "vitest";
import { simulate } from "../../../src/sim/simulate.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** Chance that all of `servers` are taken at `load` Erlangs (Erlang B). */
function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return blocked;
}

/** Chance that one has to wait (Erlang C). */
function erlangC(servers: number, load: number): number {
  const blocked = erlangB(servers, load);
  return (servers * blocked) / (servers - load * (1 - blocked));
}

/** Chance that a time in an M/M/c system is above `t` mean service times. */
function aboveTime(servers: number, load: number, t: number): number {
  const wait = erlangC(servers, load);
  const free = servers - 1 - load;
  return Math.exp(-t) * (1 + (wait * (1 - Math.exp(-free * t))) / free);
}

const SERVICE_MS = 1000;

/** Exponential service times of a second on average; nothing takes time but the work. */
function scenario(perSecond: number, rest: string): string {
  return `
name: theory
warmup: 10 m
duration: 20 m
demand: { concurrentStreams: 0 }
network: { limit: 0 }
gateway: { region: FRA, onchain: false, bandwidthMbps: 1000000 }
assumptions: { rttScale: 0, slowSpells: { length: 0 s } }
ai:
  jobs:
    - name: job
      pipeline: llm
      requestsPerSecond: ${perSecond}
      units: { distribution: exponential, mean: 1000000 }
      requestKB: 0
      responseKB: 0
${rest}`;
}

/** A metric's mean over replications, with its standard error. */
function meanOf(text: string, metric: string, replications: number) {
  const [variant] = loadText(text).variants;
  if (variant === undefined) throw new Error("a scenario has a variant");
  const values = Array.from({ length: replications }, (_, replication) => {
    const { metrics, conservation } = simulate(variant.input, { replication });
    expect(conservation.filter(({ holds }) => !holds)).toEqual([]);
    return metrics[metric] ?? Number.NaN;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / replications;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (replications - 1) / replications) };
}

const MODEL = `pipeline: llm, msPerUnit: ${SERVICE_MS / 1e6}, cv: 0`;
const RIVAL = `orchestrators:
  - { name: one, region: FRA, stakeLpt: 1, backend: { type: measured, roundTripMs: 0, slowSpells: { length: 0 s } } }
`;
const POOL = `orchestrator: { region: FRA, stakeLpt: 1, ai: { prices: [{ pipeline: llm, pricePerUnit: 1 }], capacityLeak: none } }
`;

describe("queues of AI jobs, as theory has them", () => {
  test.each([
    [3, 2],
    [5, 3],
  ])("Erlang loss: an orchestrator that takes %i at a time, at %i Erlangs", (servers, load) => {
    const text = scenario(
      load,
      `  orchestrators: [{ name: one, models: [{ ${MODEL}, capacity: ${servers} }] }]\n${RIVAL}`,
    );
    const { mean, error } = meanOf(text, "ai.job.unavailableShare", 8);
    expect(Math.abs(mean - erlangB(servers, load))).toBeLessThan(4 * error + 0.001);
  });

  test("Erlang loss at a worker of the pool", () => {
    const worker = `workers: [{ name: w, ai: { transcoding: none, models: [{ ${MODEL}, capacity: 4 }] } }]\n`;
    const { mean, error } = meanOf(scenario(3, `${POOL}${worker}`), "ai.job.unavailableShare", 8);
    expect(Math.abs(mean - erlangB(4, 3))).toBeLessThan(4 * error + 0.001);
  });

  test("M/M/c: a worker that takes all and works on three at a time", () => {
    const worker = `workers: [{ name: w, ai: { transcoding: none, models: [{ ${MODEL}, capacity: 100000, parallel: 3 }] } }]\n`;
    const text = scenario(2.4, `${POOL}${worker}`);
    for (const [metric, share] of [
      ["latencyMs.p50", 0.5],
      ["latencyMs.p99", 0.01],
    ] as const) {
      const { mean, error } = meanOf(text, `ai.job.${metric}`, 5);
      const t = mean / SERVICE_MS;
      // How far the share beyond may be off, by the time's error and the width of a bucket (0.8 %).
      const around = (4 * error) / SERVICE_MS + 0.008 * t;
      expect(aboveTime(3, 2.4, t - around)).toBeGreaterThan(share);
      expect(aboveTime(3, 2.4, t + around)).toBeLessThan(share);
    }
    const busy = meanOf(text, "worker.w.ai.busyMean", 3);
    expect(Math.abs(busy.mean - 2.4)).toBeLessThan(4 * busy.error + 0.01);
  });
});
