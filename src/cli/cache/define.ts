/** The commands `cache show` and `cache clear`: help and examples. */
import type { Command } from "commander";
import { CACHE_FOLDER } from "../shared/cache-options.js";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";

const FOLDER = ["[folder]", "where they are kept, as --cache says", CACHE_FOLDER] as const;

export function addCache(program: Command, terminal: Terminal, outcome: Outcome): void {
  const cache = program
    .command("cache")
    .description("what was computed and is kept for later runs")
    .addHelpText(
      "after",
      `
Each replication that run, advise or sweep computes is kept in ${CACHE_FOLDER}, under a hash of all that it
depends on: the scenario with its settings, the contents of its data files and extensions, seed, number,
this build of poolsim and Node's major version. At most 1 GB; the longest unused makes room.
${examples(["poolsim cache show", "how much is kept"], ["poolsim cache clear", "take it all away"])}`,
    );
  cache
    .command("show")
    .description("say how much is kept")
    .argument(...FOLDER)
    .action(async (folder: string) => {
      const { showCache } = await import("./run.js");
      outcome.exitCode = await showCache(folder, terminal);
    });
  cache
    .command("clear")
    .description("take away all that is kept")
    .argument(...FOLDER)
    .action(async (folder: string) => {
      const { clearCache } = await import("./run.js");
      outcome.exitCode = await clearCache(folder, terminal);
    });
}
