/**
 * Events of a range of blocks from nodes that each have limits of their own, and words of their own
 * for them: whatever fails is asked again by half as many blocks, down to one. What is tried so is
 * bounded in requests and in time; what cannot depend on the range is not tried again.
 */
import { RemoteError } from "../../../core/errors.js";
import { isForAnyRange } from "../../../io/json-rpc/chain-failures.js";
import type { SendOptions } from "../../../io/json-rpc/json-rpc.js";
import type { ChainLog, LogFilter } from "./chain-client.js";

export interface LogReaderOptions {
  /** Asks for one range. */
  readonly ask: (
    range: LogFilter,
    signal: AbortSignal,
    options: SendOptions,
  ) => Promise<readonly ChainLog[]>;
  /** Blocks in one question. */
  readonly maxRange: number;
  /** Questions at once. */
  readonly concurrency: number;
  /** Ms for a question about more than one block. */
  readonly wideLimitMs: number;
  /** Ms for everything together. */
  readonly limitMs: number;
}

/** Requests for a range, where it does not need half as many to begin with. */
const REQUESTS_MAX = 40;
/** After so many answers in a row twice as many blocks are asked for again. */
const GROWS_AFTER = 10;

/** What one reading may still cost. */
interface Budget {
  requests: number;
  last: RemoteError | null;
  readonly signal: AbortSignal;
  readonly over: () => RemoteError;
}

/** Reads events, and remembers how many blocks the node takes at a time. */
export class LogReader {
  readonly #options: LogReaderOptions;
  #range: number;
  #answered = 0;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#range = options.maxRange;
  }

  /**
   * All events of a range, in no particular order.
   *
   * @throws RemoteError `CHAIN_LOGS_LIMIT` when it would cost too much, in the node's last words;
   *   `CHAIN_…` when even one block fails, or what fails does not depend on the range; the signal's
   *   reason
   */
  async read(filter: LogFilter, signal?: AbortSignal): Promise<readonly ChainLog[]> {
    const { fromBlock, toBlock } = filter;
    const { maxRange, limitMs } = this.#options;
    const planned = Math.ceil((toBlock - fromBlock + 1) / maxRange);
    const late = new AbortController();
    const ended = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const budget: Budget = {
      requests: Math.max(REQUESTS_MAX, 2 * planned),
      last: null,
      signal: ended,
      over: () => tooDear(filter, budget.last),
    };
    const timer = setTimeout(() => late.abort(budget.over()), limitMs);
    try {
      return await this.#readAll(filter, budget);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.signal.aborted) throw late.signal.reason;
      // What even one block fails with says nothing about ranges.
      if (!isLimit(error)) this.#range = maxRange;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #readAll(filter: LogFilter, budget: Budget): Promise<readonly ChainLog[]> {
    const todo: LogFilter[] = filter.fromBlock <= filter.toBlock ? [filter] : [];
    const found: ChainLog[] = [];
    // Where something failed, one question at a time finds out what the node takes.
    for (let isProbing = false; todo.length > 0; ) {
      const parts = this.#take(todo, isProbing ? 1 : this.#options.concurrency);
      const answers = await this.#together(parts, budget);
      const failed = parts.filter((_, at) => answers[at] === null);
      for (const logs of answers) found.push(...(logs ?? []));
      todo.unshift(...failed);
      isProbing = failed.length > 0;
      this.#learn(failed, parts.length);
    }
    return found;
  }

  /** The next ranges, as large as the node takes them. */
  #take(todo: LogFilter[], count: number): LogFilter[] {
    const parts: LogFilter[] = [];
    while (parts.length < count) {
      const next = todo.shift();
      if (next === undefined) break;
      const toBlock = Math.min(next.toBlock, next.fromBlock + this.#range - 1);
      parts.push({ ...next, toBlock });
      if (toBlock < next.toBlock) todo.unshift({ ...next, fromBlock: toBlock + 1 });
    }
    return parts;
  }

  /** Null for each range that is to be asked again by halves. One that fails for good ends all. */
  async #together(
    parts: readonly LogFilter[],
    budget: Budget,
  ): Promise<readonly (readonly ChainLog[] | null)[]> {
    const failed = new AbortController();
    const signal = AbortSignal.any([budget.signal, failed.signal]);
    try {
      return await Promise.all(parts.map((part) => this.#one(part, signal, budget)));
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  async #one(
    part: LogFilter,
    signal: AbortSignal,
    budget: Budget,
  ): Promise<readonly ChainLog[] | null> {
    const isWide = part.toBlock > part.fromBlock;
    try {
      return await this.#options.ask(part, signal, {
        patience: isWide ? "ratesInWords" : "everything",
        exchangeLimitMs: isWide ? this.#options.wideLimitMs : undefined,
        beforeExchange: (failure) => {
          budget.last = failure ?? budget.last;
          if (budget.requests-- <= 0) throw budget.over();
        },
      });
    } catch (error) {
      if (!isWide || isLimit(error) || signal.aborted || isForAnyRange(error)) throw error;
      budget.last = error instanceof RemoteError ? error : budget.last;
      return null;
    }
  }

  #learn(failed: readonly LogFilter[], asked: number): void {
    for (const { fromBlock, toBlock } of failed) {
      this.#range = Math.min(this.#range, Math.ceil((toBlock - fromBlock + 1) / 2));
    }
    this.#answered = failed.length > 0 ? 0 : this.#answered + asked;
    if (this.#answered < GROWS_AFTER) return;
    this.#answered = 0;
    this.#range = Math.min(this.#options.maxRange, this.#range * 2);
  }
}

const LIMIT = "CHAIN_LOGS_LIMIT";

function isLimit(error: unknown): boolean {
  return error instanceof RemoteError && error.code === LIMIT;
}

function tooDear({ fromBlock, toBlock }: LogFilter, last: RemoteError | null): RemoteError {
  const why = last === null ? "" : `: ${last.message}`;
  const message = `the events of blocks ${fromBlock} to ${toBlock} take too many requests or too long${why}`;
  return new RemoteError(message, { code: LIMIT, cause: last ?? undefined });
}
