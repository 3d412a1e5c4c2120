/** The command `report`: options, help and examples. */
import type { Command } from "commander";
import { formOptions } from "../shared/form-options.js";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import type { ReportFlags } from "./run.js";

export function addReport(program: Command, terminal: Terminal, outcome: Outcome): void {
  const command = program
    .command("report")
    .description("write the report of a result that run, advise or sweep --json wrote")
    .argument("<result.json>", "a JSON result; - reads stdin")
    .option("--details", "all tables behind the first screen", false);
  for (const option of formOptions()) command.addOption(option);
  command
    .addHelpText(
      "after",
      examples(
        ["poolsim report result.json", "what run, advise or sweep printed"],
        ["poolsim report result.json --html report.html", "a page to send"],
        ["poolsim report advice.json --details", "all that advise tried"],
      ),
    )
    .action(async (file: string, flags: ReportFlags) => {
      const { reportResult } = await import("./run.js");
      outcome.exitCode = await reportResult(file, flags, terminal);
    });
}
