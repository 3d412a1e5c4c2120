/** `poolsim completion` in the shells themselves: bash always, zsh and fish where they are. */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** In bash the function is asked; its words are where bash breaks lines. */
const BASH = `
source "$1"
shift
for line in "$@"; do
  [[ $line == *' ' ]] && end=1 || end=0
  read -r -a COMP_WORDS <<< "\${line//=/ = }"
  ((end)) && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _poolsim
  echo "\${COMPREPLY[*]}"
done
`;

/** zsh completes in a terminal of its own: what the command would have been given is printed. */
const ZSH = `
zmodload zsh/zpty
zpty z "zsh -f -i"
zpty -w z "PS1=; RPS1=; cd $1; autoload -Uz compinit; compinit -u -D"
zpty -w z "poolsim() { print -r -- 'GO''T<'\\"\\$*\\"'>' }; source $2"
shift 2
for line in "$@"; do
  zpty -w z "$line"$'\\t'
  zpty -r z out $'*GOT<*>*' && print -r -- \${\${\${out##*GOT<}%%>*}##*[ =]}
done
zpty -d z
`;

const FISH = `
source $argv[1]
for line in $argv[2..-1]
    string join -- ' ' (complete -C $line | string replace -r '\\t.*' '' | string replace -r '^--[a-z]+=' '')
end
`;

type Shell = "bash" | "zsh" | "fish";

function isThere(shell: Shell): boolean {
  return spawnSync(shell, ["-c", "exit 0"]).status === 0;
}

const SHELLS = (["bash", "zsh", "fish"] as const).filter(isThere);

/** What a shell makes of lines at whose ends the user asks. */
function completed(shell: Shell, lines: readonly string[]): readonly string[] {
  const script = join(folder, `poolsim.${shell}`);
  const args = {
    bash: ["--norc", "-c", BASH, "bash", script, ...lines],
    zsh: ["-f", "-c", ZSH, "zsh", folder, script, ...lines],
    fish: ["--no-config", "-c", FISH, script, ...lines],
  }[shell];
  const { stdout, stderr } = spawnSync(shell, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 900_000,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TERM: "dumb" },
  });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { exitCode, stdout, stderr } = await inProcess("completion", shell);
    expect([exitCode, stderr]).toEqual([0, ""]);
    writeFileSync(join(folder, `poolsim.${shell}`), stdout);
  }
  for (const file of ["my-scenario.yaml", "my-scenario.json", "out.json"]) {
    writeFileSync(join(folder, file), "");
  }
});

describe("completion", () => {
  it("is there for bash", () => {
    expect(SHELLS).toContain("bash");
  });

  it.each(SHELLS)("in %s knows commands, flags, choices, files and packaged scenarios", (shell) => {
    const cases = {
      "poolsim sche": "schema",
      "poolsim pool verif": "verify",
      "poolsim run --sensitivity-r": "--sensitivity-replications",
      "poolsim pool payouts --hel": "--help",
      "poolsim discover --orchW": "--orchWebhookUrl",
      "poolsim run --sensitivity sh": "short",
      "poolsim run --sensitivity=sh": "short",
      "poolsim webhook --from node": "nodeDb",
      "poolsim completion zs": "zsh",
      "poolsim run admit": "admit-worker",
      "poolsim run my-sc": "my-scenario.yaml",
      "poolsim check --quiet my-sc": "my-scenario.yaml",
      "poolsim run my-scenario.yaml --json ou": "out.json",
    };
    expect(completed(shell, Object.keys(cases))).toEqual(Object.values(cases));
  });

  it("offers everything there is, and nothing where anything may stand", () => {
    const [commands = "", choices, scenarios = "", flags = "", nothing] = completed("bash", [
      "poolsim ",
      "poolsim run --sensitivity ",
      "poolsim run ",
      "poolsim run --",
      "poolsim run --seed ",
    ]);
    expect(commands.split(" ")).toEqual(
      expect.arrayContaining(["run", "check", "init", "discover", "webhook", "pool", "completion"]),
    );
    expect(choices).toBe("off short full");
    const packaged = readdirSync("scenarios").filter((file) => file.endsWith(".yaml"));
    expect(scenarios.split(" ")).toEqual(
      expect.arrayContaining([
        ...packaged.map((file) => file.replace(".yaml", "")),
        "my-scenario.yaml",
      ]),
    );
    expect(scenarios).not.toContain("my-scenario.json");
    expect(flags.split(" ")).toEqual(
      expect.arrayContaining(["--seed", "--json", "--quiet", "--help"]),
    );
    expect(nothing ?? "").toBe("");
  });

  it("refuses other shells", async () => {
    const { exitCode, stderr } = await inProcess("completion", "powershell");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
  });
});
