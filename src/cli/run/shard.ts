/** `poolsim run --shard 2/8`: a part of an experiment. */
import type { Shard } from "../../sim/shard/shard-executor.js";
import { computeShard, shardUsage } from "../shared/compute-shard.js";
import type { Terminal } from "../shared/terminal.js";
import type { RunFlags } from "./run.js";

/**
 * Computes a shard.
 *
 * @returns the exit code
 * @throws as `computeShard`
 */
export function runShardOf(
  [file, ...more]: readonly string[],
  flags: RunFlags & { readonly shard: Shard },
  terminal: Terminal,
): Promise<number> {
  if (file === undefined || more.length > 0) throw shardUsage("expected one scenario file");
  if (flags.trace !== undefined) throw shardUsage("expected no --trace, which runs nothing else");
  const { seed = null, replications = null, untilDecided = null, sensitivity } = flags;
  const { sensitivityReplications } = flags;
  const limit = sensitivityReplications === undefined ? {} : { sensitivityReplications };
  const command = { name: "run", seed, replications, untilDecided, sensitivity, ...limit } as const;
  return computeShard(file, command, flags, terminal);
}
