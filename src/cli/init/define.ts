/** The command `init`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";

export function addInit(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("init")
    .description("write a commented scenario to start from")
    .argument("[dir]", "where to; made if it does not exist", ".")
    .addHelpText(
      "after",
      examples(
        ["poolsim init my-pool", "my-pool/scenario.yaml and its schema for editors"],
        ["poolsim run my-pool/scenario.yaml", "what it says"],
      ),
    )
    .action(async (folder: string) => {
      const { initScenario } = await import("./run.js");
      outcome.exitCode = initScenario(folder, terminal);
    });
}
