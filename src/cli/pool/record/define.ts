/** `poolsim pool record`: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../../config/duration.js";
import { FORMS } from "../../../sim/record/form-names.js";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { settingOption, wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import type { RecordFlags } from "./run.js";

const START_TEXT = "2026-02-01T00:00:00Z";
const START_MAX_MS = Date.UTC(9000, 0, 1);
const FLUSH_MIN_MS = 1000;

/** Whole seconds, as nodes have them. */
function startTime(text: string): number {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  if (ms >= 0 && ms <= START_MAX_MS) return ms;
  throw new InvalidArgumentError(`expected a time such as ${START_TEXT}`);
}

function flushSpan(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= FLUSH_MIN_MS) return ms;
  throw new InvalidArgumentError("expected a span of time of at least a second, such as 6h");
}

export function addRecord(pool: Command, terminal: Terminal, outcome: Outcome): void {
  pool
    .command("record")
    .description("simulate a pool and write down the events that its orchestrators would send")
    .argument("<scenario>", "a scenario file (YAML) whose orchestrator has workers")
    .requiredOption("--out <folder>", "where to; it must not exist, or be empty")
    .addOption(
      new Option(
        "--form <form>",
        "form of the events: as in a bucket, as /pool/events answers, or poolsim's own",
      )
        .choices(FORMS)
        .default("bucket"),
    )
    .option("--variant <name>", "which of the scenario's variants (default: the first)")
    .addOption(
      new Option("--seed <n>", "seed of all randomness (default: the scenario's)").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--start <time>", "when the counted time begins")
        .argParser(startTime)
        .default(startTime(START_TEXT), START_TEXT),
    )
    .option("--duration <span>", "counted time, e.g. 30d (default: the scenario's)")
    .addOption(settingOption("setting of the scenario"))
    .addOption(
      new Option(
        "--aiPerDay <n>",
        "AI requests a day, made up (default: 100, none where the scenario has AI jobs)",
      ).argParser(wholeNumber(0, 1_000_000)),
    )
    .addOption(
      new Option(
        "--restarts <n>",
        "how often each node starts again, with a new database (default: 0, disturbed: 1)",
      ).argParser(wholeNumber(0, 100)),
    )
    .addOption(
      new Option("--flush <span>", "time between files of a node")
        .argParser(flushSpan)
        .default(flushSpan("6h"), "6h"),
    )
    .option(
      "--disturbed",
      "events told twice, out of order and late, AI jobs in halves: the books must not differ",
      false,
    )
    .option("--json", "for programs: what was written, as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim pool record scenarios/pool-month.yaml --out month", "a month of 200 workers"],
        ["poolsim pool import month --db try.db --commission 1/4", "its books"],
        [
          "poolsim pool record my-pool.yaml --out days --form api --disturbed",
          "as badly as it gets",
        ],
      ) +
        "\nThe same scenario, seed and flags write the same bytes. earned.csv beside the events has\nwhat each worker earned by the simulator's own books: poolsim pool workers must say the same.\n" +
        EXIT_CODES,
    )
    .action(async (scenario: string, flags: RecordFlags) => {
      const { recordEvents } = await import("./run.js");
      outcome.exitCode = await recordEvents(scenario, flags, terminal);
    });
}
