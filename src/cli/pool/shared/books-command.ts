/** The commands that show a pool's books and correct them: options, help and examples. */
import { type Command, Option } from "commander";
import { InputError } from "../../../core/errors.js";
import { decimal, positiveSpan } from "../../shared/amount-values.js";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { part, weiAmount } from "./amounts.js";
import {
  type AdjustFlags,
  type AssignFlags,
  type BooksFlags,
  type CompareFlags,
  EXPORTS,
  type ExportFlags,
  type RoundsFlags,
  type VoidFlags,
  type WorkerFlags,
} from "./flags.js";
import {
  addClaimOption,
  addFeeShareOption,
  addLimitOptions,
  addSchemeOptions,
  addWeightOptions,
  type SettingsFlags,
} from "./settings.js";

/** A command about the books, with the options that all of them have. */
export function booksCommand(pool: Command, usage: string, description: string): Command {
  return pool
    .command(usage)
    .description(description)
    .requiredOption("--db <file>", "the pool's books (SQLite)")
    .option("--json", "for programs: one JSON document; amounts are text, times UTC", false);
}

/** Less than 0 too: `-0.005eth`. */
function signedAmount(text: string): bigint {
  const [, minus, amount = ""] = /^(-?)(.*)$/s.exec(text) ?? [];
  const wei = weiAmount(amount);
  return minus === "-" ? -wei : wei;
}

function limit(text: string): number {
  return wholeNumber(0, 10_000)(text);
}

function helped(
  command: Command,
  ...lines: readonly (readonly [command: string, meaning: string])[]
): Command {
  return command.addHelpText("after", examples(...lines) + EXIT_CODES);
}

export function addBooks(pool: Command, terminal: Terminal, outcome: Outcome): void {
  const command = (usage: string, description: string) => booksCommand(pool, usage, description);

  helped(
    addLimitOptions(
      addClaimOption(
        addFeeShareOption(
          addWeightOptions(
            addSchemeOptions(
              command(
                "settings",
                "how the books are kept; with options, sets it before the first event",
              ),
            ),
          ),
        ),
      ),
    ),
    ["poolsim pool settings --db pool.db --commission 0.25", "before the first import"],
    ["poolsim pool settings --db pool.db --scheme by-weights --renditions 4", "pay by weights"],
    ["poolsim pool settings --db pool.db --commission 0.2@2026-03-01", "another rate from then on"],
    ["poolsim pool settings --db pool.db --jobCap 2eth", "limits can be set at any time"],
  ).action(async (flags: SettingsFlags) => {
    const { poolSettings } = await import("../settings/run.js");
    outcome.exitCode = poolSettings(flags, terminal);
  });

  helped(command("status", "balances, sources, quarantine"), [
    "poolsim pool status --db pool.db",
    "how the books stand",
  ]).action(async (flags: BooksFlags) => {
    const { poolStatus } = await import("../status/run.js");
    outcome.exitCode = poolStatus(flags, terminal);
  });

  helped(command("workers", "all workers: what they did and are owed"), [
    "poolsim pool workers --db pool.db",
    "by address, node type and region",
  ]).action(async (flags: BooksFlags) => {
    const { poolWorkers } = await import("../workers/run.js");
    outcome.exitCode = poolWorkers(flags, terminal);
  });

  helped(
    command("worker <address>", "one worker: balances, jobs, payouts, corrections").addOption(
      new Option("--limit <n>", "jobs and payouts shown, newest first")
        .argParser(limit)
        .default(10),
    ),
    ["poolsim pool worker 0x… --db pool.db", "exit code 1: it is not in the books"],
  ).action(async (address: string, flags: WorkerFlags) => {
    const { poolWorker } = await import("../workers/run.js");
    outcome.exitCode = poolWorker(address, flags, terminal);
  });

  helped(
    command("rounds", "closed rounds and tickets; or closes a round").addOption(
      new Option("--close <n>", "close this round: split what tickets brought").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    ),
    ["poolsim pool rounds --db pool.db", "what was split, and which tickets were won"],
    ["poolsim pool rounds --db pool.db --close 4012", "once per round; again it changes nothing"],
  ).action(async (flags: RoundsFlags) => {
    const { poolRounds } = await import("../rounds/run.js");
    outcome.exitCode = poolRounds(flags, terminal);
  });

  helped(
    command("adjust", "a correction by hand, with its reason, out of the commission")
      .requiredOption("--address <address>", "the worker")
      .requiredOption("--nodeType <name>", "transcode or ai")
      .requiredOption("--region <name>", "where")
      .addOption(
        new Option("--amount <amount>", "what it gets, 0.005eth or wei; -0.005eth takes it away")
          .argParser(signedAmount)
          .makeOptionMandatory(),
      )
      .requiredOption("--reason <text>", "why; kept with it")
      .requiredOption("--id <id>", "your own: the same adjustment twice is one"),
    [
      "poolsim pool adjust --db pool.db --address 0x… --nodeType ai --region eu --amount 0.01eth --reason outage --id 2026-7",
      "make up for something",
    ],
  ).action(async (flags: AdjustFlags) => {
    const { poolAdjust } = await import("../adjust/run.js");
    outcome.exitCode = poolAdjust(flags, terminal);
  });

  helped(
    command(
      "void <event>",
      "take a job out of the books, by its number (pool export --what jobs) or its id",
    ).requiredOption("--reason <text>", "why; kept with it"),
    [
      'poolsim pool void 1234 --db pool.db --reason "the node counted wrong"',
      "a balanced reversal",
    ],
  ).action(async (event: string, flags: VoidFlags) => {
    const { poolVoid } = await import("../assign/run.js");
    outcome.exitCode = poolVoid(event, flags, terminal);
  });

  helped(
    command("assign [event]", "AI jobs that nobody claimed; or gives one to its worker")
      .option("--address <address>", "the worker; it must be in the books")
      .option("--reason <text>", "why; kept with it")
      .addOption(
        new Option(
          "--release <span>",
          "give the fees of those older than that, e.g. 90d, to the operator",
        ).argParser(positiveSpan),
      ),
    ["poolsim pool assign --db pool.db", "which there are, and how old"],
    ['poolsim pool assign 1234 --db pool.db --address 0x… --reason "its log"', "one is found"],
    [
      "poolsim pool assign --db pool.db --release 90d --reason old",
      "a claim still counts after it",
    ],
  ).action(async (event: string | undefined, flags: AssignFlags) => {
    const { poolAssign } = await import("../assign/run.js");
    outcome.exitCode = poolAssign(event, flags, terminal);
  });

  helped(
    command("export", "tables for spreadsheets and programs")
      .addOption(new Option("--what <table>", "which").choices(EXPORTS).default("journal" as const))
      .option("--csv", "as CSV (RFC 4180), which is the default", false),
    ["poolsim pool export --db pool.db --csv > journal.csv", "every posting of every entry"],
    ["poolsim pool export --db pool.db --csv --what workers", "balances"],
  ).action(async (flags: ExportFlags & { readonly csv: boolean }) => {
    if (flags.csv && flags.json) {
      throw new InputError("expected --csv or --json, not both", { code: "USAGE" });
    }
    const { poolExport } = await import("../export/run.js");
    outcome.exitCode = poolExport(flags, terminal);
  });

  helped(
    addWeightOptions(
      command("compare-schemes", "how the same events pay under each scheme")
        .addOption(
          new Option("--roundHours <n>", "length of a round; default: 19.2").argParser(
            decimal(0.1, 10_000),
          ),
        )
        .addOption(
          new Option("--commission <part>", "the operator's part; default: the books'").argParser(
            part,
          ),
        ),
    ),
    ["poolsim pool compare-schemes --db pool.db", "nothing is changed"],
    ["poolsim pool compare-schemes --db pool.db --weightPixels 0", "with other weights"],
  ).action(async (flags: CompareFlags) => {
    const { poolCompare } = await import("../compare-schemes/run.js");
    outcome.exitCode = poolCompare(flags, terminal);
  });
}
