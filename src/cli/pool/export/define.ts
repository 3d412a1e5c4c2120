/** The command `pool export`: options, help and examples. */
import { type Command, Option } from "commander";
import { InputError } from "../../../core/errors.js";
import type { Outcome } from "../../shared/help.js";
import { instant } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import type { ExportFlags } from "./run.js";
import { EXPORTS } from "./tables.js";

export function addExport(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    booksCommand(pool, "export", "write tables for spreadsheets and programs")
      .addOption(
        new Option("--what <table>", "which table").choices(EXPORTS).default("journal" as const),
      )
      .addOption(
        new Option("--since <time>", "only from then on, by the times of what is told").argParser(
          instant,
        ),
      )
      .addOption(new Option("--until <time>", "only before then").argParser(instant))
      .option("--address <address>", "of --what statement: whose")
      .option("--html", "of --what statement: one worker's as a page", false)
      .option("--csv", "as CSV (RFC 4180), which is the default", false),
    ["poolsim pool export --db pool.db --csv > journal.csv", "every posting of every entry"],
    ["poolsim pool export --db pool.db --csv --what workers", "balances"],
    [
      "poolsim pool export --db pool.db --what statement --address 0x… --since 2026-11-01 --until 2026-12-01 --html",
      "a month of one worker",
    ],
    [
      "poolsim pool export --db pool.db --what head",
      "to keep elsewhere; verify --head compares it with the books",
    ],
  ).action(async (flags: ExportFlags & { readonly csv: boolean }) => {
    if (flags.html && (flags.csv || flags.json)) {
      throw new InputError("expected one of --csv, --json and --html", { code: "USAGE" });
    }
    if (flags.csv && flags.json) {
      throw new InputError("expected --csv or --json, not both", { code: "USAGE" });
    }
    const { poolExport } = await import("./run.js");
    outcome.exitCode = poolExport(flags, terminal);
  });
}
