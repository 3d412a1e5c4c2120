/**
 * The options of the commands that ask about one variant of a scenario, `advise` and `sweep`: declared, and
 * handed on.
 */
import { Option } from "commander";
import type { AskedOptions } from "../../sim/experiment/asked.js";
import type { Command } from "../../sim/shard/command.js";
import type { Shard } from "../../sim/shard/shard-executor.js";
import { type CacheFlags, cacheOptions } from "./cache-options.js";
import { type FormFlags, formOptions } from "./form-options.js";
import {
  extensionOption,
  settingOption,
  shardOption,
  shareBetween,
  wholeNumber,
} from "./option-values.js";
import { type QueueFlags, queueOptions } from "./queue-flags.js";
import { threadsOption } from "./threads.js";

/** The flags, as a command has them. */
export interface AskedFlags extends CacheFlags, FormFlags, QueueFlags {
  readonly variant?: string;
  readonly objective?: string;
  readonly margin?: number;
  readonly confidence?: number;
  readonly budget?: string;
  readonly seed?: number;
  readonly replications?: number;
  readonly duration?: string;
  readonly set: readonly string[];
  readonly extension: readonly string[];
  readonly threads?: number;
  readonly json?: string;
  readonly shard?: Shard;
  readonly details: boolean;
  readonly quiet: boolean;
}

/** What differs between the commands. */
interface AskedWords {
  /** What is done to a variant. */
  readonly verb: string;
  readonly budget: string;
  readonly replications: { readonly text: string; readonly range: readonly [number, number] };
  readonly details: string;
}

/** All of them, in the order of the help. */
export function askedOptions(words: AskedWords): readonly Option[] {
  const { verb, budget, replications, details } = words;
  return [
    new Option(
      "--variant <name>",
      `variant to ${verb} (default: the decision's candidate, or the first)`,
    ),
    new Option(
      "--objective <metric>",
      "metric to gain in (default: the scenario's, or the operator's net)",
    ),
    new Option(
      "--margin <share>",
      "what counts as a difference (default: the scenario's, or 0.05)",
    ).argParser(shareBetween(0.001, 0.5, 0.05)),
    new Option("--confidence <share>", "that all intervals hold (default: 0.95)").argParser(
      shareBetween(0.5, 0.9999, 0.95),
    ),
    new Option("--budget <span>", budget),
    new Option("--seed <n>", "seed of all randomness").argParser(
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    ),
    new Option("--replications <n>", replications.text).argParser(
      wholeNumber(...replications.range),
    ),
    new Option("--duration <span>", "counted time of each replication, e.g. 1h30m"),
    settingOption(),
    extensionOption(),
    threadsOption("threads; results do not depend on it"),
    new Option("--json <file>", "write the result as JSON to a file, or to stdout with -"),
    new Option(
      "--shard <k/n>",
      "compute the k-th of n parts into --cache <folder>, and print nothing: poolsim merge prints the whole",
    ).argParser(shardOption),
    new Option("--details", details).default(false),
    new Option("--quiet", "no progress").default(false),
    ...formOptions(),
    ...cacheOptions(),
    ...queueOptions("let workers compute"),
  ];
}

/** What is asked, as the library takes it. */
export function askedBy(flags: AskedFlags): AskedOptions & { replications: number | undefined } {
  const { variant, objective, margin, confidence, seed, replications } = flags;
  return { variant, objective, margin, confidence, seed, replications };
}

/** The same as a part of a shard's command: `null` is what the command line does not say. */
export function askedOfShard(
  flags: AskedFlags,
): Omit<Extract<Command, { name: "sweep" }>, "name" | "vary"> {
  const { seed = null, replications = null, variant = null, objective = null } = flags;
  const { margin = null, confidence = null } = flags;
  return { seed, replications, variant, objective, margin, confidence };
}
