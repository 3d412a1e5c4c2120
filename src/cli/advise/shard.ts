/** `poolsim advise --shard 2/8`: a part of what advice needs. */
import type { Shard } from "../../sim/shard/shard-executor.js";
import { askedOfShard } from "../shared/asked-options.js";
import { computeShard } from "../shared/compute-shard.js";
import type { Terminal } from "../shared/terminal.js";
import type { AdviseFlags } from "./run.js";

/**
 * Computes a shard.
 *
 * @returns the exit code
 * @throws as `computeShard`
 */
export function adviseShardOf(
  file: string,
  flags: AdviseFlags & { readonly shard: Shard },
  terminal: Terminal,
): Promise<number> {
  const only = flags.only === undefined ? null : [...flags.only];
  const rule = flags.rule ? {} : { rule: false };
  const command = { name: "advise", ...askedOfShard(flags), only, ...rule } as const;
  return computeShard(file, command, flags, terminal);
}
