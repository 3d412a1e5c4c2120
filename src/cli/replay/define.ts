/** The command `replay`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES, examples, type Outcome, RULE_IDS } from "../shared/help.js";
import { settingOption, wholeNumber } from "../shared/option-values.js";
import type { Terminal } from "../shared/terminal.js";
import type { Cap, ReplayFlags } from "./run.js";

function cap(text: string, before: readonly Cap[]): readonly Cap[] {
  const [, worker = "", sessions = ""] = /^([^=]+)=(\d{1,5})$/.exec(text) ?? [];
  const most = Number(sessions);
  if (worker !== "" && most >= 1) return [...before, { worker, sessions: most }];
  throw new InvalidArgumentError("expected a worker and its most sessions, such as home-b=2");
}

export function addReplay(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("replay")
    .description("play a pool's past again, under its own admission rule and under another one")
    .requiredOption("--from <db>", "the pool's books, e.g. pool.db")
    .requiredOption("--scenario <file>", "the pool as it was: its workers, rule and gateways")
    .option("--variant <name>", "the variant that is the pool as it was (default: the first)")
    .addOption(
      new Option("--cap <worker=sessions>", "at most so many sessions for a worker (repeatable)")
        .argParser(cap)
        .default([], "none"),
    )
    .addOption(
      new Option("--without <worker>", "without this worker (repeatable)")
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([], "none"),
    )
    .addOption(settingOption("setting of the pool, for the other rule"))
    .addOption(
      new Option("--replications <n>", "how often it is played")
        .argParser(wholeNumber(3, 1000))
        .default(20),
    )
    .addOption(
      new Option("--seed <n>", "seed of all that is drawn (default: the scenario's)").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--json <file>", "write all figures as JSON to a file, or to stdout with -")
    .addHelpText(
      "after",
      examples(
        ["poolsim replay --from pool.db --scenario pool.yaml", "does it come to what was?"],
        [
          "poolsim replay --from pool.db --scenario pool.yaml --cap home-b=2",
          "had home-b been capped at 2",
        ],
        [
          "poolsim replay --from pool.db --scenario pool.yaml --set orchestrator.admission.benchmark.limitMs=800",
          "had this limit been the rule",
        ],
      ) +
        RULE_IDS +
        EXIT_CODES,
    )
    .action(async (flags: ReplayFlags) => {
      const { replayPast } = await import("./run.js");
      outcome.exitCode = await replayPast(flags, terminal);
    });
}
