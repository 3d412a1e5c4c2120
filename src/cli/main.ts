#!/usr/bin/env node
/** The command `poolsim`: hands the process to the program and takes its exit code. */
import { internalErrorLine } from "./failure.js";
import { runProgram } from "./program.js";
import { processTerminal } from "./terminal.js";

const terminal = processTerminal();

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    terminal.stderr.write(`${internalErrorLine(error, terminal)}\n`);
    process.exit(3);
  });
}

process.exitCode = await runProgram(process.argv.slice(2), terminal);
