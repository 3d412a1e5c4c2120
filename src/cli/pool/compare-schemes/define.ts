/** The command `pool compare-schemes`: options, help and examples. */
import { type Command, Option } from "commander";
import { decimal } from "../../shared/amount-values.js";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { part } from "../shared/amounts.js";
import { booksCommand, helped } from "../shared/books-command.js";
import { addWeightOptions } from "../shared/settings-options.js";
import type { CompareFlags } from "./run.js";

export function addCompareSchemes(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addWeightOptions(
      booksCommand(pool, "compare-schemes", "show what the same events pay under each scheme")
        .addOption(
          new Option("--roundHours <n>", "length of a round; default: 19.2").argParser(
            decimal(0.1, 10_000),
          ),
        )
        .addOption(
          new Option("--commission <part>", "the operator's part; default: the books'").argParser(
            part,
          ),
        ),
    ),
    ["poolsim pool compare-schemes --db pool.db", "nothing is changed"],
    ["poolsim pool compare-schemes --db pool.db --weightPixels 0", "with other weights"],
  ).action(async (flags: CompareFlags) => {
    const { poolCompare } = await import("./run.js");
    outcome.exitCode = poolCompare(flags, terminal);
  });
}
