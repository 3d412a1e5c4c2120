/** The command `merge`: options, help and examples. */
import type { Command } from "commander";
import { cacheOptions } from "../shared/cache-options.js";
import { EXIT_CODES, examples, type Outcome } from "../shared/help.js";
import { extensionOption } from "../shared/option-values.js";
import type { Terminal } from "../shared/terminal.js";
import { threadsOption } from "../shared/threads.js";
import type { MergeFlags } from "./merge.js";

export function addMerge(program: Command, terminal: Terminal, outcome: Outcome): void {
  const merge = program
    .command("merge")
    .description("print the result of a command whose parts --shard computed")
    .argument("<folder...>", "folders that --shard was given with --cache; they are trusted")
    .addOption(extensionOption())
    .addOption(threadsOption("threads for what no part has computed"))
    .option("--json <file>", "write the result as JSON to a file, or to stdout with -")
    .option("--quiet", "no progress; print only the verdict and failed expectations", false)
    .option("--details", "all tables behind the first screen", false)
    .addHelpText(
      "after",
      `
The result is that of one machine, byte for byte. The parts hold the scenario and its data files; an
extension has to be given again.
${examples(
  ["poolsim run pool.yaml --shard 1/2 --cache shard-1", "on one machine"],
  ["poolsim run pool.yaml --shard 2/2 --cache shard-2", "on another"],
  ["poolsim merge shard-1 shard-2 --json result.json", "anywhere, from both folders"],
)}${EXIT_CODES}`,
    )
    .action(async (folders: string[], flags: MergeFlags) => {
      const { mergeShards } = await import("./merge.js");
      outcome.exitCode = await mergeShards(folders, flags, terminal);
    });
  for (const option of cacheOptions()) merge.addOption(option);
}
