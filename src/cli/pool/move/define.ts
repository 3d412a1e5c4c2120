/** The command `pool move`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { addReason } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { MoveFlags } from "./run.js";

export function addMove(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addReason(
      booksCommand(
        pool,
        "move <old> <new>",
        "what a worker is owed becomes another address's, once, and the old one is held: he lost his key",
      ),
    ),
    [
      'poolsim pool move 0x… 0x… --db pool.db --reason "lost key, shown by his node"',
      "pending only: what was paid or is on its way stays",
    ],
  ).action(async (from: string, to: string, flags: MoveFlags) => {
    const { poolMove } = await import("./run.js");
    outcome.exitCode = poolMove(from, to, flags, terminal);
  });
}
