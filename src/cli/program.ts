/** The program `poolsim`: lists the commands, each of which lies in its own folder. */
import { Command, CommanderError } from "commander";
import { POOLSIM_VERSION } from "../core/version.js";
import { addAdvise } from "./advise/define.js";
import { addBenchWorker } from "./bench-worker/define.js";
import { addCache } from "./cache/define.js";
import { addCalibrate } from "./calibrate/define.js";
import { addCheck } from "./check/define.js";
import { addCompletion } from "./completion/define.js";
import { addDevices } from "./devices/define.js";
import { addDiscover } from "./discover/define.js";
import { addExplain } from "./explain/define.js";
import { addInit } from "./init/define.js";
import { addOdds } from "./odds/define.js";
import { addPool } from "./pool/define.js";
import { addReplay } from "./replay/define.js";
import { addReport } from "./report/define.js";
import { addRun } from "./run/define.js";
import { addMerge } from "./run/define-merge.js";
import { addSchema } from "./schema/define.js";
import { refuseEmptyValues } from "./shared/empty-values.js";
import { EXIT, reportFailure } from "./shared/failure.js";
import { type AddCommand, addGroups, EXIT_CODES, examples, type Outcome } from "./shared/help.js";
import { loadLate } from "./shared/late-options.js";
import { TWO_DASHES, withDashHint } from "./shared/one-dash.js";
import { processTerminal, type Terminal } from "./shared/terminal.js";
import { inOneLine, visible } from "./shared/visible.js";
import { addSweep } from "./sweep/define.js";
import { addWebhook } from "./webhook/define.js";
import { addWorker } from "./worker/define.js";

/** All commands, as the help groups them. */
const GROUPS: readonly (readonly [title: string, commands: readonly AddCommand[]])[] = [
  [
    "Simulate a pool:",
    [
      addInit,
      addRun,
      addAdvise,
      addSweep,
      addMerge,
      addWorker,
      addReport,
      addOdds,
      addDevices,
      addCalibrate,
      addReplay,
      addCheck,
      addSchema,
      addCache,
    ],
  ],
  ["Ask the real network:", [addDiscover, addWebhook]],
  ["Run a pool:", [addPool, addBenchWorker]],
  ["Help:", [addExplain, addCompletion]],
];

function createProgram(terminal: Terminal, outcome: Outcome, args: readonly string[]): Command {
  const program = new Command("poolsim")
    .description("What happens to my Livepeer orchestrator if I admit this worker?")
    .version(POOLSIM_VERSION, "--version", "print the version")
    .exitOverride()
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      writeOut: terminal.stdout.write,
      writeErr: terminal.stderr.write,
      outputError: (message, write) => {
        const line = inOneLine(message.replace(/^error: /, "").trim());
        write(`poolsim: ${visible(withDashHint(line, program, args))}\n`);
      },
      getOutHelpWidth: () => terminal.stdout.width,
      getErrHelpWidth: () => terminal.stderr.width,
      getOutHasColors: () => terminal.stdout.hasColour,
      getErrHasColors: () => terminal.stderr.hasColour,
    })
    .addHelpText(
      "after",
      examples(
        ["poolsim init my-pool", "a scenario to start from"],
        ["poolsim run my-pool/scenario.yaml", "run it"],
        ["poolsim discover --orchAddr host:8935", "what a gateway makes of an orchestrator"],
        ["poolsim help run", "options of a command"],
      ) +
        TWO_DASHES +
        EXIT_CODES,
    );
  addGroups(program, GROUPS, terminal, outcome);
  program.hook("preAction", (_, command) => refuseEmptyValues(command));
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * Runs one command line.
 *
 * @param args without the names of node and of the script
 * @param terminal where to print
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.ok };
  try {
    const program = createProgram(terminal, outcome, args);
    await loadLate(program, args);
    await program.parseAsync(args, { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal);
    const isHelp = error.code === "commander.helpDisplayed" || error.code === "commander.version";
    return isHelp || error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  }
}

/** Runs the command line that the process was started with, and takes its exit code. */
export async function start(): Promise<void> {
  const terminal = processTerminal();
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      process.exit(reportFailure(error, terminal));
    });
  }
  process.exitCode = await runProgram(process.argv.slice(2), terminal);
}
