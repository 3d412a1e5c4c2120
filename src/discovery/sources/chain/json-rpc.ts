/**
 * JSON-RPC in batches over any transport: at most so many requests at once, rate limits and passing
 * faults waited out, batches given up where a node does not take them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isPoolsimError, type PoolsimError, RemoteError } from "../../../core/errors.js";

/** One request; the id is its place in the batch. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a node answered to one request. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

/**
 * Carries a text to the node and its answer back.
 *
 * @throws RemoteError `CHAIN_RATE_LIMITED`, `CHAIN_UNAVAILABLE` (worth another try),
 *   `CHAIN_TIMEOUT`, `CHAIN_TRANSPORT`, or the signal's reason
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

/** Codes by which nodes ask for patience: limit exceeded (EIP-1474), and HTTP's 429. */
const PATIENCE_CODES: ReadonlySet<number> = new Set([-32005, 429]);
const MAX_PAUSE_MS = 30_000;

/** A rate limit with the node's own idea of when to come back. */
export class RateLimited extends RemoteError {
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null) {
    super(message, { code: "CHAIN_RATE_LIMITED" });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Sends requests and matches answers. */
export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #takesBatches = true;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
  }

  /**
   * Answers in the order of the requests. A node's error is an answer.
   *
   * @throws RemoteError `CHAIN_…`, or the signal's reason
   */
  async send(requests: readonly RpcRequest[], signal?: AbortSignal): Promise<readonly RpcAnswer[]> {
    const size = this.#takesBatches ? this.#options.batchSize : 1;
    const batches: (readonly RpcRequest[])[] = [];
    for (let at = 0; at < requests.length; at += size) {
      batches.push(requests.slice(at, at + size));
    }
    // One failure ends its siblings too: no request outlives the call.
    const failed = new AbortController();
    const ended = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    try {
      const answers = await Promise.all(batches.map((batch) => this.#sendBatch(batch, ended)));
      return answers.flat();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  async #sendBatch(
    batch: readonly RpcRequest[],
    signal: AbortSignal,
  ): Promise<readonly RpcAnswer[]> {
    const { attempts, backoffMs } = this.#options;
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      let failure: PoolsimError;
      try {
        const answers = await this.#exchange(batch, signal);
        if (!answers.some(asksPatience)) return answers;
        failure = new RateLimited("the node limits its rate", null);
      } catch (error) {
        if (signal.aborted || !isPoolsimError(error)) throw error;
        if (batch.length > 1 && refusesBatch(error)) return await this.#sendSingly(batch, signal);
        if (!isPassing(error)) throw error;
        failure = error;
      }
      if (attempt >= attempts) throw failure;
      const asked = failure instanceof RateLimited ? failure.retryAfterMs : null;
      const pauseMs = asked ?? backoffMs * 2 ** (attempt - 1);
      await sleep(Math.min(pauseMs, MAX_PAUSE_MS), undefined, { signal });
    }
  }

  async #sendSingly(
    batch: readonly RpcRequest[],
    signal: AbortSignal,
  ): Promise<readonly RpcAnswer[]> {
    this.#takesBatches = false;
    const answers = await Promise.all(batch.map((request) => this.#sendBatch([request], signal)));
    return answers.flat();
  }

  async #exchange(
    batch: readonly RpcRequest[],
    signal: AbortSignal,
  ): Promise<readonly RpcAnswer[]> {
    const requests = batch.map((request, id) => ({ jsonrpc: "2.0", id, ...request }));
    const body = JSON.stringify(requests.length === 1 ? requests[0] : requests);
    await this.#enter(signal);
    try {
      return matchAnswers(await this.#options.transport(body, signal), batch.length);
    } finally {
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

function asksPatience(answer: RpcAnswer): boolean {
  return (
    "error" in answer &&
    PATIENCE_CODES.has(answer.error.code) &&
    !/result|range|logs/i.test(answer.error.message)
  );
}

function isPassing({ code }: PoolsimError): boolean {
  return code === "CHAIN_RATE_LIMITED" || code === "CHAIN_UNAVAILABLE";
}

function refusesBatch({ code }: PoolsimError): boolean {
  return code === "CHAIN_TRANSPORT" || code === "CHAIN_BATCH";
}

function matchAnswers(text: string, count: number): readonly RpcAnswer[] {
  const json = parseJson(text);
  if (count === 1) return [readAnswer(Array.isArray(json) ? json[0] : json)];
  if (!Array.isArray(json)) {
    throw new RemoteError("the node does not answer batches", { code: "CHAIN_BATCH" });
  }
  const answers = new Array<RpcAnswer | undefined>(count).fill(undefined);
  for (const item of json) {
    const id = isRecord(item) ? Number(item["id"]) : Number.NaN;
    if (id in answers) answers[id] = readAnswer(item);
  }
  return answers.map((answer) => {
    if (answer === undefined) {
      throw new RemoteError("the node left a request of a batch unanswered", {
        code: "CHAIN_BATCH",
      });
    }
    return answer;
  });
}

function readAnswer(item: unknown): RpcAnswer {
  if (isRecord(item) && isRecord(item["error"])) {
    const { code, message } = item["error"];
    return { error: { code: Number(code), message: String(message).slice(0, 500) } };
  }
  if (isRecord(item) && "result" in item) return { result: item["result"] };
  throw new RemoteError("the node's answer is not JSON-RPC", { code: "CHAIN_TRANSPORT" });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RemoteError("the node's answer is not JSON", { code: "CHAIN_TRANSPORT", cause });
  }
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
