/** Hands the process to the program and takes its exit code. */
import { runProgram } from "./program.js";
import { reportFailure } from "./shared/failure.js";
import { processTerminal } from "./shared/terminal.js";

/** Runs the command line that the process was started with. */
export async function start(): Promise<void> {
  const terminal = processTerminal();
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      process.exit(reportFailure(error, terminal));
    });
  }
  process.exitCode = await runProgram(process.argv.slice(2), terminal);
}
