/** The command `pool write-off`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { addAuthor } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { WriteOffFlags } from "./run.js";

export function addWriteOff(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addAuthor(
      booksCommand(
        pool,
        "write-off [event]",
        "a ticket that won will never be redeemed: it is no income; without one, show which wait",
      )
        .option("--undo", "it waits for its redemption again", false)
        .option("--reason <text>", "why; kept with it"),
    ),
    ["poolsim pool write-off --db pool.db", "tickets that wait, and those that were written off"],
    [
      'poolsim pool write-off 1234 --db pool.db --reason "the gateway has no reserve left"',
      "by the number or the id of the event that told of the win",
    ],
  ).action(async (event: string | undefined, flags: WriteOffFlags) => {
    const { poolWriteOff } = await import("./run.js");
    outcome.exitCode = poolWriteOff(event, flags, terminal);
  });
}
