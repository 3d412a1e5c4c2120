/** The command `pool name`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { NameFlags } from "./run.js";

export function addName(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "name", "name a worker, for the page")
      .argument("<address>", "the worker")
      .argument("[text]", "what it is called, 1 to 60 characters; everybody sees it")
      .option("--remove", "it has no name any more", false),
    ['poolsim pool name 0x… "Frankfurt, two 4090" --db pool.db', "shown beside the address"],
    ["poolsim pool name 0x… --remove --db pool.db", "only the address again"],
  ).action(async (address: string, text: string | undefined, flags: NameFlags) => {
    const { poolName } = await import("./run.js");
    outcome.exitCode = poolName({ address, text }, flags, terminal);
  });
}
