/**
 * One AI request at an orchestrator whose workers are remote: choose a worker, send, wait, choose
 * again. A state machine without I/O.
 */
import { invariant } from "../../../core/errors.js";
import { AI_WORKER_ERRORS, type RemoteAIWorkerManager } from "./worker-manager.js";

/** How long a worker may take, ms. */
export const AI_WORKER_TIMEOUT_MS = 900_000;
/** The error after that. */
export const AI_WORKER_TIMEOUT_TEXT = "Remote worker took too long";

/** What an orchestrator answers a gateway. */
export interface AIAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The body, of an error its text. */
  readonly text: string;
}

/** What the checks before the work can find, in their order, with what is answered. */
export const AI_REFUSALS = {
  /** The payment header cannot be read. */
  paymentHeader: 402,
  /** The credentials are not valid. */
  credentials: 403,
  /** The request is malformed. */
  input: 400,
  /** `insufficient capacity`. */
  capacity: 503,
  /** The payment is not accepted. */
  payment: 400,
  /** `Insufficient balance`. */
  balance: 400,
} as const;

/** What the caller does next: send the job to `worker`, or answer. */
export type AIJobEffect = "send" | "answer";

/** A request. */
export class RemoteAIJob {
  /** Who has it; −1 = nobody. */
  worker = -1;
  /** What the gateway is told; null = nothing yet. */
  answer: AIAnswer | null = null;
  /** Workers that it was given to. */
  attempts = 0;

  readonly #manager: RemoteAIWorkerManager;
  readonly #request: number;
  readonly #job: number | undefined;

  /**
   * @param manager the node's workers
   * @param request the caller's number, of no other request that is under way
   * @param job see `RemoteAIWorkerManager.knownJob`
   */
  constructor(manager: RemoteAIWorkerManager, request: number, job: number | undefined) {
    this.#manager = manager;
    this.#request = request;
    this.#job = job;
  }

  /** Begins: there is a worker to send to, or an answer. */
  begin(): AIJobEffect {
    invariant(this.attempts === 0, "a request begins once");
    return this.#choose();
  }

  /**
   * The job could not be sent: the worker counts as gone, and another one is chosen, without limit
   * (A-61).
   */
  sendFailed(): AIJobEffect {
    this.#manager.disconnect(this.worker);
    this.#complete();
    return this.#choose();
  }

  /** The worker has gone while it worked: as {@link sendFailed}. */
  workerGone(): AIJobEffect {
    return this.sendFailed();
  }

  /** The worker did not answer within {@link AI_WORKER_TIMEOUT_MS}: that is the answer. */
  timedOut(): AIJobEffect {
    return this.failed(AI_WORKER_TIMEOUT_TEXT);
  }

  /** The worker answered with an error, which is passed on as it is. */
  failed(text: string): AIJobEffect {
    this.#complete();
    return this.#answered({ status: 500, text });
  }

  /** The worker answered. */
  succeeded(text = ""): AIJobEffect {
    this.#complete();
    return this.#answered({ status: 200, text });
  }

  #choose(): AIJobEffect {
    const chosen = this.#manager.select(this.#request, this.#job);
    if (chosen < 0) {
      const text = AI_WORKER_ERRORS.get(chosen) ?? "the workers are locked";
      return this.#answered({ status: 500, text });
    }
    this.worker = chosen;
    this.attempts += 1;
    return "send";
  }

  #complete(): void {
    invariant(this.worker >= 0 && this.answer === null, "a worker has the request");
    this.#manager.complete(this.#request, this.#job);
    this.worker = -1;
  }

  #answered(answer: AIAnswer): AIJobEffect {
    this.answer = answer;
    return "answer";
  }
}
