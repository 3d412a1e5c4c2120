/** The command `pool import`: options, help and examples. */
import { type Command, Option } from "commander";
import { positiveSpan } from "../../shared/amount-values.js";
import { EXIT_CODES, examples, type Outcome } from "../../shared/help.js";
import { addLate } from "../../shared/late-options.js";
import { extensionOption, instant, wholeNumber } from "../../shared/option-values.js";
import type { Terminal } from "../../shared/terminal.js";
import { booksCommand } from "../shared/books-command.js";
import { addSchemeOptions } from "../shared/settings-options.js";
import type { ImportFlags } from "./flags.js";

const CREDENTIALS = `
A bucket's credentials come from the environment only: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN, AWS_REGION; --credentials EU means EU_ACCESS_KEY_ID etc., and so does
"credentials: EU" in a file of sources.
`;

const SOURCES = "Sources:";

/** Sources of all kinds but files, which are named without an option. */
async function addSourceSettings(command: Command): Promise<void> {
  const { EVENT_SOURCES } = await import("../../../pool/books/sources/registry.js");
  const { addSettingOptions } = await import("../../shared/setting-options.js");
  const kinds = EVENT_SOURCES.all.filter(({ name }) => name !== "files");
  addSettingOptions(command, EVENT_SOURCES.kind, kinds, { group: SOURCES });
}

export function addImport(pool: Command, terminal: Terminal, outcome: Outcome): void {
  const command = booksCommand(pool, "import [path...]", "enter events, once or continuously");
  addLate(command, addSourceSettings);
  addSchemeOptions(command)
    .optionsGroup(SOURCES)
    .option("--sources <file>", "several of all kinds, YAML")
    .addOption(extensionOption("sources"))
    .option(
      "--source <name>",
      "what the books call a path (default: files), a node, a bucket (default: its name)",
    )
    .option("--nodeType <name>", "for events that do not say it")
    .option("--region <name>", "for events that do not say it")
    .optionsGroup("How:")
    .option("--follow", "go on until stopped", false)
    .addOption(
      new Option("--every <span>", "time between polls; default: 1m").argParser(positiveSpan),
    )
    .addOption(
      new Option(
        "--batch <events>",
        "events in a transaction, while which others can't write; default: 10000",
      ).argParser(wholeNumber(1, 100_000)),
    )
    .option("--opening <file>", "balances of an openpool-manager's SQLite file, or a CSV")
    .option("--replay", "try what is in quarantine again", false)
    .optionsGroup("Moving from other books:")
    .addOption(
      new Option(
        "--since <time>",
        "the source's cut-over, for ever: what is older was paid before and is left out",
      ).argParser(instant),
    )
    .addOption(
      new Option(
        "--openingAt <time>",
        "when the opening balances were right; default: --since, or now",
      ).argParser(instant),
    )
    .option(
      "--withHistory",
      "opening balances and older events, or events that are older: they tell of different work",
      false,
    )
    .option("--distinct", "events that another source has told the same: it is another node", false)
    .addHelpText(
      "after",
      examples(
        ["poolsim pool import events/ --db pool.db --commission 0.25", "the first time"],
        ["poolsim pool import more.json --db pool.db", "what is known is recognised"],
        ["poolsim pool import --db pool.db --sources sources.yaml --follow", "several, for ever"],
        ["poolsim pool import --db pool.db --replay", "what could not be read before"],
      ) +
        CREDENTIALS +
        EXIT_CODES,
    )
    .action(async (paths: string[], flags: ImportFlags) => {
      const { poolImport } = await import("./run.js");
      outcome.exitCode = await poolImport(paths, flags, terminal);
    });
}
