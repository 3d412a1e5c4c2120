/** The command `completion`: options, help and examples. */
import { Argument, type Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import type { Shell } from "./run.js";

export function addCompletion(program: Command, terminal: Terminal, outcome: Outcome): void {
  program
    .command("completion")
    .description("print a script that completes commands and flags in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      examples(
        ["source <(poolsim completion bash)", "in ~/.bashrc"],
        ["source <(poolsim completion zsh)", "in ~/.zshrc, after compinit"],
        ["poolsim completion fish > ~/.config/fish/completions/poolsim.fish", "once"],
      ),
    )
    .action(async (shell: Shell) => {
      const { printCompletion } = await import("./run.js");
      outcome.exitCode = printCompletion(shell, program, terminal);
    });
}
