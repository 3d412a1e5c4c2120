/** The command `pool status`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { BooksFlags } from "../shared/flags.js";

export function addStatus(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(booksCommand(pool, "status", "show balances, sources and quarantine"), [
    "poolsim pool status --db pool.db",
    "how the books stand",
  ]).action(async (flags: BooksFlags) => {
    const { poolStatus } = await import("./run.js");
    outcome.exitCode = poolStatus(flags, terminal);
  });
}
