/** The command `devices`: options, help and examples. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import type { DevicesFlags } from "./run.js";

export function addDevices(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("devices")
    .description("list the transcoding devices that scenarios may name, and how they are known")
    .argument("[scenario]", "a scenario file (YAML), for the devices that it defines itself")
    .option("--ai", "the AI models of the network instead: prices, memory, tests", false)
    .option("--details", "where each figure comes from", false)
    .option("--json <file>", "write the list as JSON to a file, or to stdout with -")
    .addHelpText(
      "after",
      examples(
        ["poolsim devices", "the table that comes with poolsim"],
        ["poolsim devices --details", "with the source of each figure"],
        ["poolsim devices pool.yaml", "and those of a scenario"],
        ["poolsim devices --ai", "AI models: prices, memory, success, and what is guessed"],
      ),
    )
    .action(async (scenario: string | undefined, flags: DevicesFlags) => {
      const { printDevices } = await import("./run.js");
      outcome.exitCode = printDevices(scenario, flags, terminal);
    });
}
