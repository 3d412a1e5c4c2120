/** The command `pool workers`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { BooksFlags } from "../shared/flags.js";

export function addWorkers(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(booksCommand(pool, "workers", "show all workers: what they did and are owed"), [
    "poolsim pool workers --db pool.db",
    "by address, node type and region",
  ]).action(async (flags: BooksFlags) => {
    const { poolWorkers } = await import("./run.js");
    outcome.exitCode = poolWorkers(flags, terminal);
  });
}
