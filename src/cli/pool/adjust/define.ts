/** The command `pool adjust`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { weiAmount } from "../shared/amounts.js";
import { AUTHOR_OPTION } from "../shared/author.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { AdjustFlags } from "./run.js";

/** Less than 0 too: `-0.005eth`. */
function signedAmount(text: string): bigint {
  const [, minus, amount = ""] = /^(-?)(.*)$/s.exec(text) ?? [];
  const wei = weiAmount(amount);
  return minus === "-" ? -wei : wei;
}

export function addAdjust(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "adjust", "correct what a worker is owed by hand, out of the commission")
      .requiredOption("--address <address>", "the worker")
      .requiredOption("--nodeType <name>", "transcode or ai")
      .requiredOption("--region <name>", "region that the work was done in")
      .addOption(
        new Option(
          "--amount <amount>",
          "what the worker gets, e.g. 0.005eth, or wei; -0.005eth takes it away",
        )
          .argParser(signedAmount)
          .makeOptionMandatory(),
      )
      .requiredOption("--reason <text>", "why; kept with it")
      .option(...AUTHOR_OPTION)
      .requiredOption("--id <id>", "your own: the same adjustment twice is one"),
    [
      "poolsim pool adjust --db pool.db --address 0x… --nodeType ai --region eu --amount 0.01eth --reason outage --id 2026-7",
      "make up for something",
    ],
  ).action(async (flags: AdjustFlags) => {
    const { poolAdjust } = await import("./run.js");
    outcome.exitCode = poolAdjust(flags, terminal);
  });
}
