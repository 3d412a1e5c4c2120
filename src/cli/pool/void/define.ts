/** The command `pool void`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { VoidFlags } from "./run.js";

export function addVoid(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(
      pool,
      "void <event>",
      "take a job, a win or a redemption out of the books, by its event's number or id",
    )
      .requiredOption("--reason <text>", "why; kept with it")
      .option(...AUTHOR_OPTION),
    [
      'poolsim pool void 1234 --db pool.db --reason "the node counted wrong"',
      "a balanced reversal; pool export --what jobs has the numbers",
    ],
    [
      'poolsim pool void uuid:5f0c… --db pool.db --reason "no such ticket"',
      "pool export --what journal has the ids of tickets' events, as causes",
    ],
  ).action(async (event: string, flags: VoidFlags) => {
    const { poolVoid } = await import("./run.js");
    outcome.exitCode = poolVoid(event, flags, terminal);
  });
}
