/** The command `sweep`: options, help and examples. */
import { type Command, Option } from "commander";
import { askedOptions } from "../shared/asked-options.js";
import { EXIT_CODES, examples, type Outcome, WORDS } from "../shared/help.js";
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
    );
  const words = {
    verb: "vary",
    budget: "look no further when it is over, e.g. 2m",
    replications: { text: "stop after a look at so many, 16 to 192", range: [16, 192] },
    details: "every point, with its interval",
  } as const;
  for (const option of askedOptions(words)) sweep.addOption(option);
  sweep
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
}
