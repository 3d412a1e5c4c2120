/** Who corrects something: said, or the user of the machine. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import type { Authored } from "../../../pool/books/acts.js";
import { assertText } from "./assert-text.js";

export const AUTHOR_VARIABLE = "POOLSIM_AUTHOR";
const CHARACTERS_MAX = 100;
const REASON_MAX = 1_000;

/** What the options of commands that correct something hold. */
export interface AuthorFlags {
  readonly author?: string;
}

/** `--author`, as commander takes it. */
export const AUTHOR_OPTION = [
  "--author <name>",
  `who does it; kept with it; default: ${AUTHOR_VARIABLE}, or the user of this machine`,
] as const;

/** Adds `--author`. */
export function addAuthor(command: Command): Command {
  return command.option(...AUTHOR_OPTION);
}

/** Adds `--reason`, which has to be given, and `--author`. */
export function addReason(command: Command): Command {
  return addAuthor(command.requiredOption("--reason <text>", "why; kept with it"));
}

/**
 * Who it is.
 *
 * @throws InputError (`USAGE`) for a name that lines of tables can't hold
 */
export function authorOf({ author }: AuthorFlags): string {
  if (author !== undefined) return checked("--author", author);
  const known = process.env[AUTHOR_VARIABLE];
  if (known !== undefined && known !== "") return checked(AUTHOR_VARIABLE, known);
  try {
    return userInfo().username || `user ${userInfo().uid}`;
  } catch {
    // A machine may not know its users by name.
    return `user ${process.getuid?.() ?? "of this machine"}`;
  }
}

/**
 * Why, by whom and when.
 *
 * @throws InputError (`USAGE`)
 */
export function authoredOf(flags: AuthorFlags & { readonly reason: string }): Authored {
  assertText("--reason", flags.reason, REASON_MAX);
  return { reason: flags.reason, author: authorOf(flags), nowMs: Date.now() };
}

function checked(name: string, text: string): string {
  assertText(name, text, CHARACTERS_MAX);
  return text;
}
