/** The command `pool backup`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { BooksFlags } from "../shared/flags.js";

export function addBackup(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(
      pool,
      "backup",
      "copy the books as they are now, while others go on writing",
    ).argument("<place>", "a file that is not there, a folder, or s3://<bucket>/<prefix>"),
    ["poolsim pool backup /backup/pool.db --db pool.db", "whole, private, on the disk"],
    [
      "poolsim pool backup s3://backups/pool/ --db pool.db",
      "server and keys: AWS_… in the environment",
    ],
  ).action(async (file: string, flags: BooksFlags) => {
    const { poolBackup } = await import("./run.js");
    outcome.exitCode = await poolBackup(file, flags, terminal);
  });
}
