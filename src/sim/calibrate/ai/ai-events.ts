/**
 * A pool's AI past, from its events. Nobody says in one piece who did a job and how long it took:
 * `job-received` names the worker, also of a result that was an error (E-15), `job-processed` the
 * time, in nanoseconds (E-9), and the units. Both name the request; of several that received it, the
 * last one before it was processed did it, and the others failed.
 */
import type { JobProcessed, JobReceived, PoolEvent } from "../../../pool/books/index.js";

/** A job that was answered. */
export interface AIJobDone {
  /** When it was told, ms since 1970; of whole seconds in the nodes' forms (E-7). */
  readonly atMs: number;
  /** From its arrival at the node to its result, ms. */
  readonly responseMs: number;
  /** Units that it was billed for. */
  readonly units: number;
  readonly priceWei: bigint;
  readonly feesWei: bigint;
  /** Another model of the worker was used since this one's last job, or the worker has come since. */
  readonly mayBeCold: boolean;
}

/** What the events say of one model at one worker of the nodes of one region. */
export interface AIModelPast {
  readonly address: string;
  readonly region: string;
  readonly pipeline: string;
  readonly model: string;
  /** In order of time. */
  readonly jobs: readonly AIJobDone[];
  /** Results that arrived, answered or not. */
  readonly results: number;
  /** When results arrived that were no answer, ms since 1970; in order. */
  readonly failedAtMs: readonly number[];
}

/** All of a pool. */
export interface AIPast {
  readonly models: readonly AIModelPast[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Answered jobs that no worker said to have received: the node's own (E-16). */
  readonly unattributed: number;
}

/** Of live streams only their beginnings are told, never time, units or fees (E-16). */
export const LIVE_PIPELINE = "live-video-to-video";
/** What came last may have its other half in a file that is not there yet (E-17). */
const LATEST_MS = 60_000;
const NS_PER_MS = 1e6;

interface Request {
  readonly received: JobReceived[];
  readonly processed: JobProcessed[];
}

interface Draft {
  readonly past: Omit<AIModelPast, "jobs" | "results" | "failedAtMs">;
  readonly jobs: Omit<AIJobDone, "mayBeCold">[];
  readonly failedAtMs: number[];
  results: number;
}

/** When something happened at a worker that may have cost it a loaded model. */
interface Marks {
  readonly atMs: number;
  /** Empty: it came anew. */
  readonly model: string;
}

/** Collects what events say, in any order, each once. */
export class AIPastCollector {
  readonly #requests = new Map<string, Request>();
  readonly #comings: { readonly worker: string; readonly atMs: number }[] = [];
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  /** Takes an event; those that are not about AI jobs or connections are nothing to it. */
  add(event: PoolEvent): void {
    if (event.type === "worker-connected") {
      this.#comings.push({ worker: `${event.address} ${event.region}`, atMs: event.atMs });
    } else if (event.type === "job-received") {
      this.#seen(event.atMs);
      this.#requestOf(event.region, event.requestId).received.push(event);
    } else if (event.type === "job-processed" && event.job === "ai") {
      this.#seen(event.atMs);
      this.#requestOf(event.region, event.requestId ?? "").processed.push(event);
    }
  }

  /** What all that was added says; nothing may be added afterwards. */
  past(): AIPast {
    const drafts = new Map<string, Draft>();
    let unattributed = 0;
    for (const { received, processed } of this.#requests.values()) {
      const left = [...received].sort((a, b) => a.atMs - b.atMs);
      for (const job of [...processed].sort((a, b) => a.atMs - b.atMs)) {
        const index = left.findLastIndex(({ atMs }) => atMs <= job.atMs);
        const [own] = index < 0 ? [] : left.splice(index, 1);
        if (own === undefined) {
          unattributed += 1;
          continue;
        }
        const draft = draftOf(drafts, own);
        draft.results += 1;
        draft.jobs.push({
          atMs: job.atMs,
          responseMs: Number(job.responseTimeNs) / NS_PER_MS,
          units: Number(job.computeUnits),
          priceWei: job.pricePerComputeUnitWei,
          feesWei: job.feesWei,
        });
      }
      for (const one of left) this.#fails(draftOf(drafts, one), one, processed.length > 0);
    }
    return {
      models: this.#models([...drafts.values()]),
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      unattributed,
    };
  }

  #fails(draft: Draft, { atMs, pipeline }: JobReceived, wasAnswered: boolean): void {
    if (pipeline !== LIVE_PIPELINE && !wasAnswered && atMs > this.#toMs - LATEST_MS) return;
    draft.results += 1;
    if (pipeline !== LIVE_PIPELINE) draft.failedAtMs.push(atMs);
  }

  #models(drafts: readonly Draft[]): AIModelPast[] {
    const marks = new Map<string, Marks[]>();
    const mark = (worker: string, atMs: number, model: string) => {
      const own = marks.get(worker) ?? [];
      marks.set(worker, own);
      own.push({ atMs, model });
    };
    for (const { worker, atMs } of this.#comings) mark(worker, atMs, "");
    for (const { past, jobs } of drafts) {
      for (const { atMs } of jobs) mark(workerOf(past), atMs, modelOf(past));
    }
    for (const own of marks.values()) own.sort((a, b) => a.atMs - b.atMs);
    return drafts
      .map(({ past, jobs, results, failedAtMs }) => {
        const sorted = [...jobs].sort((a, b) => a.atMs - b.atMs);
        const other = othersBefore(marks.get(workerOf(past)) ?? [], modelOf(past));
        return {
          ...past,
          jobs: sorted.map((job) => ({ ...job, mayBeCold: other(job.atMs) })),
          results,
          failedAtMs: failedAtMs.sort((a, b) => a - b),
        };
      })
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  #requestOf(region: string, id: string): Request {
    const key = `${region} ${id}`;
    let request = this.#requests.get(key);
    if (request === undefined) {
      request = { received: [], processed: [] };
      this.#requests.set(key, request);
    }
    return request;
  }

  #seen(atMs: number): void {
    this.#fromMs = Math.min(this.#fromMs, atMs);
    this.#toMs = Math.max(this.#toMs, atMs);
  }
}

const workerOf = ({ address, region }: Draft["past"]) => `${address} ${region}`;
const modelOf = ({ pipeline, model }: Draft["past"]) => `${pipeline} ${model}`;
const keyOf = (past: Draft["past"]) => `${workerOf(past)} ${modelOf(past)}`;

function draftOf(drafts: Map<string, Draft>, event: JobReceived): Draft {
  const { address, region, pipeline, modelId: model } = event;
  const past = { address, region, pipeline, model };
  const key = keyOf(past);
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { past, jobs: [], results: 0, failedAtMs: [] };
    drafts.set(key, draft);
  }
  return draft;
}

/**
 * Whether anything else than the model's own jobs came between its job at a time and the one before;
 * asked in order of time.
 */
function othersBefore(marks: readonly Marks[], model: string): (atMs: number) => boolean {
  let at = 0;
  let hasOther = true;
  return (atMs) => {
    let mayBeCold = hasOther;
    for (; at < marks.length; at++) {
      const mark = marks[at];
      if (mark === undefined || mark.atMs >= atMs) break;
      if (mark.model !== model) mayBeCold = true;
    }
    hasOther = false;
    return mayBeCold;
  };
}
