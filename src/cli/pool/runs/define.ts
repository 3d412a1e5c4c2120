/** The command `pool runs`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { RunsFlags } from "./run.js";

export function addRuns(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "runs", "show what the process that keeps the pool did")
      .argument("[job]", "of this job only")
      .option("--log", "with what each run said", false)
      .addOption(
        new Option("--limit <n>", "runs shown, newest first")
          .argParser(wholeNumber(1, 10_000))
          .default(20),
      ),
    ["poolsim pool runs --db pool.db", "the last runs of all jobs"],
    ["poolsim pool runs payouts --db pool.db --log", "of one, with what each said"],
  ).action(async (job: string | undefined, flags: RunsFlags) => {
    const { poolRuns } = await import("./run.js");
    outcome.exitCode = poolRuns(job, flags, terminal);
  });
}
