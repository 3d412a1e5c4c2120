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
    .option("--sources <file>", "a YAML file that lists several sources of any kind")
    .addOption(extensionOption("sources"))
    .option(
      "--source <name>",
      "what the books call a path (default: files), a node, a bucket (default: its name)",
    )
    .option("--nodeType <name>", "node type of events that do not say it")
    .option("--region <name>", "region of events that do not say it")
    .optionsGroup("How:")
    .option("--follow", "go on until stopped", false)
    .addOption(
      new Option("--every <span>", "time between polls; default: 1m").argParser(positiveSpan),
    )
    .addOption(
      new Option(
        "--batch <events>",
        "events in a transaction; others can't write meanwhile; default: 10000",
      ).argParser(wholeNumber(1, 100_000)),
    )
    .option("--opening <file>", "balances of an openpool-manager's SQLite file, or a CSV")
    .option("--replay", "try what is in quarantine again", false)
    .optionsGroup("Moving from other books:")
    .addOption(
      new Option(
        "--since <time>",
        "the source's cut-over, set once: older events were paid elsewhere and are left out",
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
      "take both opening balances and older events: they are about different work",
      false,
    )
    .option("--distinct", "take events that another source has told too: it is another node", false)
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
