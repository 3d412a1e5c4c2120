/** Runs a command line in this process: for what a process of its own would not show better. */
import { runProgram } from "../../../src/cli/program.js";
import { type Outcome, ownState } from "./command.js";

/** The same in a folder, which is this process's own meanwhile, as is its state. */
export async function inProcessIn(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const before = process.cwd();
  const own = ownState(folder);
  const old = Object.keys(own).map((name) => [name, process.env[name]] as const);
  process.chdir(folder);
  Object.assign(process.env, own);
  try {
    return await inProcess(...args);
  } finally {
    process.chdir(before);
    for (const [name, value] of old) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
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
