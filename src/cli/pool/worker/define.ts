/** The command `pool worker`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { WorkerFlags } from "./run.js";

export function addWorker(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(
      pool,
      "worker <address>",
      "show one worker: balances, jobs, payouts, corrections",
    ).addOption(
      new Option("--limit <n>", "jobs and payouts shown, newest first")
        .argParser(wholeNumber(0, 10_000))
        .default(10),
    ),
    ["poolsim pool worker 0x… --db pool.db", "exit code 1: it is not in the books"],
  ).action(async (address: string, flags: WorkerFlags) => {
    const { poolWorker } = await import("./run.js");
    outcome.exitCode = poolWorker(address, flags, terminal);
  });
}
