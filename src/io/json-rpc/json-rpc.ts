/**
 * JSON-RPC in batches over any transport: at most so many requests at once, rate limits and passing
 * faults waited out, batches made smaller or given up where a node does not take them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { RemoteError } from "../../core/errors.js";
import { RateLimited, TooMuch, Unchangeable } from "./chain-failures.js";
import {
  asksSmallerBatch,
  complaintOf,
  mayBeRate,
  type NodeFault,
  pauseInWords,
} from "./provider-words.js";
import { isRecord, matchAnswers, type RpcAnswer } from "./rpc-answers.js";

export { isRecord };

/** One request; the id is its place in the batch. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * Carries a text to the node and its answer back.
 *
 * @throws RemoteError `CHAIN_RATE_LIMITED`, `CHAIN_UNAVAILABLE` and `CHAIN_TOO_MUCH` (worth another
 *   try), `CHAIN_TIMEOUT`, `CHAIN_TRANSPORT`, or the signal's reason
 */
export type RpcTransport = (body: string, signal?: AbortSignal) => Promise<string>;

export interface JsonRpcOptions {
  readonly transport: RpcTransport;
  /** Requests in one batch; 1 = no batches. */
  readonly batchSize: number;
  /** Batches under way at once. */
  readonly concurrency: number;
  /** How often a request is tried in all. */
  readonly attempts: number;
  /** Pause after the first failure; doubles with each further one. */
  readonly backoffMs: number;
}

/**
 * What is waited out, and what is the caller's affair and told at once: `rates` waits for limits of
 * the rate and for servers that do not answer; `notTooMuch` for the node's own trouble too;
 * `everything` besides for limits that may be those of an overloaded node; `ratesInWords` for
 * nothing but what says that it limits a rate.
 */
export type Patience = "rates" | "notTooMuch" | "everything" | "ratesInWords";

/** How one call is sent. */
export interface SendOptions {
  /** Which failures are waited out. @default "rates" */
  readonly patience?: Patience | undefined;
  /** Tries while the node is in trouble of its own. @default as often as for anything */
  readonly troubleAttempts?: number | undefined;
  /** Ms for each exchange, besides the transport's own limit. @default none */
  readonly exchangeLimitMs?: number | undefined;
  /** Is told before each exchange, with the failure before it; throws to end the call. */
  readonly beforeExchange?: ((failure: RemoteError | null) => void) | undefined;
}

const MAX_PAUSE_MS = 30_000;

/** Sends requests and matches answers. */
export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** As large as the node takes them. */
  #batchSize: number;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
    this.#batchSize = options.batchSize;
  }

  /**
   * Answers in the order of the requests. A node's error is an answer, unless it can be waited out.
   *
   * @throws RemoteError `CHAIN_…` in the node's own words, or the signal's reason
   */
  async send(
    requests: readonly RpcRequest[],
    signal?: AbortSignal,
    options: SendOptions = {},
  ): Promise<readonly RpcAnswer[]> {
    const batches: (readonly RpcRequest[])[] = [];
    for (let at = 0; at < requests.length; at += this.#batchSize) {
      batches.push(requests.slice(at, at + this.#batchSize));
    }
    // One failure ends its siblings too: no request outlives the call.
    const failed = new AbortController();
    const ended = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    try {
      const answers = await Promise.all(
        batches.map((batch) => this.#settle(batch, ended, options)),
      );
      return answers.flat();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  /** Asks until each request of a batch has its answer: those that were refused again, the others not. */
  async #settle(
    batch: readonly RpcRequest[],
    signal: AbortSignal,
    options: SendOptions,
  ): Promise<readonly RpcAnswer[]> {
    const { attempts, backoffMs } = this.#options;
    const answers = new Map<RpcRequest, RpcAnswer>();
    let size = batch.length;
    let failure: RemoteError | null = null;
    for (let failures = 0; answers.size < batch.length; ) {
      signal.throwIfAborted();
      const part = batch.filter((request) => !answers.has(request)).slice(0, size);
      const before = answers.size;
      try {
        options.beforeExchange?.(failure);
        failure = this.#keep(answers, part, await this.#exchange(part, signal, options), options);
      } catch (error) {
        if (signal.aborted || !(error instanceof RemoteError)) throw error;
        const smaller = part.length > 1 ? smallerBatch(error, part.length) : null;
        if (smaller !== null) {
          size = smaller;
          this.#batchSize = Math.min(this.#batchSize, size);
          if (size === 1) return await this.#settleSingly(batch, answers, signal, options);
          continue;
        }
        if (!isWaitedOut(error, options)) throw error;
        failure = error;
      }
      if (failure === null) continue;
      // Some answers are progress, for a node that allows so many at a time.
      failures = answers.size > before ? 1 : failures + 1;
      const tries =
        failure.code === "CHAIN_UNAVAILABLE" ? (options.troubleAttempts ?? attempts) : attempts;
      if (failures >= Math.min(tries, attempts)) throw failure;
      if (failures > 1) size = Math.max(1, Math.floor(size / 2));
      await sleep(pauseAfter(failure, backoffMs * 2 ** (failures - 1)), undefined, { signal });
    }
    return batch.map((request) => answers.get(request) ?? missing());
  }

  async #settleSingly(
    batch: readonly RpcRequest[],
    known: ReadonlyMap<RpcRequest, RpcAnswer>,
    signal: AbortSignal,
    options: SendOptions,
  ): Promise<readonly RpcAnswer[]> {
    return await Promise.all(
      batch.map(async (request) => {
        const [answer] = known.has(request)
          ? [known.get(request)]
          : await this.#settle([request], signal, options);
        return answer ?? missing();
      }),
    );
  }

  /** Keeps the answers that are final. @returns what the others complain of */
  #keep(
    answers: Map<RpcRequest, RpcAnswer>,
    part: readonly RpcRequest[],
    found: readonly RpcAnswer[],
    options: SendOptions,
  ): RemoteError | null {
    let failure: RemoteError | null = null;
    for (const [index, request] of part.entries()) {
      const answer = found[index] ?? missing();
      const complaint = "error" in answer ? complaintToWaitOut(answer.error, options) : null;
      if (complaint === null) answers.set(request, answer);
      else failure = complaint;
    }
    return failure;
  }

  async #exchange(
    batch: readonly RpcRequest[],
    signal: AbortSignal,
    { exchangeLimitMs }: SendOptions,
  ): Promise<readonly RpcAnswer[]> {
    const requests = batch.map((request, id) => ({ jsonrpc: "2.0", id, ...request }));
    const body = JSON.stringify(requests.length === 1 ? requests[0] : requests);
    await this.#enter(signal);
    const late = new AbortController();
    const timer =
      exchangeLimitMs === undefined
        ? undefined
        : setTimeout(() => late.abort(tooLate(exchangeLimitMs)), exchangeLimitMs);
    try {
      const ended = timer === undefined ? signal : AbortSignal.any([signal, late.signal]);
      return matchAnswers(await this.#options.transport(body, ended), batch.length);
    } finally {
      clearTimeout(timer);
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#underWay < this.#options.concurrency) {
      this.#underWay++;
      return;
    }
    // Whoever leaves hands over its place.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (signal.aborted) {
      this.#leave();
      throw signal.reason;
    }
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
  }
}

/** The failure that an error of the node is, if it is worth another try. */
function complaintToWaitOut(fault: NodeFault, options: SendOptions): RemoteError | null {
  const complaint = complaintOf(fault);
  const words = `the node's error ${fault.code}: ${fault.message}`;
  const isLimit = complaint === "tooMuch";
  const { patience = "rates" } = options;
  const mayBe = isLimit && mayBeRate(fault) && (patience === "rates" || patience === "everything");
  if (complaint === "patience" || mayBe) {
    return new RateLimited(words, pauseInWords(fault.message));
  }
  if (isLimit) return patience === "everything" ? new TooMuch(words) : null;
  const waits = patience === "everything" || patience === "notTooMuch";
  return complaint === "passing" && waits
    ? new RemoteError(words, { code: "CHAIN_UNAVAILABLE" })
    : null;
}

function isWaitedOut(error: RemoteError, { patience = "rates" }: SendOptions): boolean {
  if (error instanceof RateLimited) return true;
  if (error instanceof TooMuch) return patience === "rates" || patience === "everything";
  return error.code === "CHAIN_UNAVAILABLE" && patience !== "ratesInWords";
}

/** How many requests to send at once after a failure of a batch; null = it is not the batch's. */
function smallerBatch(error: RemoteError, size: number): number | null {
  if (error instanceof Unchangeable) return null;
  const half = Math.ceil(size / 2);
  if (error instanceof TooMuch || error.code === "CHAIN_TOO_LARGE") return half;
  if (error.code !== "CHAIN_TRANSPORT" && error.code !== "CHAIN_BATCH") return null;
  return asksSmallerBatch(error.message) ? half : 1;
}

function pauseAfter(failure: RemoteError, growingMs: number): number {
  const asked = failure instanceof RateLimited ? failure.retryAfterMs : null;
  return Math.min(asked ?? growingMs, MAX_PAUSE_MS);
}

function tooLate(limitMs: number): RemoteError {
  return new TooMuch(`the node did not answer within ${limitMs} ms`);
}

function missing(): never {
  throw new RemoteError("the node left a request unanswered", { code: "CHAIN_BATCH" });
}
