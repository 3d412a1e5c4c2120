/**
 * Which AI workers serve a model: judged by time per output unit, by cold starts and by failures, of
 * their last jobs. Not go-livepeer's, which never asks how a worker does. A pure state machine: time
 * is passed in and never decreases.
 */
import { InputError } from "../../../core/errors.js";
import { apartFrom } from "../../../core/wording.js";
import type { AdmissionDecision } from "../admission/policy.js";
import type { AIModelCapacity } from "./capacities.js";

/** How long a unit of a model may take. */
export interface AITimeLimit {
  /** Number of the pipeline's capability. */
  readonly capability: number;
  /** Id of the model. @default every model of the capability without a limit of its own */
  readonly model?: string | undefined;
  /** Ms for an output unit, above 0: see `aiUnits`, e.g. pixels. */
  readonly msPerUnit: number;
}

/** What is asked of workers; a limit that is not given is none. */
export interface AIAdmissionSettings {
  /** How long units may take on average, in jobs that found the model loaded. @default none */
  readonly limits?: readonly AITimeLimit[] | undefined;
  /** Largest share of jobs that may fail, 0 … 1. @default 1 */
  readonly maxFailureShare?: number | undefined;
  /** Largest share of jobs that may have to load the model first, 0 … 1. @default 1 */
  readonly maxColdShare?: number | undefined;
  /** How many of the last jobs of a model at a worker are looked at. @default 20 */
  readonly jobs?: number | undefined;
  /** Fewer jobs decide nothing. @default 5 */
  readonly leastJobs?: number | undefined;
  /** For how long a worker gets no more jobs of the model, ms; doubles each time. @default 600000 */
  readonly coolDownMs?: number | undefined;
}

/** How a job at a worker ended. */
export interface AIJobOutcome {
  /** From the job sent to its result, ms. */
  readonly tookMs: number;
  /** Output units, at least 0; of 0 the time does not count. */
  readonly units: number;
  /** Whether the model had to be loaded first: such a time does not count. @default false */
  readonly cold?: boolean | undefined;
  /** Whether it failed, or took too long. @default false */
  readonly failed?: boolean | undefined;
}

/** That a worker gets no jobs of a model for a while. */
export interface AIBench {
  /** Until when, ms. */
  readonly untilMs: number;
  /** Why, in one sentence. */
  readonly reason: string;
}

type Checked = {
  readonly [Name in keyof AIAdmissionSettings]-?: NonNullable<AIAdmissionSettings[Name]>;
};

interface Record {
  last: AIJobOutcome[];
  bench: AIBench | null;
  nextCoolDownMs: number;
  /** Jobs since the bench was left. */
  since: number;
}

/** The bench never lasts longer, ms: a day. */
const COOL_DOWN_MAX_MS = 86_400_000;

/**
 * Judges workers by model. Workers are in the caller's numbering, the same at every reconnection;
 * jobs are handles of `RemoteAIWorkerManager.job`, which asks {@link mayServe} by its option.
 */
export class AIAdmission {
  readonly #settings: Checked;
  readonly #records = new Map<number, Map<number, Record>>();
  readonly #names: (job: number) => { readonly capability: number; readonly model: string };

  /**
   * @param settings see {@link AIAdmissionSettings}
   * @param nameOf what a job's handle stands for
   * @throws InputError (`ADMISSION`) for a number out of its bounds
   */
  constructor(
    settings: AIAdmissionSettings,
    nameOf: (job: number) => { readonly capability: number; readonly model: string },
  ) {
    this.#settings = checked(settings);
    this.#names = nameOf;
  }

  /** Whether a worker may be given a job of the model now. */
  mayServe(worker: number, job: number, nowMs: number): boolean {
    return this.benchOf(worker, job, nowMs) === null;
  }

  /** Why a worker may not be given one, and until when; null = it may. */
  benchOf(worker: number, job: number, nowMs: number): AIBench | null {
    const bench = this.#records.get(worker)?.get(job)?.bench ?? null;
    return bench !== null && nowMs < bench.untilMs ? bench : null;
  }

  /**
   * A job of a worker has ended.
   *
   * @returns the bench that follows from it; null = none
   */
  ended(worker: number, job: number, outcome: AIJobOutcome, nowMs: number): AIBench | null {
    const record = this.#record(worker, job);
    // Jobs that were under way when it was benched say nothing new.
    if (record.bench !== null && nowMs < record.bench.untilMs) return null;
    const { jobs, leastJobs, coolDownMs } = this.#settings;
    record.last.push(outcome);
    if (record.last.length > jobs) record.last.shift();
    record.since += 1;
    const reason = record.last.length < leastJobs ? null : this.#fault(record.last, job);
    if (reason === null) {
      if (record.since >= jobs) record.nextCoolDownMs = coolDownMs;
      return null;
    }
    const bench = { untilMs: nowMs + record.nextCoolDownMs, reason };
    record.bench = bench;
    record.nextCoolDownMs = Math.min(2 * record.nextCoolDownMs, COOL_DOWN_MAX_MS);
    record.last = [];
    record.since = 0;
    return bench;
  }

  #fault(last: readonly AIJobOutcome[], job: number): string | null {
    const { maxFailureShare, maxColdShare } = this.#settings;
    const count = last.length;
    const failures = last.filter(({ failed }) => failed === true).length;
    if (failures / count > maxFailureShare) return `${failures} of ${count} jobs failed`;
    const colds = last.filter(({ cold }) => cold === true).length;
    if (colds / count > maxColdShare) return `${colds} of ${count} jobs had to load the model`;
    const limit = this.#limit(job);
    const timed = last.filter((one) => one.failed !== true && one.cold !== true && one.units > 0);
    if (limit === undefined || timed.length === 0) return null;
    const ms = timed.reduce((sum, { tookMs }) => sum + tookMs, 0);
    const units = timed.reduce((sum, one) => sum + one.units, 0);
    if (ms <= limit * units) return null;
    const each = apartFrom(limit, ms / units, (one, more) => one.toPrecision(3 + more));
    return `${each} ms for a unit in ${timed.length} jobs, the limit is ${limit}`;
  }

  #limit(job: number): number | undefined {
    const { capability, model } = this.#names(job);
    const own = this.#settings.limits.filter((limit) => limit.capability === capability);
    return (
      own.find((limit) => limit.model === model) ?? own.find((limit) => limit.model === undefined)
    )?.msPerUnit;
  }

  #record(worker: number, job: number): Record {
    const byJob = this.#records.get(worker) ?? new Map<number, Record>();
    this.#records.set(worker, byJob);
    const known = byJob.get(job);
    if (known !== undefined) return known;
    const { coolDownMs } = this.#settings;
    const record: Record = { last: [], bench: null, nextCoolDownMs: coolDownMs, since: 0 };
    byJob.set(job, record);
    return record;
  }
}

/**
 * What a worker may serve after an admission policy has decided about it: of each model at most as
 * many jobs at a time as it was admitted with sessions, and nothing if it was refused.
 */
export function admittedCapacities(
  capacities: readonly AIModelCapacity[],
  { admitted, maxSessions }: Pick<AdmissionDecision, "admitted" | "maxSessions">,
): readonly AIModelCapacity[] {
  if (!admitted) return [];
  return capacities.map((one) => ({ ...one, capacity: Math.min(one.capacity, maxSessions) }));
}

function checked(settings: AIAdmissionSettings): Checked {
  const all = {
    limits: settings.limits ?? [],
    maxFailureShare: settings.maxFailureShare ?? 1,
    maxColdShare: settings.maxColdShare ?? 1,
    jobs: settings.jobs ?? 20,
    leastJobs: settings.leastJobs ?? 5,
    coolDownMs: settings.coolDownMs ?? 600_000,
  };
  const within = (name: string, value: number, min: number, max: number, isWhole: boolean) => {
    const fits = value >= min && value <= max && (!isWhole || Number.isInteger(value));
    if (fits) return;
    const kind = isWhole ? "a whole number" : "a number";
    throw new InputError(`${name} is ${value}, expected ${kind} from ${min} to ${max}`, {
      code: "ADMISSION",
    });
  };
  within("maxFailureShare", all.maxFailureShare, 0, 1, false);
  within("maxColdShare", all.maxColdShare, 0, 1, false);
  within("jobs", all.jobs, 1, 10_000, true);
  within("leastJobs", all.leastJobs, 1, all.jobs, true);
  within("coolDownMs", all.coolDownMs, 1, COOL_DOWN_MAX_MS, false);
  for (const { msPerUnit } of all.limits) {
    within("msPerUnit", msPerUnit, Number.MIN_VALUE, Number.MAX_VALUE, false);
  }
  return all;
}
