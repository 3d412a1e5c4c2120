/** The command `pool release`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { addReason } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { ReleaseFlags } from "./run.js";

export function addRelease(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(addReason(booksCommand(pool, "release <address>", "pay an address again that was held")), [
    'poolsim pool release 0x… --db pool.db --reason "he showed his key"',
    "from the next payouts on",
  ]).action(async (address: string, flags: ReleaseFlags) => {
    const { poolRelease } = await import("./run.js");
    outcome.exitCode = poolRelease(address, flags, terminal);
  });
}
