/** The command `pool payouts`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../../config/duration.js";
import { positiveSpan } from "../../shared/amount-values.js";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { part, weiAmount } from "../shared/amounts.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand } from "../shared/books-command.js";
import { nonceRange } from "../shared/nonce-range.js";
import type { PayoutFlags } from "./run.js";

const YEAR_MS = 366 * 86_400_000;

function longSpan(text: string): number {
  const ms = text === "0" ? 0 : parseDuration(text);
  if (ms === undefined || ms > YEAR_MS) {
    throw new InvalidArgumentError("expected a span of time such as 12h or 7d, at most a year");
  }
  return ms;
}

export function addPayouts(pool: Command, terminal: Terminal, outcome: Outcome): void {
  booksCommand(
    pool,
    "payouts [approve] [batch]",
    "show what workers are owed and were paid; with --send, pay them; approve a batch that waits",
  )
    .addOption(
      new Option("--limit <n>", "payouts shown, newest first")
        .argParser(wholeNumber(0, 10_000))
        .default(20),
    )
    .optionsGroup("Who is due:")
    .addOption(
      new Option("--threshold <amount>", "least total of an address; default: 0.005eth").argParser(
        weiAmount,
      ),
    )
    .addOption(
      new Option(
        "--minInterval <span>",
        "least time between payouts of an address; default: 1d",
      ).argParser(longSpan),
    )
    .addOption(
      new Option(
        "--firstWait <span>",
        "how long the first payout to an address waits once payouts know it; default: 0",
      ).argParser(longSpan),
    )
    .optionsGroup("Paying:")
    .option("--send", "pay what is due; without it nothing is signed or sent", false)
    .option("--follow", "go on until stopped, instead of until all is confirmed", false)
    .option("--ethUrl <url>", "the chain's JSON-RPC")
    .option(
      "--witnessUrl <url>",
      "another node, which must agree that a payout is in a block and that nonces are used",
    )
    .option("--ethKeystorePath <path>", "the wallet's encrypted keystore: a file, or a folder")
    .option("--ethAcctAddr <address>", "which key of a folder; with or without 0x")
    .option(
      "--ethPasswordFile <file>",
      "file with its password; else POOLSIM_KEYSTORE_PASSWORD, else asked for",
    )
    .addOption(
      new Option(
        "--chainId <n>",
        "number of the chain that the node must be on; default: 42161",
      ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      new Option(
        "--maxGasPrice <amount>",
        "most for a unit of gas, e.g. 0.5gwei; default: 10gwei",
      ).argParser(weiAmount),
    )
    .addOption(
      new Option(
        "--maxGasShare <part>",
        "most of an amount that gas may cost; default: 1/20",
      ).argParser(part),
    )
    .addOption(
      new Option(
        "--capPerDay <amount>",
        "most that is begun within any 24 hours; default: no bound",
      ).argParser(weiAmount),
    )
    .addOption(
      new Option(
        "--capPerPayout <amount>",
        "most that one payout may be; default: no bound",
      ).argParser(weiAmount),
    )
    .addOption(
      new Option(
        "--approve <how>",
        "manual: only what pool payouts approve <batch> approved is begun; default: auto",
      ).choices(["auto", "manual"]),
    )
    .option("--partial", "where the wallet is short, pay what it has, from --threshold up", false)
    .addOption(
      new Option("--confirmations <n>", "blocks until it counts as paid; default: 20").argParser(
        wholeNumber(1, 10_000),
      ),
    )
    .addOption(
      new Option(
        "--replaceAfter <span>",
        "time in no block after which the fee is raised; default: 10m",
      ).argParser(longSpan),
    )
    .addOption(
      new Option("--every <span>", "time between looks at the chain")
        .argParser(positiveSpan)
        .default(4_000, "4s"),
    )
    .addOption(
      new Option(
        "--lockWait <span>",
        "how long to wait for another process that pays from the wallet",
      )
        .argParser(longSpan)
        .default(30_000, "30s"),
    )
    .optionsGroup("When books and chain disagree (docs/payouts.md):")
    .option("--fill-gaps", "use up nonces that nobody uses, by transfers of nothing", false)
    .option(
      "--fence",
      "use up the next 16 nonces first: payments that a backup does not know may have them",
      false,
    )
    .addOption(
      new Option(
        "--acknowledge-nonces <a..b>",
        "these transactions of the wallet pay nobody of the pool; refused where they do",
      ).argParser(nonceRange),
    )
    .option("--reason <text>", "why; kept with it, as is the approval of a batch")
    .option(...AUTHOR_OPTION)
    .addHelpText(
      "after",
      examples(
        ["poolsim pool payouts --db pool.db", "who would be paid, and what was"],
        [
          "poolsim pool payouts --db pool.db --send --ethUrl https://… --ethKeystorePath key.json",
          "pay them",
        ],
        [
          "poolsim pool payouts approve 7 --db pool.db --reason looked",
          "what --approve manual waits for",
        ],
      ) +
        EXIT_CODES +
        "With --send, 1 is: somebody who is due was not paid, or a payment reverted.\n",
    )
    .action(async (word: string | undefined, batch: string | undefined, flags: PayoutFlags) => {
      if (word !== undefined) {
        const { approvePayouts } = await import("./approve.js");
        outcome.exitCode = approvePayouts([word, batch], flags, terminal);
        return;
      }
      const { poolPayouts } = await import("./run.js");
      outcome.exitCode = await poolPayouts(flags, terminal);
    });
}
