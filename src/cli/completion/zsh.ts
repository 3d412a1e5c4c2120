/** Completion for zsh. */
import type { CompletedCommand, Values } from "./tree.js";

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `name:what it is` as `_describe` reads it. */
function item(name: string, description: string): string {
  return quoted(`${name.replaceAll(":", "\\:")}:${description}`);
}

function completed(values: Values): string {
  switch (values.kind) {
    case "any":
      return ":";
    case "choices":
      return `compadd -- ${values.choices.map(quoted).join(" ")}`;
    case "files":
      return "_files";
    case "scenarios":
      return `compadd -- ${values.names.map(quoted).join(" ")}; _files -g '*.(yaml|yml)(-.)'`;
  }
}

function flagCases({ path, flags }: CompletedCommand): string[] {
  return flags.flatMap(({ flag, values }) =>
    values === undefined
      ? []
      : [`    ${quoted(`${path.join(" ")} ${flag}`)}) ${completed(values)}; return ;;`],
  );
}

function operandCase({ path, commands, flags, operands }: CompletedCommand): string {
  const items = (list: readonly string[]) => list.map((one) => `        ${one}`).join("\n");
  return `    ${quoted(path.join(" "))})
      if [[ $cur == -* ]]; then
        list=(
${items(flags.map(({ flag, description }) => item(flag, description)))}
        )
        _describe -o flag list
      ${
        commands.length > 0
          ? `else
        list=(
${items(commands.map(({ name, description }) => item(name, description)))}
        )
        _describe command list`
          : `else
        ${completed(operands)}`
      }
      fi ;;`;
}

/** @returns the script */
export function zshCompletion(tree: readonly CompletedCommand[]): string {
  const paths = tree
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => {
      const [last = ""] = path.slice(-1);
      const before = path.slice(0, -1).join(" ");
      return `      ${quoted(`${before} ${last}`)}) where=${quoted(path.join(" "))} ;;`;
    });
  return `#compdef poolsim
# zsh completion of poolsim. In ~/.zshrc, after compinit:  source <(poolsim completion zsh)

_poolsim() {
  local cur=$words[CURRENT] before=$words[CURRENT-1] where='' at
  local -a list
  # --flag=value: what stands behind the sign is completed.
  if [[ $cur == --*=* ]]; then
    before=\${cur%%=*}
    compset -P '*='
    cur=$PREFIX
  fi
  for ((at = 2; at < CURRENT; at++)); do
    case "$where $words[at]" in
${paths.join("\n")}
    esac
  done
  case "$where $before" in
${tree.flatMap(flagCases).join("\n")}
  esac
  case "$where" in
${tree.map(operandCase).join("\n")}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _poolsim "$@"
else
  compdef _poolsim poolsim
fi
`;
}
