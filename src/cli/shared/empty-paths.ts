/** Files and folders that a command line names: an empty name is most often a variable of the shell without a value. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";

/** Arguments that are files or folders. */
const PLACES = new Set([
  "scenario",
  "file",
  "files",
  "folder",
  "dir",
  "network",
  "result.json",
  "backup",
]);
const PATH = /<(file|folder|path|db)>$/;
const WHAT: Readonly<Record<string, string>> = { folder: "folder", path: "file or folder" };

/** @param flags as the option is defined, e.g. `--cache <folder>` */
function refusal(flags: string): InputError {
  const [name = "", place = ""] = flags.split(" ").slice(-2);
  const what = WHAT[place.slice(1, -1)] ?? "file";
  return new InputError(`${name}: found "", expected the name of a ${what}`, { code: "USAGE" });
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.includes(""));
}

/**
 * Looks at the arguments and options that a command was given.
 *
 * @throws InputError (`USAGE`) for a file or folder that has an empty name
 */
export function refuseEmptyPaths(command: Command): void {
  for (const [index, argument] of command.registeredArguments.entries()) {
    const name = argument.name();
    if (!PLACES.has(name) || !isEmpty(command.processedArgs[index])) continue;
    throw new InputError(`<${name}>: found "", expected a name`, { code: "USAGE" });
  }
  for (const option of command.options) {
    if (!PATH.test(option.flags)) continue;
    if (isEmpty(command.getOptionValue(option.attributeName()))) throw refusal(option.flags);
  }
}

/**
 * The same of files that are loaded before the options are read.
 *
 * @throws InputError (`USAGE`)
 */
export function refuseEmptyExtensions(files: readonly string[]): void {
  if (files.includes("")) throw refusal("--extension <file>");
}
