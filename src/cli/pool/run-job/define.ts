/** The command `pool run`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { helped } from "../shared/books-command.js";
import type { RunJobFlags } from "./run.js";

export function addRunJob(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    pool
      .command("run")
      .argument("<job>", "which one; poolsim pool jobs lists them")
      .description("run a job now: by the process that keeps the pool, or here where there is none")
      .option("--config <file>", "the pool's file", "pool.yaml"),
    ["poolsim pool run backup", "a copy of the books, now"],
  ).action(async (job: string, flags: RunJobFlags) => {
    const { poolRunJob } = await import("./run.js");
    outcome.exitCode = await poolRunJob(job, flags, terminal);
  });
}
