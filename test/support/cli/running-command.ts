/** Runs the built command beside the test, which can be the servers that it talks to. */
import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { endsWithUs } from "../ends-with-us.js";
import { MAIN, type Outcome, ownState } from "./command.js";

/** A command that runs. */
export interface RunningCommand {
  readonly pid: number;
  /** What it has printed to stdout so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until stdout, or stderr, holds this. */
  readonly printed: (text: string | RegExp) => Promise<void>;
  readonly signal: (name: "SIGINT" | "SIGTERM") => void;
  readonly ended: Promise<Outcome>;
}

/** Starts `poolsim …args`; it is killed when the test is over. */
export function start(args: readonly string[], cwd = process.cwd()): RunningCommand {
  const child = endsWithUs(
    spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: ownState(cwd),
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const told = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    told();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    told();
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.once("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
      told();
    });
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const has = (all: string) =>
            typeof text === "string" ? all.includes(text) : text.test(all);
          const isThere = has(stdout) || has(stderr);
          if (!isThere && child.exitCode === null) return;
          watchers.delete(look);
          if (isThere) resolve();
          else reject(new Error(`it ended without printing ${text}: ${stdout}${stderr}`));
        };
        watchers.add(look);
        look();
      }),
    signal: (name) => child.kill(name),
    ended,
  };
}

/** Runs `poolsim …args` to its end. */
export function run(args: readonly string[], cwd?: string): Promise<Outcome> {
  return start(args, cwd).ended;
}
