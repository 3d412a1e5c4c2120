/** The command `init`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import type { InitFlags } from "./run.js";

export function addInit(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("init")
    .description("write a commented scenario to start from; on a terminal it asks a few questions")
    .argument("[dir]", "where to; made if it does not exist", ".")
    .option("--defaults", "ask nothing, on a terminal either", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim init my-pool", "my-pool/scenario.yaml and its schema for editors"],
        ["poolsim run my-pool/scenario.yaml", "what it says"],
      ),
    )
    .action(async (folder: string, flags: InitFlags) => {
      const { initScenario } = await import("./run.js");
      outcome.exitCode = await initScenario(folder, flags, terminal);
    });
}
