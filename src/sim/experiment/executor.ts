/**
 * Where replications are run: in this thread, one after the other, or in several threads. A
 * replication is a pure function of (input, seed, replication), so it does not matter where.
 */
import { setImmediate } from "node:timers/promises";
import { InvariantError } from "../../core/errors.js";
import type { Steps } from "../../core/steps.js";
import type { SimulationInput } from "../input.js";
import type { ReplicationResult } from "../results.js";

/** Runs one replication to its end: pure, synchronous, CPU-bound. */
export type Simulate = (
  input: SimulationInput,
  options: { readonly seed: number; readonly replication: number },
) => ReplicationResult;

/** The same step by step. */
export type SimulateInSteps = (...of: Parameters<Simulate>) => Steps<ReplicationResult>;

/** What a replication is wanted for, as far as it matters who runs it. */
export interface UnitWanted {
  /** Nothing else can be known before: each shard needs it. @default false */
  readonly isForAll?: boolean | undefined;
}

/** Takes replications and runs them in the order of the calls. */
export interface Executor {
  /** Has a replication run, after those that were asked for before. */
  readonly run: (
    input: SimulationInput,
    replication: number,
    wanted?: UnitWanted,
  ) => Promise<ReplicationResult>;
  /** Forgets what waits to be run, which rejects: nobody wants it any more. */
  readonly drop?: (() => void) | undefined;
  /** Stops everything; what has not been finished rejects. May be called again. */
  readonly close: () => Promise<void>;
}

/** Runs one replication, wherever. */
type RunOne = (input: SimulationInput, replication: number) => Promise<ReplicationResult>;

interface Job {
  readonly input: SimulationInput;
  readonly replication: number;
  readonly resolve: (result: ReplicationResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What a replication rejects with that {@link Executor.close} came before. */
export function closedError(): Error {
  return new InvariantError("a replication was asked of an executor that is closed");
}

/** What a replication rejects with that was given up before it began. */
export function droppedError(): Error {
  return new InvariantError("a replication that was given up is waited for");
}

/**
 * A queue, first in, first out.
 *
 * @param options.lanes how many run at a time
 * @param options.close frees what `runOne` holds
 */
export function queueExecutor(options: {
  readonly lanes: number;
  readonly runOne: RunOne;
  readonly close: () => Promise<void>;
}): Executor {
  const { lanes, runOne, close } = options;
  const queue: Job[] = [];
  let running = 0;
  let isClosed = false;

  async function work(): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      try {
        job.resolve(await runOne(job.input, job.replication));
      } catch (error) {
        job.reject(error);
      }
    }
    running -= 1;
  }

  return {
    run: (input, replication) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(closedError());
          return;
        }
        queue.push({ input, replication, resolve, reject });
        if (running >= lanes) return;
        running += 1;
        void work();
      }),
    drop: () => {
      for (const job of queue.splice(0)) job.reject(droppedError());
    },
    close: async () => {
      isClosed = true;
      for (const job of queue.splice(0)) job.reject(closedError());
      await close();
    },
  };
}

/**
 * Runs replications in this thread. Between two steps of one other events have their turn.
 *
 * @param options.load loads the simulator, when the first replication is wanted
 */
export function inlineExecutor(options: {
  readonly load: () => Promise<SimulateInSteps>;
  readonly seed: number;
}): Executor {
  const { load, seed } = options;
  let isClosed = false;
  return queueExecutor({
    lanes: 1,
    runOne: async (input, replication) => {
      const simulateInSteps = await load();
      const steps = simulateInSteps(input, { seed, replication });
      for (;;) {
        await setImmediate();
        if (isClosed) throw closedError();
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
    close: async () => {
      isClosed = true;
    },
  });
}
