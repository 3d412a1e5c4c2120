/** The command `pool dismiss`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { addReason } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { DismissFlags } from "./run.js";

export function addDismiss(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addReason(
      booksCommand(
        pool,
        "dismiss",
        "say of pieces in quarantine that they are nothing; they are kept, and wait no more",
      )
        .addOption(
          new Option("--piece <id...>", "which ones, by their numbers in pool status").argParser(
            (text: string, before: readonly number[] = []) => [
              ...before,
              wholeNumber(1, Number.MAX_SAFE_INTEGER)(text),
            ],
          ),
        )
        .option("--undo", "they wait again", false),
    ),
    [
      'poolsim pool dismiss --piece 3 4 --db pool.db --reason "a test of ours"',
      "not counted any more",
    ],
    ['poolsim pool dismiss --piece 3 --undo --db pool.db --reason "it was real"', "it waits again"],
  ).action(async (flags: DismissFlags) => {
    const { poolDismiss } = await import("./run.js");
    outcome.exitCode = poolDismiss(flags, terminal);
  });
}
