/** The command `pool reconcile`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { addAuthor } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { ReconcileFlags } from "./run.js";

export function addReconcile(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addAuthor(
      booksCommand(
        pool,
        "reconcile",
        "read the orchestrator's income from the chain, and compare it with what nodes told",
      )
        .requiredOption("--recipient <address>", "the orchestrator that tickets pay")
        .requiredOption("--ethUrl <url>", "the chain's JSON-RPC")
        .option("--ethController <address>", "Livepeer's Controller; default: that of Arbitrum One")
        .addOption(
          new Option("--from <block>", "where the first reading begins")
            .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
            .default(0),
        )
        .addOption(
          new Option("--confirmations <n>", "blocks until the chain's word counts")
            .argParser(wholeNumber(1, 100_000))
            .default(20),
        )
        .option("--enter", "enter what no node told: the chain is right", false)
        .option("--voided", "with --enter: also what was entered before and voided", false)
        .option("--region <name>", "region of what is entered", "default")
        .option("--reason <text>", "why it is entered; kept with it"),
    ),
    [
      "poolsim pool reconcile --db pool.db --recipient 0x… --ethUrl https://… --from 290000000",
      "1 if they differ",
    ],
  ).action(async (flags: ReconcileFlags) => {
    const { poolReconcile } = await import("./run.js");
    outcome.exitCode = await poolReconcile(flags, terminal);
  });
}
