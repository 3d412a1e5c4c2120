/** The past of a pool with one worker that delivers a segment every two seconds. */
import type { PoolEvent } from "../../../src/pool/books/index.js";
import { type PoolPast, poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";

/** What these jobs have in common. */
const JOB = {
  type: "job-processed",
  job: "transcode",
  region: "FRA",
  nodeType: "transcode",
  address: "0x00000000000000000000000000000000000000aa",
  requestId: null,
  pipeline: "",
  modelId: "",
  pricePerComputeUnitWei: 1n,
  feesWei: 1n,
  realTimeRatio: null,
  renditions: null,
  round: null,
} as const;

/**
 * @param responseMs by segment
 * @param durationMs of each segment. @default 2000
 */
export function pastOfJobs(
  segments: number,
  responseMs: (index: number) => number,
  durationMs = 2000,
): PoolPast {
  return poolPast(
    Array.from(
      { length: segments },
      (_, index): PoolEvent => ({
        ...JOB,
        identity: { form: "caller", id: String(index) },
        atMs: Date.UTC(2026, 1, 1) + 2000 * index,
        computeUnits: BigInt(27_648 * durationMs),
        durationMs: BigInt(durationMs),
        responseTimeNs: BigInt(responseMs(index)) * 1_000_000n,
      }),
    ),
  );
}
