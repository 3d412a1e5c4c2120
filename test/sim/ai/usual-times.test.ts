import { expect, it } from "vitest";
import { compileWorld } from "../../../src/sim/model/world/compile-world.js";
import { scenario } from "../../support/sim/runs.js";

const world = (models: readonly object[]) =>
  compileWorld(
    scenario({
      name: "times",
      network: { limit: 0 },
      gateway: { region: "FRA" },
      duration: "1h",
      demand: { concurrentStreams: 0 },
      ai: { jobs: [{ name: "i", pipeline: "text-to-image", requestsPerSecond: 1 }] },
      orchestrator: { name: "pool", region: "FRA", stakeShare: 0.5, maxSessions: 10 },
      workers: [{ name: "one", ai: { transcoding: "none", models } }],
    }),
  );

it("a model without times has the table's, which are told as imputed", () => {
  const { ai, imputed } = world([
    { pipeline: "text-to-image", model: "SG161222/RealVisXL_V4.0_Lightning" },
    { pipeline: "llm", msPerUnit: 12 },
    { pipeline: "upscale", fixedMs: 100 },
    { pipeline: "live-video-to-video" },
  ]);
  const times = ai?.workers[0]?.models.map(({ fixedMs, msPerUnit }) => [fixedMs, msPerUnit]);
  expect(times).toEqual([
    [0, 4_000 / 262_144],
    [0, 12],
    [100, 0],
    [0, 0],
  ]);
  expect(imputed["aiTimes"]).toBeCloseTo(1 / 3);
});

it("a model that the table does not have is as its pipeline's first", () => {
  const { ai, imputed } = world([{ pipeline: "text-to-image", model: "nobody/knows" }]);
  expect(ai?.workers[0]?.models[0]?.msPerUnit).toBeCloseTo(4_000 / 262_144);
  expect(imputed["aiTimes"]).toBe(1);
});
