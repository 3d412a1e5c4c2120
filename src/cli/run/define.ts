/** The command `run`: options, help and examples. */
import { type Command, Option } from "commander";
import { cacheOptions } from "../shared/cache-options.js";
import { formOptions } from "../shared/form-options.js";
import { EXIT_CODES, examples, type Outcome, RULE_IDS, WORDS } from "../shared/help.js";
import {
  extensionOption,
  settingOption,
  shardOption,
  tracedStream,
  wholeNumber,
} from "../shared/option-values.js";
import { queueOptions } from "../shared/queue-flags.js";
import type { Terminal } from "../shared/terminal.js";
import { threadsOption } from "../shared/threads.js";
import type { RunFlags } from "./run.js";

export function addRun(program: Command, terminal: Terminal, outcome: Outcome): void {
  const command = program
    .command("run")
    .description("simulate scenarios, compare their variants and report")
    .argument("<file...>", "scenario files (YAML), or names of packaged ones, e.g. admit-worker")
    .addOption(
      new Option("--seed <n>", "seed of all randomness").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--replications <n>", "exactly so many replications").argParser(
        wholeNumber(1, 10_000),
      ),
    )
    .option(
      "--until-decided",
      "go on until the question is decided, or hardly can be: 8 to 80 replications",
    )
    .option("--budget <span>", "with it: stop looking after such a time, e.g. 2m")
    .option("--duration <span>", "counted time of each replication, e.g. 1h30m")
    .addOption(settingOption())
    .addOption(extensionOption())
    .addOption(threadsOption("threads; results do not depend on it"))
    .addOption(
      new Option("--sensitivity <level>", "shake assumptions to see whether the verdict stands")
        .choices(["off", "short", "full"])
        .default("short"),
    )
    .addOption(
      new Option(
        "--sensitivity-replications <n>",
        "until decided: look no further at those, 8 to 24 (default: as far as it takes)",
      ).argParser(wholeNumber(8, 24)),
    )
    .option("--json <file>", "write the result as JSON to a file, or to stdout with -")
    .addOption(
      new Option(
        "--trace <stream:id>",
        "print every decision about one stream of the first variant, with rule numbers, and nothing else",
      ).argParser(tracedStream),
    )
    .addOption(
      new Option(
        "--shard <k/n>",
        "compute the k-th of n parts into --cache <folder>, and print nothing: poolsim merge prints the whole",
      ).argParser(shardOption),
    )
    .option("--quiet", "no progress; print only the verdict and failed expectations", false)
    .option("--details", "all tables behind the first screen", false);
  const wide = queueOptions("let workers compute");
  for (const option of [...formOptions(), ...cacheOptions(), ...wide]) command.addOption(option);
  command
    .addHelpText(
      "after",
      examples(
        ["poolsim run scenarios/admit-worker.yaml", "the comparison and the verdict"],
        ["poolsim run pool.yaml --until-decided --budget 5m", "as sure as five minutes make it"],
        ["poolsim run pool.yaml --html report.html", "a page to send"],
        ["poolsim run scenarios/*.yaml --duration 1h --quiet", "many, in CI"],
        ["poolsim run region.yaml --set gateway.region=SIN --json -", "another region, as JSON"],
        ["poolsim run pool.yaml --set workers.slow.roundTripMs=900", "another worker"],
        ["poolsim run pool.yaml --shard 2/8 --cache shard-2", "an eighth of it: see poolsim merge"],
        ["poolsim run pool.yaml --queue env:POOLSIM_QUEUE", "on many machines: see poolsim worker"],
        ["poolsim run pool.yaml --trace stream:12", "why stream 12 went where it went"],
      ) +
        RULE_IDS +
        WORDS +
        EXIT_CODES,
    )
    .action(async (files: string[], flags: RunFlags) => {
      const { shard } = flags;
      if (shard !== undefined) {
        const { runShardOf } = await import("./shard.js");
        outcome.exitCode = await runShardOf(files, { ...flags, shard }, terminal);
        return;
      }
      const { runScenarios } = await import("./run.js");
      outcome.exitCode = await runScenarios(files, flags, terminal);
    });
}
