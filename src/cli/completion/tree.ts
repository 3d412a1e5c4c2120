/** What can be completed, from the commands themselves: nothing is listed a second time. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Argument, Command, Option } from "commander";

/** What a value is taken from. */
export type Values =
  /** Anything: nothing to complete. */
  | { readonly kind: "any" }
  /** One of these. */
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  /** Files and folders. */
  | { readonly kind: "files" }
  /** Scenarios: files that end in .yaml or .yml, folders, and names of packaged ones. */
  | { readonly kind: "scenarios"; readonly names: readonly string[] };

export interface CompletedFlag {
  /** With its two dashes. */
  readonly flag: string;
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly values: Values | undefined;
}

export interface CompletedCommand {
  /** Below `poolsim`; empty for itself: `["pool", "status"]`. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly CompletedFlag[];
  /** What stands beside flags and commands. */
  readonly operands: Values;
}

/** Names of the scenarios that come with the package. */
function packagedScenarios(): readonly string[] {
  const folder = fileURLToPath(new URL("../../../scenarios/", import.meta.url));
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => file.slice(0, -".yaml".length))
      .sort();
  } catch {
    return [];
  }
}

/** The first line, short enough for a list. */
function shortened(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length <= 70 ? line : `${line.slice(0, 69)}…`;
}

function valuesOf({ argChoices, flags }: Option): Values | undefined {
  if (argChoices !== undefined) return { kind: "choices", choices: argChoices };
  const [, value] = /[<[]([^>\]]*)[>\]]/.exec(flags) ?? [];
  if (value === undefined) return undefined;
  return /file|folder|dir|path|database/i.test(value) && !value.includes("=")
    ? { kind: "files" }
    : { kind: "any" };
}

function operandsOf(args: readonly Argument[]): Values {
  const [first] = args;
  if (first === undefined) return { kind: "any" };
  if (first.argChoices !== undefined) return { kind: "choices", choices: first.argChoices };
  if (/scenario/.test(`${first.name()} ${first.description}`)) {
    return { kind: "scenarios", names: packagedScenarios() };
  }
  return { kind: "files" };
}

function described(command: Command, path: readonly string[]): CompletedCommand {
  const help = command.createHelp();
  const visible = help.visibleOptions(command);
  return {
    path,
    commands: help
      .visibleCommands(command)
      .map((one) => ({ name: one.name(), description: shortened(one.description()) })),
    flags: visible.flatMap((option) =>
      option.long === undefined || option.long === null
        ? []
        : {
            flag: option.long,
            description: shortened(option.description),
            values: valuesOf(option),
          },
    ),
    operands: operandsOf(command.registeredArguments),
  };
}

/** A command and all below it, the outer ones first. */
export function completionTree(
  command: Command,
  path: readonly string[] = [],
): readonly CompletedCommand[] {
  const inner = command.commands.flatMap((one) => completionTree(one, [...path, one.name()]));
  return [described(command, path), ...inner];
}
