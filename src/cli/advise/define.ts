/** The command `advise`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { askedOptions } from "../shared/asked-options.js";
import { EXIT_CODES, examples, type Outcome, WORDS } from "../shared/help.js";
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
    .option("--no-rule", "look for no rule for all workers");
  const words = {
    verb: "advise on",
    budget: "look no further when three fifths of it are over, e.g. 2m",
    replications: {
      text: "stop after a look at so many, 16 to 40; 0: judge nothing",
      range: [0, 40],
    },
    details: "every action that was tried, with its interval",
  } as const;
  for (const option of askedOptions(words)) advise.addOption(option);
  advise
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
}
