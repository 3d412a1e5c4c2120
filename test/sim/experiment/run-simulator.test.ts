/** Experiments on the real simulator: the same bytes for any number of threads, and its limits. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { advise, runExperiment } from "../../../src/sim/live/run.js";
import { loadText, POOL } from "../../support/sim/fake-simulate.js";

const short = POOL.replace("duration: 1h", "duration: 10m\nwarmup: 10m").replace(
  "concurrentStreams: 60",
  "concurrentStreams: 20",
);

describe("runExperiment", () => {
  it("gives the same bytes in one thread and in three", async () => {
    const run = async (threads: number) =>
      JSON.stringify(
        await runExperiment(loadText(short), { threads, replications: 2, sensitivity: "off" }),
      );
    const inline = await run(1);
    expect(await run(3)).toBe(inline);
    expect(inline).toContain('"segments started = on time');
  });

  it("breaks no conservation law, and calls each worker by its name", async () => {
    const result = await runExperiment(loadText(short), { replications: 2, sensitivity: "off" });
    expect(Object.values(result.conservation)).not.toContain(false);
    expect(Object.keys(result.conservation).length).toBeGreaterThan(3);
    const names = ["good-1", "good-2", "slow"];
    for (const { workers } of result.variants)
      expect(workers.map(({ name }) => name)).toEqual(names);
    expect(result.notes.join("\n")).not.toContain("conservation");
  });

  it("calibrates demand to the streams that the pool wins in a day", async () => {
    const yaml = short
      .replace("concurrentStreams: 20", "concurrentStreams: 20, calibrateTo: { streamsPerDay: 60 }")
      .replace("duration: 10m", "duration: 3h");
    const result = await runExperiment(loadText(yaml), { replications: 4, sensitivity: "off" });
    expect(result.notes.join("\n")).toMatch(/^calibrated to streams per day = 60: demand × /m);
    // The same 4 replications of 3 hours as in the calibration: streams that came meanwhile.
    const mean = (metric: string) => result.variants[0]?.metrics[`pool.${metric}`]?.mean ?? 0;
    const underWay = mean("sessionsMean") - mean("idleSlotsMean");
    const perDay = (mean("streams") - underWay) * 8;
    expect(Math.abs(perDay - 60)).toBeLessThanOrEqual(3);
  });

  it.each([0, 1.5, 257, Number.NaN])("refuses %d threads", async (threads) => {
    const promise = runExperiment(loadText(short), { threads });
    await expect(promise).rejects.toBeInstanceOf(InputError);
    await expect(promise).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });

  it.each([1, 2])("ends soon after the signal aborts, with %d thread(s)", async (threads) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const promise = runExperiment(loadText(short), {
      threads,
      replications: 1000,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
  });

  it.each([
    ["run", 1, runExperiment],
    ["run", 2, runExperiment],
    ["advise", 1, advise],
    ["advise", 2, advise],
    ["run", 0, runExperiment],
    ["advise", 0, advise],
  ] as const)(
    "%s with %d thread(s) beside the caller's ends in the middle of a replication when the signal aborts",
    async (_, threads, ask) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      let finished = 0;
      // Some seconds for a replication: whoever waits for its end has finished one.
      const promise = ask(loadText(POOL.replace("duration: 1h", "duration: 3d")), {
        threads: Math.max(1, threads),
        ownThread: threads > 0,
        signal: controller.signal,
        onProgress: () => {
          finished += 1;
        },
      });
      setTimeout(() => controller.abort(reason), 300);
      await expect(promise).rejects.toBe(reason);
      expect(finished).toBe(0);
    },
  );
});
