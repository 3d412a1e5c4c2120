/** The command `calibrate`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES, examples, type Outcome, RULE_IDS } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import type { CalibrateFlags } from "./run.js";

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError("expected a share above 0 and below 1, such as 0.05");
  }
  return value;
}

export function addCalibrate(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("calibrate")
    .description("turn measurements into workers: bench files, a pool's books or events, tables")
    .argument("[files...]", "livepeer_bench output, events, /recordBenchmark bodies, or tables")
    .option("--from <db>", "a pool's books, e.g. pool.db")
    .option("--out <file>", "write a scenario with these workers")
    .option("--region <code>", "where the pool is, for --out", "FRA")
    .addOption(
      new Option("--stakeShare <share>", "its share of all stake, for --out")
        .argParser(share)
        .default(0.05),
    )
    .option("--json <file>", "write all figures as JSON to a file, or to stdout with -")
    .addHelpText(
      "after",
      examples(
        ["poolsim calibrate bench.txt", "a worker from what livepeer_bench printed"],
        ["poolsim calibrate --from pool.db --out pool.yaml", "a scenario from a pool's past"],
        ["poolsim calibrate days/", "the same from files of events"],
        ["poolsim calibrate table.csv --json -", "all figures with their intervals"],
      ) +
        RULE_IDS +
        EXIT_CODES,
    )
    .action(async (files: readonly string[], flags: CalibrateFlags) => {
      const { calibrate } = await import("./run.js");
      outcome.exitCode = await calibrate(files, flags, terminal);
    });
}
