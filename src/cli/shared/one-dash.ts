/** go-livepeer writes flags with one dash, poolsim with two: whoever forgets is told. */
import type { Command } from "commander";
import { suggestion } from "../../config/suggest.js";

const ONE_DASH = /^unknown option '-([A-Za-z][\w-]+)(=.*)?'$/s;

/** The command below another that has a name. */
export function commandNamed(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name || one.aliases().includes(name));
}

/** The command that a command line is about, as far as it names one. */
function commandOf(program: Command, args: readonly string[]): Command {
  return args.reduce((command, arg) => commandNamed(command, arg) ?? command, program);
}

/**
 * The flag with one dash behind a complaint about something else: what is required is looked for
 * before what is unknown.
 */
function hidden(
  message: string,
  known: readonly string[],
  args: readonly string[],
): string | undefined {
  if (!/^(required option|missing required argument)/.test(message)) return undefined;
  const names = args.flatMap((arg) => /^-([A-Za-z][\w-]+)(?:=.*)?$/s.exec(arg)?.[1] ?? []);
  return names.find((name) => known.some((one) => one.toLowerCase() === name.toLowerCase()));
}

/**
 * A message of wrong usage, with a hint where a long flag has one dash. What is behind `=` is left
 * out: it may be a password.
 *
 * @param args the command line, without the names of node and script
 */
export function withDashHint(message: string, program: Command, args: readonly string[]): string {
  const command = commandOf(program, args);
  const options = command.createHelp().visibleOptions(command);
  const known = options.flatMap(({ long }) => long?.slice(2) ?? []);
  const [, name = hidden(message, known, args)] = ONE_DASH.exec(message) ?? [];
  if (name === undefined) return message;
  const said = `unknown option '-${name}': flags have two dashes`;
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (meant !== undefined) return `${said}, --${meant}`;
  const [, close] = /^; did you mean "(.*)"\?$/.exec(suggestion(name, known)) ?? [];
  return close === undefined ? said : `${said} (Did you mean --${close}?)`;
}

/** For the help of commands whose flags are go-livepeer's. */
export const TWO_DASHES =
  "\nFlags have two dashes, those of go-livepeer too: --orchAddr, not -orchAddr.\n";
