/** The command `pool rounds`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { RoundsFlags } from "./run.js";

export function addRounds(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(
      pool,
      "rounds",
      "show closed rounds and tickets; with --close, close a round",
    ).addOption(
      new Option("--close <n>", "close this round: split what tickets brought").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    ),
    ["poolsim pool rounds --db pool.db", "what was split, and which tickets were won"],
    ["poolsim pool rounds --db pool.db --close 4012", "once per round; again it changes nothing"],
  ).action(async (flags: RoundsFlags) => {
    const { poolRounds } = await import("./run.js");
    outcome.exitCode = poolRounds(flags, terminal);
  });
}
