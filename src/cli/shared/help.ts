/** What the help of all commands has in common. */
import type { Command } from "commander";
import type { Terminal } from "./terminal.js";

/** Collects the exit code of the command that ran. */
export interface Outcome {
  exitCode: number;
}

/**
 * Adds one command to its parent. It loads what the command needs only when the command runs, so
 * that help and completion are quick.
 */
export type AddCommand = (parent: Command, terminal: Terminal, outcome: Outcome) => void;

/** Adds commands under the titles that the help lists them by. */
export function addGroups(
  parent: Command,
  groups: readonly (readonly [title: string, commands: readonly AddCommand[]])[],
  terminal: Terminal,
  outcome: Outcome,
): void {
  for (const [title, commands] of groups) {
    parent.commandsGroup(title);
    for (const add of commands) add(parent, terminal, outcome);
  }
  parent.commandsGroup("Help:").helpCommand("help [command]", "show the options of a command");
}

/** Command lines that show what a command is for. */
export function examples(
  ...lines: readonly (readonly [command: string, meaning: string])[]
): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  ${command.padEnd(width)}  # ${meaning}`);
  return `\nExamples:\n${rows.join("\n")}\n`;
}

/** For commands that name rules, in their help or in what they print. */
export const RULE_IDS = `
Letters with a number, such as M-14, name rules of go-livepeer: poolsim explain M-14 prints one.
`;

/** For commands whose reports have words of their own. */
export const WORDS = `
The words of the report, such as swap, black hole or margin, are explained in docs/glossary.md:
https://github.com/poolsim/poolsim/blob/main/docs/glossary.md
`;

export const EXIT_CODES = `
Exit codes:
  0    done, all expectations hold
  1    an expectation failed; nobody was found (discover, worker); wrong books (verify); quarantine grew (import)
  2    bad input or usage
  3    internal error (a bug of poolsim)
  4    somebody else's failure: a source or node that cannot be read
  5    payouts stopped: the chain has what the books do not know; an operator has to look
  130  interrupted
`;
