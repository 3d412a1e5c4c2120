/** The command `pool hold`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { instant } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { addAuthor } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { HoldFlags } from "./run.js";

export function addHold(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addAuthor(
      booksCommand(
        pool,
        "hold [address]",
        "show who is left out of payouts; with an address, leave it out: what it earns stays owed",
      )
        .addOption(
          new Option(
            "--until <time>",
            "when it is paid again; default: when it is released",
          ).argParser(instant),
        )
        .option("--reason <text>", "why; kept with it"),
    ),
    ["poolsim pool hold --db pool.db", "who is, why, and who said so"],
    ['poolsim pool hold 0x… --db pool.db --reason "whose key is it?"', "until pool release"],
    [
      "poolsim pool hold 0x… --db pool.db --until 2026-12-24T10:00:00Z --reason asked",
      "until then",
    ],
  ).action(async (address: string | undefined, flags: HoldFlags) => {
    const { poolHold } = await import("./run.js");
    outcome.exitCode = poolHold(address, flags, terminal);
  });
}
