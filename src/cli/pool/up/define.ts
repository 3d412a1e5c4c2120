/** The command `pool up`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { helped } from "../shared/books-command.js";

export function addUp(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    pool
      .command("up")
      .argument("[file]", "the pool's file", "pool.yaml")
      .description("keep the pool: import, close rounds, pay, verify, back up, serve the API")
      .addHelpText(
        "after",
        "\nThe log is JSON lines on stdout. SIGHUP reads the file and the keys again; SIGTERM stops.\n",
      ),
    ["poolsim pool init", "write pool.yaml"],
    ["poolsim pool up", "until it is stopped"],
  ).action(async (file: string) => {
    const { poolUp } = await import("./run.js");
    outcome.exitCode = await poolUp(file, terminal);
  });
}
