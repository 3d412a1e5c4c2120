/** The command `schema`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";

export function addSchema(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("schema")
    .description("print the JSON Schema of scenario files, for editors")
    .addHelpText(
      "after",
      examples([
        "poolsim schema > scenario.schema.json",
        "then name it in the first line of a scenario",
      ]) +
        "\nThe first line of a scenario:\n  # yaml-language-server: $schema=scenario.schema.json\n",
    )
    .action(async () => {
      const { printSchema } = await import("./run.js");
      outcome.exitCode = printSchema(terminal);
    });
}
