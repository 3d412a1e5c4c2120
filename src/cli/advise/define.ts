/** The command `advise`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
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
import type { AdviseFlags } from "./run.js";

function shareOfStake(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError("expected a share above 0 and below 1, such as 0.05");
  }
  return value;
}

function names(text: string): readonly string[] {
  const found = text.split(",").map((name) => name.trim());
  if (found.some((name) => name === "")) {
    throw new InvalidArgumentError("expected names of workers with commas between them");
  }
  return found;
}

export function addAdvise(program: Command, terminal: Terminal, outcome: Outcome): void {
  const advise = program
    .command("advise")
    .description("say what to do with each worker: keep, cap, keep as a spare, or exclude")
    .argument("[file]", "scenario file (YAML), or name of a packaged one, e.g. twelve-workers")
    .option("--from <db>", "instead of a file: a pool's books, whose workers are calibrated first")
    .option("--region <code>", "where the pool is, for --from (default: FRA)")
    .addOption(
      new Option("--stakeShare <share>", "its share of all stake, for --from").argParser(
        shareOfStake,
      ),
    )
    .addOption(
      new Option("--only <workers>", "ask about these only, e.g. slow-a,home-b").argParser(names),
    )
    .option(
      "--variant <name>",
      "variant to advise on (default: the decision's candidate, or the first)",
    )
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
    .option("--no-rule", "look for no rule for all workers")
    .option("--budget <span>", "look no further when three fifths of it are over, e.g. 2m")
    .addOption(
      new Option("--seed <n>", "seed of all randomness").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option(
        "--replications <n>",
        "stop after a look at so many, 16 to 40; 0: judge nothing",
      ).argParser(wholeNumber(0, 40)),
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
    .addOption(
      new Option(
        "--shard <k/n>",
        "compute the k-th of n parts into --cache <folder>, and print nothing: poolsim merge prints the whole",
      ).argParser(shardOption),
    )
    .option("--json <file>", "write the result as JSON to a file, or to stdout with -")
    .option("--details", "every action that was tried, with its interval", false)
    .option("--quiet", "no progress", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim advise twelve-workers", "a packaged pool"],
        ["poolsim advise pool.yaml --budget 5m", "as sure as five minutes make it"],
        ["poolsim advise pool.yaml --only slow-a --details", "one worker, with all figures"],
        ["poolsim advise pool.yaml --html advice.html", "a page to send"],
        ["poolsim advise pool.yaml --margin 0.02 --json -", "smaller differences, as JSON"],
        ["poolsim advise pool.yaml --shard 2/8 --cache shard-2", "an eighth: see poolsim merge"],
        ["poolsim advise pool.yaml --queue env:POOLSIM_QUEUE", "on many: see poolsim worker"],
        [
          "poolsim advise --from pool.db --region FRA --stakeShare 0.05",
          "on the workers that a pool's books know",
        ],
      ) +
        WORDS +
        EXIT_CODES,
    )
    .action(async (file: string | undefined, flags: AdviseFlags) => {
      const { shard } = flags;
      if (shard !== undefined) {
        if (file === undefined || flags.from !== undefined) {
          throw new InvalidArgumentError("--shard: expected a scenario's file");
        }
        const { adviseShardOf } = await import("./shard.js");
        outcome.exitCode = await adviseShardOf(file, { ...flags, shard }, terminal);
        return;
      }
      const { adviseOn } = await import("./run.js");
      outcome.exitCode = await adviseOn(file, flags, terminal);
    });
  for (const option of [
    ...formOptions(),
    ...cacheOptions(),
    ...queueOptions("let workers compute"),
  ]) {
    advise.addOption(option);
  }
}
