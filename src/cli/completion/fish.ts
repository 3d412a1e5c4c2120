/** Completion for fish. */
import type { CompletedCommand, Values } from "./tree.js";

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** What is offered for a value; files only where they are meant. */
function offered(values: Values): string {
  switch (values.kind) {
    case "any":
      return "-x";
    case "choices":
      return `-x -a ${quoted(values.choices.join(" "))}`;
    case "files":
      return "-r -F";
    case "scenarios":
      return `-x -a ${quoted(`(__poolsim_scenarios) ${values.names.join(" ")}`)}`;
  }
}

function linesOf({ path, commands, flags, operands }: CompletedCommand): string[] {
  const here = `complete -c poolsim -n ${quoted(`__poolsim_at ${quoted(path.join(" "))}`)}`;
  const beside =
    commands.length > 0
      ? commands.map(
          ({ name, description }) => `${here} -f -a ${quoted(name)} -d ${quoted(description)}`,
        )
      : operands.kind === "files"
        ? [`${here} -F`]
        : [`${here} ${offered(operands).replace(/^-x/, "-f")}`];
  return [
    ...beside,
    ...flags.map(({ flag, description, values }) => {
      const value = values === undefined ? "" : ` ${offered(values)}`;
      return `${here} -l ${flag.slice(2)}${value} -d ${quoted(description)}`;
    }),
  ];
}

/** @returns the script */
export function fishCompletion(tree: readonly CompletedCommand[]): string {
  const paths = tree.filter(({ path }) => path.length > 0).map(({ path }) => path.join(" "));
  return `# fish completion of poolsim. Once:  poolsim completion fish > ~/.config/fish/completions/poolsim.fish

function __poolsim_at
    set -l where ''
    set -l known ${paths.map(quoted).join(" ")}
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$where $word")
        if contains -- $next $known
            set where $next
        end
    end
    test "$where" = "$argv[1]"
end

function __poolsim_scenarios
    __fish_complete_suffix .yaml .yml
end

complete -c poolsim -f
${tree.flatMap(linesOf).join("\n")}
`;
}
