/** The command `pool merge`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { addAuthor } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { MergeFlags } from "./run.js";

export function addMerge(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addAuthor(
      booksCommand(
        pool,
        "merge [from] [to]",
        "show which addresses are paid to others; with two, pay what the first earns to the second",
      )
        .option("--end", "end it: what it earns from now on is its own again", false)
        .option("--reason <text>", "why; kept with it"),
    ),
    [
      'poolsim pool merge 0x… 0x… --db pool.db --reason "both are his"',
      "from now on, and what is pending",
    ],
    ["poolsim pool merge 0x… --end --db pool.db --reason sold", "from now on its own"],
  ).action(async (from: string | undefined, to: string | undefined, flags: MergeFlags) => {
    const { poolMerge } = await import("./run.js");
    outcome.exitCode = poolMerge(from, to, flags, terminal);
  });
}
