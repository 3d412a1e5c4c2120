/** Which AI workers serve, by what their last jobs were like. */
import {
  AIAdmission,
  type AIAdmissionSettings,
  type AIJobOutcome,
  admittedCapacities,
  RemoteAIWorkerManager,
} from "poolsim/pool";
import { describe, expect, it } from "vitest";

const TEXT_TO_IMAGE = 27;
const PIXELS = 512 * 512;

/** Two workers with one model, whose handles are their numbers; time passes as the test says. */
function pool(settings: AIAdmissionSettings) {
  const world = { nowMs: 0 };
  const manager = new RemoteAIWorkerManager({
    leak: "none",
    mayServe: (worker, _request, job) => admission.mayServe(worker, job, world.nowMs),
  });
  const admission: AIAdmission = new AIAdmission(settings, (job) => manager.jobName(job));
  const capacities = [{ capability: TEXT_TO_IMAGE, model: "m", capacity: 1 }];
  for (const address of ["10.0.0.1:1", "10.0.0.2:1"]) manager.register({ address, capacities });
  const job = manager.job(TEXT_TO_IMAGE, "m");
  let request = 0;
  /** One request after another at the worker that the manager chooses; the workers in order. */
  const serve = (count: number, outcome: (worker: number) => AIJobOutcome) =>
    Array.from({ length: count }, () => {
      const worker = manager.select(++request, job);
      if (worker < 0) return worker;
      manager.complete(request, job);
      admission.ended(worker, job, outcome(worker), world.nowMs);
      return worker;
    });
  return { world, manager, admission, job, serve };
}

const took = (tookMs: number): AIJobOutcome => ({ tookMs, units: PIXELS });
const limits = [{ capability: TEXT_TO_IMAGE, msPerUnit: 2_000 / PIXELS }];

describe("an AI worker", () => {
  it("that takes too long for a unit gets no more jobs of the model until it has cooled down", () => {
    const { world, admission, job, serve } = pool({ limits, leastJobs: 3, coolDownMs: 1_000 });
    const slowFirst = (worker: number) => took(worker === 0 ? 2_001 : 1_999);
    expect(serve(5, slowFirst)).toEqual([0, 0, 0, 1, 1]);
    expect(admission.benchOf(0, job, world.nowMs)).toEqual({
      untilMs: 1_000,
      reason: "0.007633 ms for a unit in 3 jobs, the limit is 0.00762939453125",
    });
    world.nowMs = 999;
    expect(serve(1, slowFirst)).toEqual([1]);
    world.nowMs = 1_000;
    expect(serve(4, slowFirst)).toEqual([0, 0, 0, 1]);
    // Twice as long the second time.
    expect(admission.benchOf(0, job, 2_999)).not.toBeNull();
    expect(admission.benchOf(0, job, 3_000)).toBeNull();
  });

  it("exactly at the limit serves on, as does one whose slow jobs had to load the model", () => {
    const { serve } = pool({ limits, leastJobs: 3 });
    expect(new Set(serve(30, () => took(2_000)))).toEqual(new Set([0]));
    expect(new Set(serve(30, () => ({ ...took(60_000), cold: true })))).toEqual(new Set([0]));
  });

  it("that loads the model too often, or fails too often, gets no more jobs of it", () => {
    const colds = pool({ maxColdShare: 0.4, leastJobs: 5 });
    let jobs = 0;
    const everySecond = () => ({ ...took(1), cold: jobs++ % 2 === 0 });
    expect(colds.serve(6, everySecond)).toEqual([0, 0, 0, 0, 0, 1]);
    const failures = pool({ maxFailureShare: 0, leastJobs: 1 });
    const fails = (worker: number) => ({ ...took(1), failed: worker === 0 });
    expect(failures.serve(3, fails)).toEqual([0, 1, 1]);
  });

  it("is judged by each model alone, and its own limit counts before its capability's", () => {
    const names = [
      { capability: TEXT_TO_IMAGE, model: "m" },
      { capability: TEXT_TO_IMAGE, model: "slow" },
      { capability: 28, model: "m" },
    ];
    const admission = new AIAdmission(
      {
        limits: [...limits, { ...limits[0], capability: 27, model: "slow", msPerUnit: 1 }],
        leastJobs: 1,
      },
      (job) => names[job] ?? { capability: 0, model: "" },
    );
    const benched = names.map((_, job) => admission.ended(7, job, took(3_000), 0) !== null);
    expect(benched).toEqual([true, false, false]);
  });

  it("all of them benched: the node says that it has no capacity, for which nobody is suspended", () => {
    const { manager, job, serve } = pool({ maxFailureShare: 0, leastJobs: 1 });
    expect(manager.hasCapacity(job)).toBe(true);
    serve(2, () => ({ ...took(1), failed: true }));
    expect(manager.hasCapacity(job)).toBe(false);
  });

  it("is trusted again after as many good jobs as are looked at", () => {
    const { world, admission, job, serve } = pool({
      maxFailureShare: 0,
      leastJobs: 1,
      jobs: 2,
      coolDownMs: 10,
    });
    const fails = (worker: number) => ({ ...took(1), failed: worker === 0 });
    serve(1, fails);
    world.nowMs = 10;
    serve(2, () => took(1));
    serve(1, fails);
    expect(admission.benchOf(0, job, 19)).not.toBeNull();
    expect(admission.benchOf(0, job, 20)).toBeNull();
  });

  it("admitted by a policy with fewer sessions has no more of each model", () => {
    const offered = [1, 4].map((capacity) => ({ capability: 27, model: `m${capacity}`, capacity }));
    const decision = { admitted: true, maxSessions: 2 };
    expect(admittedCapacities(offered, decision).map(({ capacity }) => capacity)).toEqual([1, 2]);
    expect(admittedCapacities(offered, { admitted: false, maxSessions: 0 })).toEqual([]);
  });
});

it.each([
  { maxFailureShare: Number.NaN },
  { maxColdShare: 1.1 },
  { jobs: 0 },
  { jobs: 3, leastJobs: 4 },
  { coolDownMs: 0 },
  { limits: [{ capability: 27, msPerUnit: 0 }] },
])("refuses %j", (settings) => {
  const make = () => new AIAdmission(settings, () => ({ capability: 27, model: "m" }));
  expect(make).toThrow(expect.objectContaining({ code: "ADMISSION" }));
});
