/** The command `pool restore`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { RestoreFlags } from "./run.js";

export function addRestore(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "restore", "make books of a backup, where there are none, and verify them")
      .argument("<backup>", "a file, or s3://<bucket>/<name>, that pool backup or the job made")
      .option(...AUTHOR_OPTION),
    [
      "poolsim pool restore backups/pool-20261129T040000Z.db --db pool.db",
      "then: pool verify --ethUrl …",
    ],
  ).action(async (backup: string, flags: RestoreFlags) => {
    const { poolRestore } = await import("./run.js");
    outcome.exitCode = await poolRestore(backup, flags, terminal);
  });
}
