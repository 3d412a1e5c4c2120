/** The command `pool jobs`: options, help and examples. */
import type { Command } from "commander";
import type { Outcome } from "../../shared/help.js";
import type { Terminal } from "../../shared/terminal.js";
import { helped } from "../shared/books-command.js";
import type { JobsFlags } from "./run.js";

export function addJobs(pool: Command, terminal: Terminal, outcome: Outcome): void {
  helped(
    pool
      .command("jobs")
      .description("show the jobs of a pool, when they run and how they ended")
      .option("--config <file>", "the pool's file", "pool.yaml")
      .option("--json", "for programs: one JSON document; times UTC", false),
    ["poolsim pool jobs", "what runs when"],
  ).action(async (flags: JobsFlags) => {
    const { poolJobsShown } = await import("./run.js");
    outcome.exitCode = poolJobsShown(flags, terminal);
  });
}
