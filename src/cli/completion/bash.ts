/** Completion for bash. */
import type { CompletedCommand, Values } from "./tree.js";

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function listed(words: readonly string[]): string {
  return quoted(words.join(" "));
}

function completed(values: Values): string {
  switch (values.kind) {
    case "any":
      return ":";
    case "choices":
      return `_poolsim_words ${listed(values.choices)}`;
    case "files":
      return "_poolsim_files ''";
    case "scenarios":
      return `_poolsim_words ${listed(values.names)}; _poolsim_files yaml`;
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
  const names = listed(commands.map(({ name }) => name));
  const beside = commands.length > 0 ? `_poolsim_words ${names}` : completed(operands);
  const all = listed(flags.map(({ flag }) => flag));
  return [
    `    ${quoted(path.join(" "))})`,
    `      if [[ $cur == -* ]]; then _poolsim_words ${all}; else ${beside}; fi ;;`,
  ].join("\n");
}

/** @returns the script */
export function bashCompletion(tree: readonly CompletedCommand[]): string {
  const paths = tree
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => {
      const [last = ""] = path.slice(-1);
      const before = path.slice(0, -1).join(" ");
      return `      ${quoted(`${before} ${last}`)}) where=${quoted(path.join(" "))} ;;`;
    });
  return `# bash completion of poolsim. In ~/.bashrc:  source <(poolsim completion bash)

_poolsim_words() {
  local word
  for word in $1; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}

_poolsim_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do
    if [[ -z $1 || -d $file || $file == *.yaml || $file == *.yml ]]; then COMPREPLY+=("$file"); fi
  done < <(compgen -f -- "$cur")
}

_poolsim() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} where='' at
  COMPREPLY=()
  # bash takes "=" for a word of its own.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $before == '=' && COMP_CWORD -ge 2 ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$where \${COMP_WORDS[at]}" in
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

complete -F _poolsim poolsim
`;
}
