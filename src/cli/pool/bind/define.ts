/** The command `pool bind`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { addAuthor } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { BindFlags } from "./run.js";

export function addBind(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addAuthor(
      booksCommand(
        pool,
        "bind [wallet]",
        "show from which wallet and on which chain these books are paid; with one, change that",
      )
        .addOption(
          new Option(
            "--chainId <n>",
            "number of the chain; default: as before, or 42161",
          ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
        )
        .option(
          "--ethUrl <url>",
          "JSON-RPC of the chain before: did its wallet pay what these books don't know?",
        )
        .option("--witnessUrl <url>", "another node of it, which must count the same")
        .option(
          "--keyLost",
          "nobody can use up nonces of the wallet before: payments that a backup does not know may be mined yet",
          false,
        )
        .option(
          "--mistaken",
          "the wallet before was named by mistake: nobody of this pool has or had its key, and it paid nobody of it",
          false,
        )
        .option("--reason <text>", "why; kept with it"),
    ),
    ["poolsim pool bind --db pool.db", "which wallet, since when, who said so"],
    [
      'poolsim pool bind 0x… --db pool.db --ethUrl https://… --reason "new key"',
      "from the next payouts on",
    ],
  ).action(async (wallet: string | undefined, flags: BindFlags) => {
    const { poolBind } = await import("./run.js");
    outcome.exitCode = await poolBind(wallet, flags, terminal);
  });
}
