/** Gathers writes that come while others are written into one transaction: one flush to disk. */
import { InputError } from "../../core/errors.js";
import type { ApiRecorder, ApiWrite, WriteOutcome } from "./books.js";
import { busy, Problem } from "./problem.js";

interface Waiting {
  readonly write: ApiWrite;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export interface WriteQueueOptions {
  readonly recorder: Pick<ApiRecorder, "record">;
  /** How long a write may wait to be durable, ms. @default 3_000 */
  readonly waitLimitMs?: number | undefined;
}

/** Writes at most in one transaction. */
const BATCH_MAX = 256;
/** Writes that wait at most. */
const WAITING_MAX = 4_096;

/** Each write is answered when it is durable, or when it waited for too long. */
export class WriteQueue {
  readonly #recorder: Pick<ApiRecorder, "record">;
  readonly #waitLimitMs: number;
  readonly #waiting = new Set<Waiting>();
  #isWriting = false;

  constructor({ recorder, waitLimitMs = 3_000 }: WriteQueueOptions) {
    this.#recorder = recorder;
    this.#waitLimitMs = waitLimitMs;
  }

  /** Writes that wait for their transaction. */
  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Records a write together with those that come in the same turn, or while the ones before are
   * written.
   *
   * @throws Problem 503 when too many wait, or it waited for too long: what was being written
   *   then may be recorded all the same; what `record` throws
   */
  async add(write: ApiWrite): Promise<WriteOutcome> {
    if (this.#waiting.size >= WAITING_MAX) {
      throw new Problem(503, "UNAVAILABLE", "too many writes wait", { retryAfterS: 1 });
    }
    return await new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(busy());
      }, this.#waitLimitMs);
      const waiting: Waiting = {
        write,
        resolve: (outcome) => {
          clearTimeout(limit);
          resolve(outcome);
        },
        reject: (error) => {
          clearTimeout(limit);
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isWriting || this.#waiting.size === 0) return;
    this.#isWriting = true;
    setImmediate(() => {
      void this.#write().finally(() => {
        this.#isWriting = false;
        this.#schedule();
      });
    });
  }

  async #write(): Promise<void> {
    const batch = [...this.#waiting].slice(0, BATCH_MAX);
    for (const waiting of batch) this.#waiting.delete(waiting);
    const failure = await this.#record(batch);
    if (failure === null) return;
    // One of them is to blame: each by itself. What fails otherwise would fail again.
    if (failure instanceof InputError && batch.length > 1) {
      for (const waiting of batch) {
        const own = await this.#record([waiting]);
        if (own !== null) waiting.reject(own);
      }
      return;
    }
    for (const { reject } of batch) reject(failure);
  }

  /** Why nothing was recorded; null: it was. */
  async #record(batch: readonly Waiting[]): Promise<unknown> {
    try {
      const outcomes = await this.#recorder.record(batch.map(({ write }) => write));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error("a write has no outcome"));
        else resolve(outcome);
      });
      return null;
    } catch (error) {
      return error ?? new Error("the books failed");
    }
  }
}
