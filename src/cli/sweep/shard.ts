/** `poolsim sweep --shard 2/8`: a part of what a sweep needs. */
import type { Shard } from "../../sim/shard/shard-executor.js";
import { parseVary } from "../../sim/sweep/axes.js";
import { askedOfShard } from "../shared/asked-options.js";
import { computeShard } from "../shared/compute-shard.js";
import type { Terminal } from "../shared/terminal.js";
import type { SweepFlags } from "./run.js";

/**
 * Computes a shard.
 *
 * @returns the exit code
 * @throws as `computeShard`
 */
export function sweepShardOf(
  file: string,
  flags: SweepFlags & { readonly shard: Shard },
  terminal: Terminal,
): Promise<number> {
  const vary = flags.vary.map((text) => {
    const { path, values } = parseVary(text);
    return { path, values: typeof values === "string" ? values : [...values] };
  });
  return computeShard(file, { name: "sweep", ...askedOfShard(flags), vary }, flags, terminal);
}
