/**
 * What commands take from lists that the library keeps, choices and whole options, and commands below
 * others: they are loaded for the command that a command line is about, and not to list commands.
 */
import { type Command, Option } from "commander";
import { refuseEmptyExtensions } from "./empty-values.js";
import { extensionsOf } from "./extensions.js";
import { commandNamed } from "./one-dash.js";

/** An option that takes one of the names that a list has when the command is asked for. */
export class LateChoices extends Option {
  readonly #names: () => Promise<readonly string[]>;

  /** @param names loads the list */
  constructor(flags: string, description: string, names: () => Promise<readonly string[]>) {
    super(flags, description);
    this.#names = names;
  }

  async load(): Promise<void> {
    this.choices(await this.#names());
  }
}

type Late = (command: Command) => Promise<void>;
const LATE = new WeakMap<Command, Late[]>();

/** Lets a command have more options or commands, which are only known when it is asked for. */
export function addLate(command: Command, add: Late): void {
  LATE.set(command, [...(LATE.get(command) ?? []), add]);
}

/** Files behind `--extension`: what they bring has to be known before the command line is read. */
function extensionsIn(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).flatMap((arg, at, before) => {
    if (arg.startsWith("--extension=")) return [arg.slice("--extension=".length)];
    const file = before[at + 1];
    return arg === "--extension" && file !== undefined ? [file] : [];
  });
}

/** Loads what a command is yet without. */
async function load(command: Command, args: readonly string[]): Promise<void> {
  const late = LATE.get(command) ?? [];
  LATE.delete(command);
  const takesExtensions = command.options.some(({ long }) => long === "--extension");
  if (late.length > 0 && takesExtensions) {
    const files = extensionsIn(args);
    refuseEmptyExtensions(files);
    await extensionsOf(files);
  }
  for (const add of late) await add(command);
  for (const option of command.options) if (option instanceof LateChoices) await option.load();
}

async function loadAllBelow(command: Command, args: readonly string[]): Promise<void> {
  await load(command, args);
  for (const one of command.commands) await loadAllBelow(one, args);
}

/**
 * Loads the commands, options and choices of the command that a command line is about; for
 * completion, of all.
 *
 * @param args the command line, without the names of node and script
 * @throws InputError (`EXTENSION`, `USAGE`)
 */
export async function loadLate(program: Command, args: readonly string[]): Promise<void> {
  let command = program;
  for (const arg of args) {
    const next = commandNamed(command, arg);
    if (next === undefined) continue;
    command = next;
    await load(command, args);
  }
  if (command.name() === "completion") await loadAllBelow(program, args);
}
