/** The command `pool init`: options, help and examples. */
import { type Command, Option } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { helped } from "../shared/books-command.js";
import type { InitFlags } from "./run.js";

export function addPoolInit(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    pool
      .command("init")
      .argument("[folder]", "where to; made if it is not there", ".")
      .description("write pool.yaml, the file by which poolsim pool up keeps a pool")
      .option("--commission <part>", "what the operator keeps", "0.25")
      .addOption(
        new Option("--scheme <name>", "who gets what")
          .choices(["per-job", "by-weights", "sliding-window"])
          .default("per-job"),
      )
      .option("--demo", "with made-up days of events, to look at", false),
    ["poolsim pool init mine --commission 0.2", "write mine/pool.yaml, then edit it"],
    ["poolsim pool init demo --demo && poolsim pool up demo/pool.yaml", "see one at work"],
  ).action(async (folder: string, flags: InitFlags) => {
    const { poolInit } = await import("./run.js");
    outcome.exitCode = await poolInit(folder, flags, terminal);
  });
}
