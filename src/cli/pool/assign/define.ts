/** The command `pool assign`: options, help and examples. */
import { type Command, Option } from "commander";
import { positiveSpan } from "../../shared/amount-values.js";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { AssignFlags } from "./run.js";

export function addAssign(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(
      pool,
      "assign [event]",
      "show AI jobs that nobody claimed; with an event, give that one to its worker",
    )
      .option("--address <address>", "the worker; it must be in the books")
      .option("--reason <text>", "why; kept with it")
      .option(...AUTHOR_OPTION)
      .addOption(
        new Option(
          "--release <span>",
          "give the fees of those older than that, e.g. 90d, to the operator",
        ).argParser(positiveSpan),
      ),
    ["poolsim pool assign --db pool.db", "which there are, and how old"],
    ['poolsim pool assign 1234 --db pool.db --address 0x… --reason "its log"', "one is found"],
    [
      "poolsim pool assign --db pool.db --release 90d --reason old",
      "a claim still counts after it",
    ],
  ).action(async (event: string | undefined, flags: AssignFlags) => {
    const { poolAssign } = await import("./run.js");
    outcome.exitCode = poolAssign(event, flags, terminal);
  });
}
