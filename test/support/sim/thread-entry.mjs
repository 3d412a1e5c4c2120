/** A thread whose simulator does as the scenario's name says. */
import { threadId } from "node:worker_threads";
import { InputError, invariant } from "../../../dist/core/errors.js";
import { taskHandler } from "../../../dist/sim/experiment/threads/thread-task.js";

export const run = taskHandler(({ scenario }, { seed, replication }) => {
  if (scenario.name === "bad") {
    throw new InputError("network.csv:3:1: no", { code: "DATA_FILE_INVALID" });
  }
  if (scenario.name === "bug") invariant(replication > 100, "this is a bug");
  if (scenario.name === "crash") throw new RangeError("array too long");
  while (scenario.name === "endless");
  const streams = scenario.demand.concurrentStreams * scenario.assumptions.loadScale;
  const excluded = scenario.orchestrator.admission.exclude.length;
  return {
    metrics: {
      "pool.feesEthPerDay": 1 + seed / 10,
      "pool.operatorNetPerDay": streams + replication / 10 - excluded,
      "pool.sessions": 1000,
      "worker.slow.picks": 500,
      "pool.lateShare": 0,
      // Which thread it was: no result has that.
      ...(scenario.name === "which" ? { "test.thread": threadId } : {}),
    },
    orchestrators: [],
    workers: ["good-1", "good-2", "slow"],
    regions: [],
    series: {},
    seriesBinMs: 60_000,
    conservation: [],
    imputed: {},
  };
});
