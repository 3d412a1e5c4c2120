/**
 * A job that is one of poolsim's own commands, in a process of its own: what takes long keeps nobody
 * waiting, and whatever happens to it happens to nothing else.
 */
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { RemoteError } from "../../../core/errors.js";
import type { JobRun } from "../job.js";

/** How a command is run. */
export interface CommandOptions {
  /** The program and its first arguments, e.g. `node` and poolsim's file. */
  readonly program: readonly [string, ...string[]];
  /** How kind it is to other processes, 0 … 19. @default 0 */
  readonly niceness?: number | undefined;
  /** What it gets besides the environment. @default nothing */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Exit codes that are no failure. @default 0 */
  readonly good?: readonly number[] | undefined;
}

/** Characters kept of its result: `payouts --json` has each address that is owed something. */
const RESULT_MAX = 1 << 27;
/** Characters kept of what it says beside. */
const SAID_MAX = 1_000_000;
/** After SIGTERM, before SIGKILL. */
const KILL_AFTER_MS = 10_000;

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
}

/**
 * Runs a command to its end; what it writes to stderr is said.
 *
 * @throws RemoteError (`COMMAND`) with the last line that it said, when it fails
 */
export async function runCommand(
  args: readonly string[],
  { program: [file, ...first], niceness = 0, env = {}, good = [0] }: CommandOptions,
  { signal, say }: JobRun,
): Promise<CommandEnd> {
  signal.throwIfAborted();
  const child = spawn(file, [...first, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (niceness > 0 && child.pid !== undefined) {
    try {
      setPriority(child.pid, niceness);
    } catch {
      // It ended already, or may not: then it runs as any other.
    }
  }
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (stdout.length < RESULT_MAX) stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < SAID_MAX) stderr += text;
  });
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill("SIGTERM");
    killing = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { code, killedBy } = await new Promise<{ code: number | null; killedBy: string | null }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (exitCode, byName) => resolve({ code: exitCode, killedBy: byName }));
      },
    );
    const lines = stderr.split("\n").filter((line) => line.trim() !== "");
    for (const line of lines) say(line);
    signal.throwIfAborted();
    const exitCode = code ?? -1;
    if (good.includes(exitCode)) return { exitCode, stdout };
    const how = killedBy === null ? `exit code ${exitCode}` : `ended by ${killedBy}`;
    throw new RemoteError(`${args.slice(0, 2).join(" ")}: ${lines.at(-1) ?? how} (${how})`, {
      code: "COMMAND",
    });
  } finally {
    clearTimeout(killing);
    signal.removeEventListener("abort", stop);
  }
}
