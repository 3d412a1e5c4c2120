/** The command `pool adjust`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { weiAmount } from "../shared/amounts.js";
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
    booksCommand(pool, "adjust", "a correction by hand, with its reason, out of the commission")
      .requiredOption("--address <address>", "the worker")
      .requiredOption("--nodeType <name>", "transcode or ai")
      .requiredOption("--region <name>", "where")
      .addOption(
        new Option("--amount <amount>", "what it gets, 0.005eth or wei; -0.005eth takes it away")
          .argParser(signedAmount)
          .makeOptionMandatory(),
      )
      .requiredOption("--reason <text>", "why; kept with it")
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
