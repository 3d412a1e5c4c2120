/** Asks again where that may help: after a growing pause, and not too often altogether. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RemoteError } from "../../../core/errors.js";
import type { GraphqlAnswer, GraphqlQuestion } from "./graphql-post.js";

export interface PatientAskerOptions {
  /** Asks once. */
  readonly post: (question: GraphqlQuestion) => Promise<GraphqlAnswer>;
  /** Failures that are overcome, over all questions. */
  readonly retries: number;
  /** First pause; each further one is twice as long. */
  readonly backoffMs: number;
  /** The longest pause. A server that wants a longer one is not asked again. */
  readonly maxBackoffMs: number;
  /** Ends a pause. */
  readonly signal: AbortSignal;
}

/** For the questions of one listing. */
export class PatientAsker {
  readonly #options: PatientAskerOptions;
  #failures = 0;

  constructor(options: PatientAskerOptions) {
    this.#options = options;
  }

  /**
   * The data of an answer; null = begin anew, the pinned block is gone.
   *
   * @throws RemoteError: the last failure, see {@link postGraphql}; the signal's reason
   */
  async ask(question: GraphqlQuestion): Promise<{ readonly data: unknown } | null> {
    while (true) {
      const answer = await this.#options.post(question);
      if ("data" in answer) return answer;
      if (answer.remedy === "none") throw answer.error;
      await this.pause(answer.error, answer.afterMs);
      if (answer.remedy === "restart") return null;
    }
  }

  /**
   * Waits after a failure.
   *
   * @param afterMs at least so long
   * @throws RemoteError: the failure, when there were too many, or the pause would be too long
   */
  async pause(failure: RemoteError, afterMs = 0): Promise<void> {
    const { retries, backoffMs, maxBackoffMs, signal } = this.#options;
    if (this.#failures >= retries || afterMs > maxBackoffMs) throw failure;
    const growing = Math.min(backoffMs * 2 ** this.#failures, maxBackoffMs);
    this.#failures += 1;
    try {
      await sleep(Math.max(growing, afterMs), undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}
