/**
 * Options whose choices are a list that the library keeps: it is loaded for the command that has
 * them, and not to list commands.
 */
import { type Command, Option } from "commander";
import { commandOf } from "./one-dash.js";

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

function allBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allBelow)];
}

/**
 * Loads the choices of the command that a command line is about; for completion, of all.
 *
 * @param args the command line, without the names of node and script
 */
export async function loadChoices(program: Command, args: readonly string[]): Promise<void> {
  const about = commandOf(program, args);
  const commands = about.name() === "completion" ? allBelow(program) : [about];
  for (const option of commands.flatMap(({ options }) => options)) {
    if (option instanceof LateChoices) await option.load();
  }
}
