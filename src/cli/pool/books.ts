/** The commands about a pool's books: options, help and examples. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Rational } from "../../core/rational.js";
import type { CommissionRate } from "../../pool/commission.js";
import { SCHEME_NAMES, type SchemeName } from "../../pool/settings.js";
import { EXIT_CODES, examples, type Outcome } from "../help.js";
import { wholeNumber } from "../option-values.js";
import type { Terminal } from "../terminal.js";
import { part } from "./amounts.js";

export interface BooksFlags {
  readonly db: string;
  readonly json: boolean;
}

export interface ImportFlags extends BooksFlags {
  readonly source: string;
  readonly commission: readonly CommissionRate[];
  readonly scheme?: SchemeName;
  readonly nodeType?: string;
  readonly region?: string;
  readonly opening?: string;
  readonly orchestrator?: string;
  readonly replay: boolean;
}

export interface AdjustFlags extends BooksFlags {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  readonly wei: bigint;
  readonly reason: string;
  readonly id: string;
}

export interface RoundsFlags extends BooksFlags {
  readonly close?: number;
}

export interface CompareFlags extends BooksFlags {
  readonly roundHours?: number;
  readonly commission?: Rational;
}

/** `1/4`, `0.25:ai`, `0.2:transcode:eu-central`, `0.2@2026-02-01T00:00:00Z`. */
function commissionRate(text: string, before: readonly CommissionRate[]): CommissionRate[] {
  const [, rate, nodeType, region, from] =
    /^([^:@]+)(?::([^:@]*))?(?::([^:@]*))?(?:@(.+))?$/.exec(text) ?? [];
  const fromMs = from === undefined ? 0 : Date.parse(from);
  if (rate === undefined || !(fromMs >= 0)) {
    throw new InvalidArgumentError("expected <rate>[:nodeType[:region]][@time], e.g. 0.25:ai");
  }
  const place = { nodeType: nodeType || null, region: region || null };
  return [...before, { rate: part(rate), fromMs, ...place }];
}

function wholeWei(text: string): bigint {
  if (/^-?\d{1,78}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("expected whole wei");
}

export function addBooks(pool: Command, terminal: Terminal, outcome: Outcome): void {
  const command = (usage: string, description: string) =>
    pool
      .command(usage)
      .description(description)
      .requiredOption("--db <file>", "the pool's books (SQLite)")
      .option("--json", "for programs: one JSON document; amounts are wei as text", false);
  addImport(
    command("import [path...]", "enter events of files and directories"),
    terminal,
    outcome,
  );
  const reports = [
    ["status", "balances, sources, quarantine"],
    ["workers", "all workers: what they did and are owed"],
    ["verify", "derive everything again and compare; exit code 1 if something is wrong"],
    ["export", "all entries as CSV, one line for each posting"],
  ] as const;
  for (const [name, description] of reports) {
    command(name, description)
      .addHelpText(
        "after",
        examples([`poolsim pool ${name} --db pool.db`, description]) + EXIT_CODES,
      )
      .action(async (flags: BooksFlags) => {
        const commands = await import("../commands/pool-books.js");
        outcome.exitCode = commands.reportBooks(name, flags, terminal);
      });
  }
  command("worker <address>", "one worker: jobs, fees, balances").action(
    async (address: string, flags: BooksFlags) => {
      const { reportWorker } = await import("../commands/pool-books.js");
      outcome.exitCode = reportWorker(address, flags, terminal);
    },
  );
  addRounds(command("rounds", "closed rounds; or closes one"), terminal, outcome);
  addAdjust(command("adjust", "a correction by hand, with its reason"), terminal, outcome);
  addCompare(
    command("compare-schemes", "how the same events pay under each scheme"),
    terminal,
    outcome,
  );
}

function addImport(command: Command, terminal: Terminal, outcome: Outcome): void {
  command
    .option(
      "--source <name>",
      "whose events these are: IDs of orchestrators count per source",
      "files",
    )
    .addOption(
      new Option(
        "--commission <rate>",
        "the operator's part, <rate>[:nodeType[:region]][@time] (repeatable); once, at first",
      )
        .argParser(commissionRate)
        .default([], "what the books say"),
    )
    .addOption(
      new Option("--scheme <name>", "who gets what, at first; default: per-job").choices(
        SCHEME_NAMES,
      ),
    )
    .option("--node-type <name>", "for events that do not say it")
    .option("--region <name>", "for events that do not say it")
    .option("--opening <file>", "balances of an openpool-manager's SQLite file, or a CSV")
    .option("--orchestrator <url>", "also ask a node's /pool/events, e.g. http://127.0.0.1:7935")
    .option("--replay", "try what is in quarantine again", false)
    .addHelpText(
      "after",
      examples(
        [
          "poolsim pool import events/ --db pool.db --commission 0.25",
          "a directory, the first time",
        ],
        ["poolsim pool import more.json --db pool.db", "more; what is known is recognised"],
        ["poolsim pool import --db pool.db --replay", "what could not be read before"],
      ) + EXIT_CODES,
    )
    .action(async (paths: string[], flags: ImportFlags) => {
      const { importEvents } = await import("../commands/pool-books.js");
      outcome.exitCode = await importEvents(paths, flags, terminal);
    });
}

function addRounds(command: Command, terminal: Terminal, outcome: Outcome): void {
  command
    .addOption(
      new Option("--close <n>", "close this round: split what tickets brought").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .action(async (flags: RoundsFlags) => {
      const { reportRounds } = await import("../commands/pool-books.js");
      outcome.exitCode = reportRounds(flags, terminal);
    });
}

function addAdjust(command: Command, terminal: Terminal, outcome: Outcome): void {
  command
    .requiredOption("--address <address>", "the worker")
    .requiredOption("--node-type <name>", "transcode or ai")
    .requiredOption("--region <name>", "where")
    .addOption(
      new Option("--wei <n>", "what it gets out of the commission; negative: gives back")
        .argParser(wholeWei)
        .makeOptionMandatory(),
    )
    .requiredOption("--reason <text>", "why; kept with it")
    .requiredOption("--id <id>", "your own: the same adjustment twice is one")
    .action(async (flags: AdjustFlags) => {
      const { adjustBooks } = await import("../commands/pool-books.js");
      outcome.exitCode = adjustBooks(flags, terminal);
    });
}

function addCompare(command: Command, terminal: Terminal, outcome: Outcome): void {
  command
    .addOption(
      new Option("--round-hours <n>", "length of a round; default: 19.2").argParser(
        wholeNumber(1, 10_000),
      ),
    )
    .addOption(
      new Option("--commission <part>", "the operator's part; default: the books'").argParser(part),
    )
    .action(async (flags: CompareFlags) => {
      const { compareBooks } = await import("../commands/pool-books.js");
      outcome.exitCode = compareBooks(flags, terminal);
    });
}
