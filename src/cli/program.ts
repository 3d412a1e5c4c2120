/** The commands of poolsim: their options, help and examples. What they do is in the folder of each. */
import { Argument, Command, CommanderError, Option } from "commander";
import { POOLSIM_VERSION } from "../core/version.js";
import type { CheckFlags } from "./check/run.js";
import type { Shell } from "./completion/run.js";
import { addDiscover } from "./discover/define.js";
import { addExplain } from "./explain/define.js";
import { addPool } from "./pool/define.js";
import type { RunFlags } from "./run/run.js";
import { EXIT, reportFailure } from "./shared/failure.js";
import { EXIT_CODES, examples, type Outcome } from "./shared/help.js";
import { TWO_DASHES, withDashHint } from "./shared/one-dash.js";
import { collectSetting, tracedStream, wholeNumber } from "./shared/option-values.js";
import type { Terminal } from "./shared/terminal.js";
import { visible } from "./shared/visible.js";
import { addWebhook } from "./webhook/define.js";

const SET = "replace a setting: dotted path, list items by index or name, value as YAML";

function addRun(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("run")
    .description("simulate scenarios, compare their variants and report")
    .argument("<file...>", "scenario files (YAML), or names of packaged ones, e.g. admit-worker")
    .addOption(
      new Option("--seed <n>", "seed of all randomness").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--replications <n>", "exactly so many replications").argParser(
        wholeNumber(1, 10_000),
      ),
    )
    .option("--duration <span>", "counted time of each replication, e.g. 1h30m")
    .addOption(
      new Option("--set <path=value>", `${SET} (repeatable)`)
        .argParser(collectSetting)
        .default([], "none"),
    )
    .addOption(
      new Option(
        "--threads <n>",
        "threads; results do not depend on it (default: all cores)",
      ).argParser(wholeNumber(1, 256)),
    )
    .addOption(
      new Option("--sensitivity <level>", "shake assumptions to see whether the verdict stands")
        .choices(["off", "short", "full"])
        .default("short"),
    )
    .option("--json <file>", "write the result as JSON to a file, or to stdout with -")
    .addOption(
      new Option(
        "--trace <stream:id>",
        "print every decision about one stream of the first variant, with rule numbers, and nothing else",
      ).argParser(tracedStream),
    )
    .option("--quiet", "no progress; print only the verdict and failed expectations", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim run scenarios/admit-worker.yaml", "the comparison and the verdict"],
        ["poolsim run scenarios/*.yaml --duration 1h --quiet", "many, in CI"],
        ["poolsim run region.yaml --set gateway.region=SIN --json -", "another region, as JSON"],
        ["poolsim run pool.yaml --set workers.slow.roundTripMs=900", "another worker"],
        ["poolsim run pool.yaml --trace stream:12", "why stream 12 went where it went"],
      ) + EXIT_CODES,
    )
    .action(async (files: string[], flags: RunFlags) => {
      const { runScenarios } = await import("./run/run.js");
      outcome.exitCode = await runScenarios(files, flags, terminal);
    });
}

function addCheck(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("check")
    .description("check scenario files without running them")
    .argument("<file...>", "scenario files (YAML), or names of packaged ones, e.g. admit-worker")
    .addOption(
      new Option("--set <path=value>", `${SET} (repeatable)`)
        .argParser(collectSetting)
        .default([], "none"),
    )
    .option("--quiet", "print problems only", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim check scenarios/*.yaml", "before committing"],
        ["poolsim check pool.yaml --set gateway.region=SIN", "with a setting replaced"],
      ),
    )
    .action(async (files: string[], flags: CheckFlags) => {
      const { checkScenarios } = await import("./check/run.js");
      outcome.exitCode = checkScenarios(files, flags, terminal);
    });
}

function addInit(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("init")
    .description("write a commented scenario to start from")
    .argument("[dir]", "where to; made if it does not exist", ".")
    .addHelpText(
      "after",
      examples(
        ["poolsim init my-pool", "my-pool/scenario.yaml and its schema for editors"],
        ["poolsim run my-pool/scenario.yaml", "what it says"],
      ),
    )
    .action(async (folder: string) => {
      const { initScenario } = await import("./init/run.js");
      outcome.exitCode = initScenario(folder, terminal);
    });
}

function addSchema(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("schema")
    .description("print the JSON Schema of scenario files, for editors")
    .addHelpText(
      "after",
      examples([
        "poolsim schema > scenario.schema.json",
        "then name it in the first line of a scenario",
      ]) +
        "\nThe first line of a scenario:\n  # yaml-language-server: $schema=scenario.schema.json\n",
    )
    .action(async () => {
      const { printSchema } = await import("./schema/run.js");
      outcome.exitCode = printSchema(terminal);
    });
}

function addCompletion(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("completion")
    .description("print a script that completes commands and flags in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      examples(
        ["source <(poolsim completion bash)", "in ~/.bashrc"],
        ["source <(poolsim completion zsh)", "in ~/.zshrc, after compinit"],
        ["poolsim completion fish > ~/.config/fish/completions/poolsim.fish", "once"],
      ),
    )
    .action(async (shell: Shell) => {
      const { printCompletion } = await import("./completion/run.js");
      outcome.exitCode = printCompletion(shell, program, terminal);
    });
}

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
        const line = message
          .replace(/^error: /, "")
          .trim()
          .replaceAll(/\s*\n\s*/g, " ");
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
  addRun(program, terminal, outcome);
  addCheck(program, terminal, outcome);
  addInit(program, terminal, outcome);
  addSchema(program, terminal, outcome);
  addDiscover(program, terminal, outcome);
  addWebhook(program, terminal, outcome);
  addPool(program, terminal, outcome);
  addExplain(program, terminal, outcome);
  addCompletion(program, terminal, outcome);
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
    await createProgram(terminal, outcome, args).parseAsync(args, { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal);
    const isHelp = error.code === "commander.helpDisplayed" || error.code === "commander.version";
    return isHelp || error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  }
}
