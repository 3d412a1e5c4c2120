/** Runs a command line in this process: for what a process of its own would not show better. */
import { runProgram } from "../../../src/cli/program.js";
import { type Outcome, ownState } from "./command.js";

/** The same in a folder, which is this process's own meanwhile, as is its state. */
export async function inProcessIn(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const before = process.cwd();
  const state = process.env["XDG_STATE_HOME"];
  process.chdir(folder);
  Object.assign(process.env, ownState(folder));
  try {
    return await inProcess(...args);
  } finally {
    process.chdir(before);
    if (state === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = state;
  }
}

/** `poolsim …args`, on a terminal of 100 characters without colour. */
export async function inProcess(...args: readonly string[]): Promise<Outcome> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      said[name] += text;
    },
    isTTY: false,
    width: 100,
    hasColour: false,
  });
  const exitCode = await runProgram(args, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    commandLine: "",
    isDebug: false,
  });
  return { exitCode, ...said };
}
