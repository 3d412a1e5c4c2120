/** From everything that was read to a fit of each worker. */
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { AIWorkerFit } from "./ai/ai-fit.js";
import { fitAIWorkers } from "./ai/fit-workers.js";
import { fitBench } from "./fits/bench-fit.js";
import { fitLive } from "./fits/live-fit.js";
import { lostByChance } from "./fits/lost-by-chance.js";
import { sessionsOfRoom } from "./fits/room.js";
import type { Measured } from "./measured.js";
import { pastStreams } from "./past-demand.js";
import type { PoolPast, SilentWorker, WorkerPast } from "./readers/pool-events.js";
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
  const regions = past === null ? new Map<string, Region>() : regionsOf(past);
  for (const worker of past?.workers ?? []) {
    const fit = past === null ? null : fitLive(worker, past);
    if (past !== null && fit !== null) {
      fits.push(named(amongOthers(fit, worker, regions.get(worker.region)), worker.region, past));
    } else {
      unused.push(
        `${worker.address}: ${counted(worker.jobs.length, "segment")}, too few to say anything`,
      );
    }
  }
  const ai = past === null ? [] : fitAIWorkers(past.ai);
  if (past !== null && past.ai.unattributed > 0) {
    unused.push(`${counted(past.ai.unattributed, "AI job")} that no worker received (E-16)`);
  }
  unused.push(...(past?.silent ?? []).map(silentText));
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

/** What the workers of a region say of each other. */
interface Region {
  readonly workers: number;
  /** What each lost by chance, by address. */
  readonly losses: ReadonlyMap<string, number>;
  /** Mean duration of segments. */
  readonly segmentMs: number;
}

function regionsOf({ workers, fromMs }: PoolPast): ReadonlyMap<string, Region> {
  const names = new Set(workers.map(({ region }) => region));
  return new Map(
    [...names].map((name) => {
      const own = workers.filter(({ region }) => region === name);
      const { segmentMs } = pastStreams(own);
      const losses = lostByChance(own, fromMs);
      return [name, { workers: own.length, losses, segmentMs }];
    }),
  );
}

/** A fit with what the others of its region tell of it. */
function amongOthers(fit: WorkerFit, past: WorkerPast, region: Region | undefined): WorkerFit {
  if (region === undefined) return fit;
  const losses = region.losses.get(fit.worker) ?? null;
  const why =
    losses !== null
      ? "how many did is told by its sessions, which end sooner than those of the others"
      : region.workers === 1
        ? "with no other worker beside it nobody can tell how many did, and none is taken to"
        : "its sessions do not end sooner than its times let them, so none is taken to";
  return {
    ...fit,
    losses,
    sessions: sessionsOfRoom(fit, past, region.segmentMs),
    notes: [...fit.notes, `segments that failed are in no event: ${why}`],
  };
}

const HOUR_MS = 3_600_000;

/** A worker that nothing is known of but that it was there. */
function silentText({ address, upMs, segments }: SilentWorker): string {
  if (segments > 0) {
    return `${address}: ${counted(segments, "segment")}, all of response times that were lost in a race and told as 0 (E-14)`;
  }
  return `${address}: connected for ${counted(Number((upMs / HOUR_MS).toPrecision(2)), "hour")} while others worked, and never delivered a segment`;
}

/** An address that works in several regions is a worker in each. */
function named(fit: WorkerFit, region: string, past: PoolPast): WorkerFit {
  const others = past.workers.filter(({ address }) => address === fit.worker);
  return others.length > 1 ? { ...fit, worker: `${fit.worker}-${region}` } : fit;
}
