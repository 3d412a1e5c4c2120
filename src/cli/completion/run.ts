/** `poolsim completion`: prints a script that a shell completes command lines with. */
import type { Command } from "commander";
import { EXIT } from "../shared/failure.js";
import type { Terminal } from "../shared/terminal.js";
import { bashCompletion } from "./bash.js";
import { fishCompletion } from "./fish.js";
import { completionTree } from "./tree.js";
import { zshCompletion } from "./zsh.js";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** A shell that there is a script for. */
export type Shell = keyof typeof SCRIPTS;

/**
 * @param program all commands
 * @returns the exit code
 */
export function printCompletion(shell: Shell, program: Command, { stdout }: Terminal): number {
  stdout.write(SCRIPTS[shell](completionTree(program)));
  return EXIT.ok;
}
