/** What the commands about a pool's books have in common: their options and the form of their help. */
import type { Command } from "commander";
import { EXIT_CODES, examples } from "../../shared/help.js";

/** A command about the books, with the options that all of them have. */
export function booksCommand(pool: Command, usage: string, description: string): Command {
  return pool
    .command(usage)
    .description(description)
    .requiredOption("--db <file>", "the pool's books (SQLite)")
    .option("--json", "for programs: one JSON document; amounts are text, times UTC", false);
}

/** Adds examples and exit codes to a command's help. */
export function helped(
  command: Command,
  ...lines: readonly (readonly [command: string, meaning: string])[]
): Command {
  return command.addHelpText("after", examples(...lines) + EXIT_CODES);
}
