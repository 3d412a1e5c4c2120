/**
 * A simulator of a few lines in place of the real one, to test experiments with: an outcome that
 * can be worked out by hand, with noise that variants share. And scenarios to run it on.
 */
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import type { Executor, Simulate, SimulateInSteps } from "../../../src/sim/experiment/executor.js";
import { inlineExecutor } from "../../../src/sim/experiment/executor.js";
import type { LoadedScenario, SimulationInput } from "../../../src/sim/input.js";
import { readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { servingKinds } from "../../../src/sim/scenario/serving-kinds.js";

/** A pool with two good workers, and a slow one in the variant `with`. */
export const POOL = `
name: fake
replications: 4
duration: 1h
gateway: { region: FRA }
demand: { concurrentStreams: 60 }
orchestrator: { name: pool, region: FRA, stakeShare: 0.05 }
workers:
  - { name: good, count: 2, roundTripMs: 400, maxSessions: 10 }
  - { name: slow, roundTripMs: 2000, maxSessions: 10 }
variants:
  without: { orchestrator.admission.exclude: [slow] }
  with: {}
decision: { baseline: without, candidate: with }
`;

/** Loads a scenario from text. */
export function loadText(yaml: string): LoadedScenario {
  return loadScenario("fake.yaml", {
    readFile: (path, bytesMax) =>
      path === "fake.yaml" ? new TextEncoder().encode(yaml) : readFileWithin(path, bytesMax),
  });
}

/** One pair of figures a replication: 1 ± a little, the same in every variant. */
export function noiseOf(seed: number, replication: number): number {
  const { k0, k1 } = makeKey(seed, replication);
  return 1 + 0.05 * normalQuantile(uniform(k0, k1, 0));
}

/**
 * The pool is asked for 5 % of all streams, serves as many as it has sessions for, and loses the
 * share that slow workers (1,500 ms and more) have of its sessions. A stream pays 0.001 ETH a day.
 */
export const fakeSimulate: Simulate = ({ scenario }, { seed, replication }) => {
  const kinds = servingKinds(scenario);
  const sessions = (isSlow: boolean) =>
    kinds.reduce((sum, { name, workers }) => {
      const spec = scenario.workers.find((worker) => worker.name === name);
      const slow = (spec?.roundTripMs ?? 0) >= 1500;
      return slow === isSlow ? sum + workers.length * (spec?.maxSessions ?? 0) : sum;
    }, 0);
  const good = sessions(false);
  const all = good + sessions(true);
  const streams = (scenario.demand.concurrentStreams ?? 0) * scenario.assumptions.loadScale;
  const asked = 0.05 * streams * noiseOf(seed, replication);
  const served = Math.min(asked, all) * (all === 0 ? 0 : good / all);
  const fees = 0.001 * served;
  const workers = kinds.flatMap((kind) => kind.workers);
  return {
    metrics: {
      "network.streams": streams,
      "viewer.lateShare": 0.01,
      "pool.feesEthPerDay": fees,
      "pool.operatorNetPerDay": 0.25 * fees,
      "pool.lateShare": 0.01,
      // 48 streams a day for each that it has at a time, and those that it has to begin with.
      "pool.streams": served * (1 + (48 * scenario.duration) / 86_400_000),
      "pool.sessions": 1000,
      "pool.segments": served * 1000,
      "pool.sessionsMean": served + 2,
      "pool.idleSlotsMean": 2,
      "pool.segmentShare": streams === 0 ? 0 : served / streams,
      "orchestrator.pool.segments": served * 1000,
      "orchestrator.rival.one.eth.segments": (streams - served) * 1000,
      ...Object.fromEntries(
        workers.map((name, index) => [`worker.${name}.picks`, 100 + index + replication]),
      ),
      "region.FRA.successRate": 0.9,
      "region.FRA.roundTripMs.p50": 1000 + replication,
      "region.FRA.roundTripMs.p95": 2000,
    },
    orchestrators: ["pool", "rival.one.eth"],
    workers,
    regions: ["FRA"],
    series: { segments: [10, 10], poolSegments: [replication, 1], poolLate: [0, 0] },
    seriesBinMs: 1_800_000,
    conservation: [{ name: "segments", left: 20, right: 20, holds: true }],
    imputed: { stake: 0.5 },
    withoutStreams: served === 0 ? "nothing came" : null,
    admissions: [],
  };
};

/** For an executor: what simulates has no steps of its own. */
export function inOneStep(simulate: Simulate): SimulateInSteps {
  return function* (...of) {
    yield;
    return simulate(...of);
  };
}

/** Runs a scenario's text with the fake; the executor notes what it was asked for. */
export function fakeExecutor(seed = 1, simulate: Simulate = fakeSimulate) {
  const calls: { readonly input: SimulationInput; readonly replication: number }[] = [];
  const inline = inlineExecutor({ load: async () => inOneStep(simulate), seed });
  const executor: Executor = {
    run: (input, replication) => {
      calls.push({ input, replication });
      return inline.run(input, replication);
    },
    drop: inline.drop,
    close: inline.close,
  };
  return { executor, calls };
}
