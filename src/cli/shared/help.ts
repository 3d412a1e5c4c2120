/** What the help of all commands has in common. */

/** Collects the exit code of the command that ran. */
export interface Outcome {
  exitCode: number;
}

/** Command lines that show what a command is for. */
export function examples(
  ...lines: readonly (readonly [command: string, meaning: string])[]
): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  ${command.padEnd(width)}  # ${meaning}`);
  return `\nExamples:\n${rows.join("\n")}\n`;
}

export const EXIT_CODES = `
Exit codes:
  0    done, all expectations hold
  1    an expectation failed; nobody was found (discover, worker); wrong books (verify)
  2    bad input or usage
  3    internal error (a bug of poolsim)
  4    somebody else's failure: a source or node that cannot be read
  5    payouts stopped: the chain has what the books do not know; an operator has to look
  130  interrupted
`;
