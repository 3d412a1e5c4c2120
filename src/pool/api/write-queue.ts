/** Gathers writes that come at the same time into one transaction: one flush to disk for all. */
import type { ApiWrite, RecordWrites, WriteOutcome } from "./books.js";
import { Problem } from "./problem.js";

interface Waiting {
  readonly write: ApiWrite;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes at most in one transaction, so that reads between transactions do not wait long. */
const BATCH_MAX = 256;
/** Writes that wait at most. */
const WAITING_MAX = 4_096;

/** Each write is answered when it is durable. */
export class WriteQueue {
  readonly #record: RecordWrites;
  #waiting: Waiting[] = [];
  #isScheduled = false;

  constructor(record: RecordWrites) {
    this.#record = record;
  }

  /** Writes that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Records a write together with those that come in the same turn.
   *
   * @throws Problem 503 when too many wait; what `record` throws
   */
  add(write: ApiWrite): Promise<WriteOutcome> {
    if (this.#waiting.length >= WAITING_MAX) {
      const problem = new Problem(503, "UNAVAILABLE", "too many writes wait", { retryAfterS: 1 });
      return Promise.reject(problem);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
      this.#schedule();
    });
  }

  #flush(): void {
    const batch = this.#waiting.splice(0, BATCH_MAX);
    try {
      const outcomes = this.#record(batch.map(({ write }) => write));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error("a write has no outcome"));
        else resolve(outcome);
      });
    } catch (error) {
      if (batch.length === 1) {
        batch[0]?.reject(error);
        return;
      }
      // One of them may be to blame: each by itself.
      for (const { write, resolve, reject } of batch) {
        try {
          const [outcome] = this.#record([write]);
          if (outcome === undefined) reject(new Error("a write has no outcome"));
          else resolve(outcome);
        } catch (cause) {
          reject(cause);
        }
      }
    }
  }
}
