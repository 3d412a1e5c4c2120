/** The command `pool export`: options, help and examples. */
import { type Command, Option } from "commander";
import { InputError } from "../../../core/errors.js";
import type { Outcome } from "../../shared/help.js";
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
      .option("--csv", "as CSV (RFC 4180), which is the default", false),
    ["poolsim pool export --db pool.db --csv > journal.csv", "every posting of every entry"],
    ["poolsim pool export --db pool.db --csv --what workers", "balances"],
    [
      "poolsim pool export --db pool.db --what head",
      "to keep elsewhere; verify --head compares it with the books",
    ],
  ).action(async (flags: ExportFlags & { readonly csv: boolean }) => {
    if (flags.csv && flags.json) {
      throw new InputError("expected --csv or --json, not both", { code: "USAGE" });
    }
    const { poolExport } = await import("./run.js");
    outcome.exitCode = poolExport(flags, terminal);
  });
}
