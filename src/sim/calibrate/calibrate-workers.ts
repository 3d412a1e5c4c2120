/** From everything that was read to a fit of each worker. */
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { AIWorkerFit } from "./ai/ai-fit.js";
import { fitAIWorkers } from "./ai/fit-workers.js";
import { fitBench } from "./fits/bench-fit.js";
import { fitLive } from "./fits/live-fit.js";
import type { Measured } from "./measured.js";
import type { PoolPast } from "./readers/pool-events.js";
import { together } from "./recognise.js";
import type { WorkerFit } from "./worker-fit.js";

/** Fits, and what no fit was made of. */
export interface Calibration {
  readonly workers: readonly WorkerFit[];
  /** What their events say of AI jobs. */
  readonly ai: readonly AIWorkerFit[];
  readonly unused: readonly string[];
}

/**
 * Fits each worker.
 *
 * @param unread events that nobody could read
 * @throws InputError (`CALIBRATE_INPUT`) where nothing is left to fit, or two inputs of different
 *   kinds are about one worker
 */
export function calibrateWorkers(
  measured: readonly Measured[],
  past: PoolPast | null,
  unread = 0,
): Calibration {
  const unused = unread === 0 ? [] : [`${counted(unread, "event")} that cannot be read`];
  const fits = together(measured).map(fitBench);
  for (const worker of past?.workers ?? []) {
    const fit = past === null ? null : fitLive(worker, past);
    if (fit !== null) fits.push(named(fit, worker.region, past));
    else {
      unused.push(
        `${worker.address}: ${counted(worker.jobs.length, "segment")}, too few to say anything`,
      );
    }
  }
  const ai = past === null ? [] : fitAIWorkers(past.ai);
  if (past !== null && past.ai.unattributed > 0) {
    unused.push(`${counted(past.ai.unattributed, "AI job")} that no worker received (E-16)`);
  }
  if (past !== null && past.unattributed > 0) {
    unused.push(`${counted(past.unattributed, "job")} of nobody known`);
  }
  const seen = new Set<string>();
  for (const { worker } of fits) {
    if (seen.has(worker)) {
      const text = `${worker}: measured in two ways, expected one at a time`;
      throw new InputError(text, { code: "CALIBRATE_INPUT" });
    }
    seen.add(worker);
  }
  if (fits.length === 0 && ai.length === 0) {
    const why = unused.length === 0 ? "" : `: ${unused.join("; ")}`;
    throw new InputError(`no worker to calibrate${why}`, { code: "CALIBRATE_INPUT" });
  }
  return { workers: fits, ai, unused };
}

/** An address that works in several regions is a worker in each. */
function named(fit: WorkerFit, region: string, past: PoolPast | null): WorkerFit {
  const others = past?.workers.filter(({ address }) => address === fit.worker) ?? [];
  return others.length > 1 ? { ...fit, worker: `${fit.worker}-${region}` } : fit;
}
