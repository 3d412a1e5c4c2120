/** The command `pool settings`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand, helped } from "../shared/books-command.js";
import {
  addClaimOption,
  addFeeShareOption,
  addLimitOptions,
  addSchemeOptions,
  addWeightOptions,
  type SettingsFlags,
} from "../shared/settings-options.js";

export function addSettings(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    addLimitOptions(
      addClaimOption(
        addFeeShareOption(
          addWeightOptions(
            addSchemeOptions(
              booksCommand(
                pool,
                "settings",
                "show how the books are kept; with options, set it, most of it before the first event",
              ),
            ),
          ),
        ),
      ),
    ),
    ["poolsim pool settings --db pool.db --commission 0.25", "before the first import"],
    ["poolsim pool settings --db pool.db --scheme by-weights --renditions 4", "pay by weights"],
    ["poolsim pool settings --db pool.db --commission 0.2@2026-03-01", "another rate from then on"],
    ["poolsim pool settings --db pool.db --jobCap 2eth", "limits can be set at any time"],
  ).action(async (flags: SettingsFlags) => {
    const { poolSettings } = await import("./run.js");
    outcome.exitCode = poolSettings(flags, terminal);
  });
}
