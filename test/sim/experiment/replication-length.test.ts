/** How long replications are where the scenario leaves that open. */
import { describe, expect, it } from "vitest";
import { adviseWith } from "../../../src/sim/advise/advise.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import { type ExperimentOptions, experimentWith } from "../../../src/sim/experiment/experiment.js";
import { cheapLengthMs, lengthMs } from "../../../src/sim/experiment/replication-length.js";
import { sweepWith } from "../../../src/sim/sweep/sweep.js";
import { fakeExecutor, fakeSimulate, loadText, POOL } from "../../support/sim/fake-simulate.js";

const HOUR_MS = 3_600_000;
const WITHOUT = POOL.replace("duration: 1h", "warmup: 40m");
const OPEN = WITHOUT.replace("replications: 4", "replications: auto");

/** So many sessions of the pool in an hour. */
function sessions(perHour: number): Simulate {
  return (input, options) => {
    const result = fakeSimulate(input, options);
    const found = (perHour * input.scenario.duration) / HOUR_MS;
    return { ...result, metrics: { ...result.metrics, "pool.sessions": found } };
  };
}

async function run(yaml: string, perHour: number, options: ExperimentOptions = {}) {
  const { executor, calls } = fakeExecutor(options.seed, sessions(perHour));
  const loaded = loadText(yaml);
  const result = await experimentWith(loaded, executor, { sensitivity: "off", ...options });
  return { result, calls };
}

describe("the length of a replication", () => {
  it("is twice the warm-up where workers have enough sessions, which one replication tells", async () => {
    const { result, calls } = await run(OPEN, 1000);
    // 80 min, of which each is run once: the first replication counts.
    expect(result.countedMs).toBe(80 * 60_000);
    expect(new Set(calls.map(({ input }) => input.scenario.duration))).toEqual(
      new Set([80 * 60_000]),
    );
    const baseline = calls.filter(
      ({ input: { scenario }, replication }) =>
        replication === 0 &&
        scenario.assumptions.loadScale === 1 &&
        scenario.orchestrator?.admission.exclude.length === 1,
    );
    expect(baseline).toHaveLength(1);
  });

  it("is longer where they have few, within bounds", async () => {
    // Two workers, 20 sessions in the 80 min: 5 an hour are 7.
    expect((await run(OPEN, 15)).result.countedMs).toBe(80 * 60_000);
    expect((await run(OPEN, 5)).result.countedMs).toBe(4 * HOUR_MS);
    expect((await run(OPEN, 0)).result.countedMs).toBe(8 * HOUR_MS);
  });

  it("is the same for the same replications by name, and that of advice and sweeps", async () => {
    const { result } = await run(OPEN, 5);
    const { replications } = result;
    const again = await run(OPEN, 5, { replications });
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
    const loaded = loadText(OPEN);
    const executor = () => fakeExecutor(1, sessions(5)).executor;
    const advice = await adviseWith(loaded, executor(), { variant: "without", rule: false });
    expect(advice.durationMs).toBe(4 * HOUR_MS);
    const vary = [{ path: "orchestrator.maxSessions", values: [10, 20] }];
    const options = { vary, variant: "without", replications: 16 };
    expect((await sweepWith(loaded, executor(), options)).durationMs).toBe(4 * HOUR_MS);
  });

  it("is whole days where demand has hours", () => {
    const { base } = loadText(`${OPEN}\n`.replace("Streams: 60", "Streams: 60, hourly: evening"));
    expect(cheapLengthMs(base.scenario)).toBe(24 * HOUR_MS);
    expect(lengthMs(base.scenario, 12)).toBe(72 * HOUR_MS);
    expect(lengthMs(base.scenario, 0)).toBe(144 * HOUR_MS);
  });

  it.each([
    ["a number of replications", WITHOUT, 3],
    ["a duration", OPEN.replace("warmup: 40m", "warmup: 40m\nduration: 2h"), 2],
    [
      "streams that are fixed",
      OPEN.replace("concurrentStreams: 60", "arrivals: [{ at: 0s, length: 1m }]"),
      3,
    ],
  ])("is not chosen with %s", async (_, yaml, hours) => {
    expect((await run(yaml, 1)).result.countedMs).toBe(hours * HOUR_MS);
  });
});
