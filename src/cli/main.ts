#!/usr/bin/env node
import { runProgram } from "./program.js";
/** The command `poolsim`: hands the process to the program and takes its exit code. */
import { reportFailure } from "./shared/failure.js";
import { processTerminal } from "./shared/terminal.js";

const terminal = processTerminal();

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    process.exit(reportFailure(error, terminal));
  });
}

process.exitCode = await runProgram(process.argv.slice(2), terminal);
