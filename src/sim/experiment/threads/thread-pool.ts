/** Runs replications in threads of this process. */
import { Tinypool } from "tinypool";
import { invariant } from "../../../core/errors.js";
import type { SimulationInput } from "../../input.js";
import type { ReplicationResult } from "../../results.js";
import { closedError, type Executor, queueExecutor } from "../executor.js";
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
  #pool: Tinypool | undefined;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Runs one replication. */
  async run(
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
    await this.#pool?.destroy();
    this.#pool = undefined;
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

/** An executor of so many threads. */
export function threadExecutor(options: ThreadPoolOptions & { readonly seed: number }): Executor {
  const { threads, seed } = options;
  const pool = new ThreadPool(options);
  return queueExecutor({
    lanes: threads,
    runOne: (input, replication) => pool.run(input, { seed, replication }),
    close: () => pool.close(),
  });
}
