/** Runs replications in threads of this process. */
import { Tinypool } from "tinypool";
import { invariant } from "../../core/errors.js";
import type { SimulationInput } from "../input.js";
import { closedError, type Executor, queueExecutor } from "./executor.js";
import { fromPlainError } from "./plain-error.js";
import type { ThreadAnswer, ThreadTask } from "./thread-task.js";

/**
 * @param options.entry module whose export `run` is a `taskHandler`
 * @param options.threads 1 or more; they start with the first replication
 */
export function threadExecutor(options: {
  readonly entry: URL;
  readonly threads: number;
  readonly seed: number;
}): Executor {
  const { entry, threads, seed } = options;
  const inputIds = new Map<SimulationInput, number>();
  let pool: Tinypool | undefined;
  let isClosed = false;

  async function ask(task: ThreadTask): Promise<ThreadAnswer> {
    if (isClosed) throw closedError();
    pool ??= new Tinypool({
      filename: entry.href,
      name: "run",
      minThreads: threads,
      maxThreads: threads,
      isolateWorkers: false,
    });
    const answer: ThreadAnswer = await pool.run(task);
    return answer;
  }

  return queueExecutor({
    lanes: threads,
    runOne: async (input, replication) => {
      const inputId = inputIds.get(input) ?? inputIds.size;
      inputIds.set(input, inputId);
      const task: ThreadTask = { inputId, input: null, seed, replication };
      let answer = await ask(task);
      if (answer.type === "inputMissing") answer = await ask({ ...task, input });
      if (answer.type === "failure") throw fromPlainError(answer.error);
      invariant(answer.type === "result", "a thread that was sent an input knows it");
      return answer.result;
    },
    close: async () => {
      isClosed = true;
      await pool?.destroy();
      pool = undefined;
    },
  });
}
