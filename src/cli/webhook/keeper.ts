/**
 * The last answer that could be made: it outlives failures of the source (W-8), whatever they are,
 * but no longer than its list may be old.
 */
import { PoolsimError, RemoteError } from "../../core/errors.js";
import type { OrchestratorSource, SourceListing } from "../../discovery/index.js";
import { untilAborted } from "../../discovery/sources/shared-task.js";
import type { WebhookAnswer } from "./entries.js";

export interface AnswerKeeperOptions {
  readonly source: OrchestratorSource;
  /** What is answered for a list. */
  readonly make: (
    listing: SourceListing,
    signal: AbortSignal,
  ) => WebhookAnswer | Promise<WebhookAnswer>;
  /** Ms since the source confirmed the list, after which there is no answer any more. */
  readonly maxAgeMs: number;
  /** Ms that a reading of the source may take. */
  readonly readLimitMs: number;
  /** Unix ms. */
  readonly now: () => number;
  /** Ms from any origin; never goes back. */
  readonly monotonicNow: () => number;
}

interface Kept {
  readonly answer: WebhookAnswer;
  /** How old its list was when it was read, by the wall clock. */
  readonly ageMs: number;
  readonly readAtMs: number;
}

/** First pause after a failure, ms; it doubles up to the last one. */
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

/** See the top of the file. */
export class AnswerKeeper {
  readonly #options: AnswerKeeperOptions;
  #kept: Kept | null = null;
  #failures = 0;
  /** Why the answer is an old one. */
  failure: string | null = null;

  constructor(options: AnswerKeeperOptions) {
    this.#options = options;
  }

  /** What is answered now; null = no list is young enough. */
  get answer(): WebhookAnswer | null {
    return this.ageMs() > this.#options.maxAgeMs ? null : (this.#kept?.answer ?? null);
  }

  /**
   * Ms since the source confirmed the list, by whichever clock says more: the wall clock may be put
   * back, and the other one stands still while the machine sleeps.
   */
  ageMs(): number {
    if (this.#kept === null) return Number.POSITIVE_INFINITY;
    const { answer, ageMs, readAtMs } = this.#kept;
    const { now, monotonicNow } = this.#options;
    return Math.max(now() - answer.confirmedAtMs, ageMs + monotonicNow() - readAtMs);
  }

  /** Ms to wait before the next reading: after failures sooner than the interval. */
  pauseMs(intervalMs: number): number {
    if (this.#failures === 0) return intervalMs;
    const growing = PAUSE_FIRST_MS * 2 ** Math.min(this.#failures - 1, 10);
    return Math.min(intervalMs, PAUSE_MAX_MS, growing);
  }

  /**
   * Reads the source. Failures of any kind keep the earlier answer.
   *
   * @throws what the source throws when there is no earlier answer; the signal's reason
   */
  async read(signal: AbortSignal): Promise<void> {
    const { source, make, now, monotonicNow } = this.#options;
    try {
      const [listing, answer] = await this.#limited(async (limited) => {
        const list = await source.list({ signal: limited });
        return [list, await make(list, limited)] as const;
      }, signal);
      const ageMs = Math.max(0, now() - listing.confirmedAtMs);
      this.#kept = { answer, ageMs, readAtMs: monotonicNow() };
      this.failure = listing.staleBecause === null ? null : wordsOf(listing.staleBecause);
    } catch (error) {
      if (signal.aborted || this.#kept === null) throw error;
      this.failure = wordsOf(error);
    }
    this.#failures = this.failure === null ? 0 : this.#failures + 1;
  }

  /** A source that never answers, not even to its signal, is not waited for without end. */
  async #limited<T>(task: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { readLimitMs } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => {
      const message = `the source was not read within ${readLimitMs} ms`;
      late.abort(new RemoteError(message, { code: "SOURCE_TIMEOUT" }));
    }, readLimitMs);
    const ended = AbortSignal.any([signal, late.signal]);
    try {
      return await untilAborted(task(ended), ended);
    } finally {
      clearTimeout(timer);
    }
  }
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof PoolsimError || !(error instanceof Error)
    ? message
    : `${error.name}: ${message}`;
}
