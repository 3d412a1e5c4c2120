/** Empty values on a command line: most often a variable of the shell that has no value, and never what was meant. */
import type { Command, Option } from "commander";
import { InputError } from "../../core/errors.js";

const PATH = /[<[](file|folder|path|db)[>\]]$/;
const WHAT: Readonly<Record<string, string>> = { folder: "folder", path: "file or folder" };

function refusal({ flags }: Pick<Option, "flags">, found: string): InputError {
  const [name = "", place = ""] = flags.split(" ").slice(-2);
  const what = WHAT[place.slice(1, -1)] ?? "file";
  const expected = PATH.test(flags) ? `the name of a ${what}` : "a value";
  return refused(name, found, expected);
}

function refused(name: string, found: string, expected: string): InputError {
  return new InputError(`${name}: found ${JSON.stringify(found)}, expected ${expected}`, {
    code: "USAGE",
  });
}

/** The text that says nothing, if there is one. */
function emptyOf(value: unknown): string | undefined {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.find((text): text is string => typeof text === "string" && text.trim() === "");
}

/**
 * Looks at the arguments and options that a command was given. Options that are empty unless they are
 * given may be given so, e.g. `--orchBlocklist ""`, as to go-livepeer.
 *
 * @throws InputError (`USAGE`) for one that has no value, or only white space
 */
export function refuseEmptyValues(command: Command): void {
  for (const [index, argument] of command.registeredArguments.entries()) {
    const found = emptyOf(command.processedArgs[index]);
    if (found !== undefined) throw refused(`<${argument.name()}>`, found, "a value");
  }
  for (const option of command.options) {
    if (option.defaultValue === "") continue;
    const found = emptyOf(command.getOptionValue(option.attributeName()));
    if (found !== undefined) throw refusal(option, found);
  }
}

/**
 * The same of files that are loaded before the options are read.
 *
 * @throws InputError (`USAGE`)
 */
export function refuseEmptyExtensions(files: readonly string[]): void {
  const found = emptyOf(files);
  if (found !== undefined) throw refusal({ flags: "--extension <file>" }, found);
}
