#!/usr/bin/env node
/** The command `poolsim`: hands the process to the program and takes its exit code. */
import { reportFailure } from "./failure.js";
import { runProgram } from "./program.js";
import { processTerminal } from "./terminal.js";

const terminal = processTerminal();

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    process.exit(reportFailure(error, terminal));
  });
}

process.exitCode = await runProgram(process.argv.slice(2), terminal);
