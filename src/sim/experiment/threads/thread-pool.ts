/** Runs replications in threads of this process. */
import { Tinypool } from "tinypool";
import { invariant } from "../../../core/errors.js";
import type { SimulationInput } from "../../input.js";
import type { ReplicationResult } from "../../results.js";
import { closedError, type Executor, queueExecutor } from "../executor.js";
import { Waiting } from "../waiting.js";
import { fromPlainError } from "./plain-error.js";
import type { ThreadAnswer, ThreadTask } from "./thread-task.js";

/** Which threads. */
export interface ThreadPoolOptions {
  /** Module whose export `run` is a `taskHandler`. */
  readonly entry: URL;
  /** 1 or more; they start with the first replication. */
  readonly threads: number;
}

/** Threads that simulate whatever they are given. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #inputIds = new WeakMap<SimulationInput, number>();
  #lastId = 0;
  #running = 0;
  #pool: Tinypool | undefined;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Replications that are asked for and not finished. */
  get running(): number {
    return this.#running;
  }

  /** Runs one replication. */
  async run(
    input: SimulationInput,
    options: { readonly seed: number; readonly replication: number },
  ): Promise<ReplicationResult> {
    this.#running += 1;
    try {
      return await this.#run(input, options);
    } finally {
      this.#running -= 1;
    }
  }

  async #run(
    input: SimulationInput,
    { seed, replication }: { readonly seed: number; readonly replication: number },
  ): Promise<ReplicationResult> {
    const inputId = this.#idOf(input);
    const task: ThreadTask = { inputId, input: null, seed, replication };
    let answer = await this.#ask(task);
    if (answer.type === "inputMissing") answer = await this.#ask({ ...task, input });
    if (answer.type === "failure") throw fromPlainError(answer.error);
    invariant(answer.type === "result", "a thread that was sent an input knows it");
    return answer.result;
  }

  #idOf(input: SimulationInput): number {
    const known = this.#inputIds.get(input);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#inputIds.set(input, this.#lastId);
    return this.#lastId;
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.restart();
  }

  /** Ends the threads, whatever they do. The next replication starts new ones. */
  async restart(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }

  async #ask(task: ThreadTask): Promise<ThreadAnswer> {
    if (this.#isClosed) throw closedError();
    const { entry, threads } = this.#options;
    this.#pool ??= new Tinypool({
      filename: entry.href,
      name: "run",
      minThreads: threads,
      maxThreads: threads,
      isolateWorkers: false,
    });
    const answer: ThreadAnswer = await this.#pool.run(task);
    return answer;
  }
}

/** An executor of so many threads of its own. */
export function threadExecutor(options: ThreadPoolOptions & { readonly seed: number }): Executor {
  const pool = new ThreadPool(options);
  return queueExecutor({
    lanes: options.threads,
    runOne: (input, replication) => pool.run(input, { seed: options.seed, replication }),
    close: () => pool.close(),
  });
}

/**
 * An executor on threads that others use too, before it, after it or at the same time. When it is closed
 * in the middle of something, threads that work for nobody else end; what runs beside others' work goes on
 * to its end, which nobody waits for any more.
 */
export function sharingExecutor(
  pool: ThreadPool,
  { threads, seed }: { readonly threads: number; readonly seed: number },
): Executor {
  const waiting = new Waiting();
  let own = 0;
  async function run(input: SimulationInput, replication: number): Promise<ReplicationResult> {
    own += 1;
    try {
      return await pool.run(input, { seed, replication });
    } finally {
      own -= 1;
    }
  }
  return queueExecutor({
    lanes: threads,
    runOne: (input, replication) => waiting.until(run(input, replication)),
    close: async () => {
      waiting.giveUp(closedError());
      if (own > 0 && own === pool.running) await pool.restart();
    },
  });
}
