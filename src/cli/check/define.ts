/** The command `check`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import { extensionOption, settingOption } from "../shared/option-values.js";
import type { Terminal } from "../shared/terminal.js";
import type { CheckFlags } from "./run.js";

export function addCheck(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("check")
    .description("check scenario files without running them")
    .argument("<file...>", "scenario files (YAML), or names of packaged ones, e.g. admit-worker")
    .addOption(settingOption())
    .addOption(extensionOption())
    .option("--quiet", "print problems only", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim check scenarios/*.yaml", "before committing"],
        ["poolsim check pool.yaml --set gateway.region=SIN", "with a setting replaced"],
      ),
    )
    .action(async (files: string[], flags: CheckFlags) => {
      const { checkScenarios } = await import("./run.js");
      outcome.exitCode = await checkScenarios(files, flags, terminal);
    });
}
