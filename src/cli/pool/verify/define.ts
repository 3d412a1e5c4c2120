/** The command `pool verify`: options, help and examples. */
import { type Command, Option } from "commander";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand } from "../shared/books-command.js";
import { chainHead } from "../shared/chain-head.js";
import { nonceRange } from "../shared/nonce-range.js";
import type { VerifyFlags } from "./run.js";

export function addVerify(pool: Command, terminal: Terminal, outcome: Outcome): void {
  booksCommand(pool, "verify", "derive everything again and compare; with --ethUrl, the chain too")
    .addOption(
      new Option(
        "--head <head>",
        "a head of the chain, by export --what head, that was kept elsewhere",
      ).argParser(chainHead),
    )
    .optionsGroup("Compare payouts with the chain:")
    .option("--ethUrl <url>", "the chain's JSON-RPC; of an archive node, if payouts are old")
    .option("--witnessUrl <url>", "another node, which must show the same")
    .addOption(
      new Option("--chainId <n>", "number of the chain that the node must be on")
        .argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER))
        .default(42_161),
    )
    .option("--ethAcctAddr <address>", "a paying wallet that has no payout in these books yet")
    .option("--adopt", "take in payments of exactly what the recipient was owed at the time", false)
    .addOption(
      new Option(
        "--adopt-nonces <a..b>",
        "take in payments with these nonces, whatever the amount",
      ).argParser(nonceRange),
    )
    .option("--reason <text>", "why; kept with them")
    .option(...AUTHOR_OPTION)
    .addOption(
      new Option("--confirmations <n>", "blocks until a payment is taken in")
        .argParser(wholeNumber(1, 10_000))
        .default(20),
    )
    .addHelpText(
      "after",
      examples(
        ["poolsim pool verify --db pool.db", "exit code 1: something is wrong"],
        [
          "poolsim pool verify --db pool.db --head 1234:9f86d081…",
          "whoever changed the file, and its chain of hashes too, is found",
        ],
        ["poolsim pool verify --db pool.db --ethUrl https://…", "with what the chain has"],
        [
          "poolsim pool verify --db pool.db --ethUrl https://… --adopt",
          "after a backup was restored",
        ],
      ) + EXIT_CODES,
    )
    .action(async (flags: VerifyFlags) => {
      const { poolVerify } = await import("./run.js");
      outcome.exitCode = await poolVerify(flags, terminal);
    });
}
