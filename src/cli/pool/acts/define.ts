/** The command `pool acts`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { ActsFlags } from "./run.js";

export function addActs(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "acts", "show what was done by hand: what, when, by whom and why")
      .option("--about <text>", "only what is about this address, event or batch")
      .addOption(
        new Option("--limit <n>", "so many, newest first")
          .argParser(wholeNumber(1, 100_000))
          .default(50),
      ),
    ["poolsim pool acts --db pool.db", "corrections, holds, moves, approvals, …"],
  ).action(async (flags: ActsFlags) => {
    const { poolActs } = await import("./run.js");
    outcome.exitCode = poolActs(flags, terminal);
  });
}
