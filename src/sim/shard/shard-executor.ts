/**
 * A part of an experiment's units. The experiment runs as ever, but what other shards compute is not
 * waited for: once all of the own units that are asked for are finished, results of others' units are
 * stood in for by own ones, so that the experiment goes on and asks for what it is likely to need next.
 * What it then finds is worth nothing, but each unit that was computed on the way is as good as any.
 */
import { setImmediate } from "node:timers/promises";
import { closedError, type Executor } from "../experiment/executor.js";
import type { SimulationInput } from "../input.js";
import type { UnitKeys } from "../kept/key.js";
import type { ReplicationResult } from "../results.js";

/** Which part of how many: `2/8`. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/**
 * The shard that computes a unit, from 1. Replications of an input go round, so that each shard has
 * about as many of every input.
 *
 * @param inputKey hash of the input, hex
 */
export function shardOf(inputKey: string, replication: number, count: number): number {
  // 48 bits: exact in a double, with any number of replications.
  return ((Number.parseInt(inputKey.slice(0, 12), 16) + replication) % count) + 1;
}

interface Waiting {
  readonly input: SimulationInput;
  readonly replication: number;
  readonly resolve: (result: ReplicationResult) => void;
  readonly reject: (error: unknown) => void;
}

/** An executor, and what came of the shard. */
export interface ShardExecutor extends Executor {
  /** Units that the shard has finished. */
  readonly finished: () => number;
  /** The failure of a unit. */
  readonly failure: () => { readonly error: unknown } | null;
  /** Whether a result was stood in for: what the experiment then finds or fails at means nothing. */
  readonly hasGuessed: () => boolean;
}

/**
 * @param options.executor computes, and keeps what it computes; closed with this one
 */
export function shardExecutor(options: {
  readonly executor: Executor;
  readonly shard: Shard;
  readonly keys: UnitKeys;
}): ShardExecutor {
  const { executor, shard, keys } = options;
  const own = new Map<SimulationInput, ReplicationResult[]>();
  let last: ReplicationResult | undefined;
  let waiting: Waiting[] = [];
  let underWay = 0;
  let finished = 0;
  let failure: { readonly error: unknown } | null = null;
  let hasGuessed = false;
  let isClosed = false;

  function standInFor({ input, replication }: Waiting): ReplicationResult | undefined {
    const results = own.get(input) ?? [];
    return results[replication % Math.max(1, results.length)] ?? last;
  }

  /** What follows from the last own results is asked for within one turn. */
  async function goOn(): Promise<void> {
    await setImmediate();
    if (underWay > 0 || isClosed) return;
    const all = waiting;
    hasGuessed ||= all.length > 0;
    waiting = [];
    for (const one of all) {
      const result = standInFor(one);
      if (result === undefined) one.reject(new Error("no unit is this shard's own"));
      else one.resolve(result);
    }
  }

  async function compute(...unit: Parameters<Executor["run"]>): Promise<ReplicationResult> {
    underWay += 1;
    try {
      const result = await executor.run(...unit);
      const [input] = unit;
      finished += 1;
      last = result;
      own.set(input, [...(own.get(input) ?? []), result]);
      return result;
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      underWay -= 1;
      if (underWay === 0) void goOn();
    }
  }

  return {
    run: (input, replication, wanted) => {
      if (isClosed) return Promise.reject(closedError());
      const owner = shardOf(keys.ofInput(input), replication, shard.count);
      if (wanted?.isForAll === true || owner === shard.index) {
        return compute(input, replication, wanted);
      }
      return new Promise((resolve, reject) => {
        waiting.push({ input, replication, resolve, reject });
        if (underWay === 0) void goOn();
      });
    },
    close: async () => {
      isClosed = true;
      for (const { reject } of waiting) reject(closedError());
      waiting = [];
      await executor.close();
    },
    finished: () => finished,
    failure: () => failure,
    hasGuessed: () => hasGuessed,
  };
}
