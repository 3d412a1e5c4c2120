/** The command `explain`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";

export function addExplain(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("explain")
    .description("print a rule of go-livepeer by the id that reports and messages name")
    .argument("[rule...]", "ids of rules, e.g. M-14, or of a group of them, e.g. M")
    .addHelpText(
      "after",
      examples(
        ["poolsim explain M-14", "when a session is used for the next segment"],
        ["poolsim explain S", "the rules of suspension, a line each"],
        ["poolsim explain", "the groups of rules"],
      ),
    )
    .action(async (rules: string[]) => {
      const { explainRules } = await import("./run.js");
      outcome.exitCode = explainRules(rules, terminal.stdout);
    });
}
