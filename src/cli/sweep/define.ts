/** The command `sweep`: options, help and examples. */
import { type Command, Option } from "commander";
import { cacheOptions } from "../shared/cache-options.js";
import { formOptions } from "../shared/form-options.js";
import { EXIT_CODES, examples, type Outcome, WORDS } from "../shared/help.js";
import {
  extensionOption,
  settingOption,
  shardOption,
  shareBetween,
  wholeNumber,
} from "../shared/option-values.js";
import { queueOptions } from "../shared/queue-options.js";
import type { Terminal } from "../shared/terminal.js";
import type { SweepFlags } from "./run.js";

export function addSweep(program: Command, terminal: Terminal, outcome: Outcome): void {
  const sweep = program
    .command("sweep")
    .description("vary settings, and say which values are as good as the best")
    .argument("<file>", "scenario file (YAML), or name of a packaged one, e.g. twelve-workers")
    .addOption(
      new Option(
        "--vary <path=values>",
        "setting and its values, from:to:step or a,b,c (repeatable; default: the scenario's sweep)",
      )
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], "none"),
    )
    .option("--variant <name>", "variant to vary (default: the decision's candidate, or the first)")
    .option(
      "--objective <metric>",
      "metric to gain in (default: the scenario's, or the operator's net)",
    )
    .addOption(
      new Option(
        "--margin <share>",
        "what counts as a difference (default: the scenario's, or 0.05)",
      ).argParser(shareBetween(0.001, 0.5)),
    )
    .addOption(
      new Option("--confidence <share>", "that all intervals hold (default: 0.95)").argParser(
        shareBetween(0.5, 0.9999),
      ),
    )
    .option("--budget <span>", "look no further when it is over, e.g. 2m")
    .addOption(
      new Option("--seed <n>", "seed of all randomness").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--replications <n>", "stop after a look at so many, 16 to 192").argParser(
        wholeNumber(16, 192),
      ),
    )
    .option("--duration <span>", "counted time of each replication, e.g. 1h30m")
    .addOption(settingOption())
    .addOption(extensionOption())
    .addOption(
      new Option(
        "--threads <n>",
        "threads; results do not depend on it (default: all cores)",
      ).argParser(wholeNumber(1, 256)),
    )
    .option("--json <file>", "write the result as JSON to a file, or to stdout with -")
    .addOption(
      new Option(
        "--shard <k/n>",
        "compute one of n parts into --cache <folder>, for poolsim merge",
      ).argParser(shardOption),
    )
    .option("--details", "every point, with its interval", false)
    .option("--quiet", "no progress", false)
    .addHelpText(
      "after",
      examples(
        [
          "poolsim sweep pool.yaml --vary orchestrator.admission.benchmark.limitMs=300:2000:100",
          "a threshold",
        ],
        [
          "poolsim sweep pool.yaml --vary orchestrator.maxSessions=10,20 --vary demand.concurrentStreams=30,60",
          "at two demands",
        ],
        ["poolsim sweep pool.yaml --html sweep.html", "a page to send, with the curve"],
        ["poolsim sweep pool.yaml --budget 5m --json -", "as the scenario's sweep says, as JSON"],
      ) +
        WORDS +
        EXIT_CODES,
    )
    .action(async (file: string, flags: SweepFlags) => {
      const { shard } = flags;
      if (shard !== undefined) {
        const { sweepShardOf } = await import("./shard.js");
        outcome.exitCode = await sweepShardOf(file, { ...flags, shard }, terminal);
        return;
      }
      const { sweepOver } = await import("./run.js");
      outcome.exitCode = await sweepOver(file, flags, terminal);
    });
  for (const option of [
    ...formOptions(),
    ...cacheOptions(),
    ...queueOptions("let workers compute"),
  ]) {
    sweep.addOption(option);
  }
}
