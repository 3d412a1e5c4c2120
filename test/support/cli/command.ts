/** Runs the built command as a user does. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command. */
export const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Where it runs. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Locks of wallets are the folder's own: all test chains have the same rich accounts. A command has one thread, as other
 * tests run at the same time and each thread compiles for itself.
 */
export function ownState(folder: string): Readonly<Record<string, string>> {
  const state = join(folder, ".state");
  return { PATH: process.env["PATH"] ?? "", XDG_STATE_HOME: state, POOLSIM_THREADS: "1" };
}

/** `poolsim …args` in a folder. */
export function poolsim(args: readonly string[], { cwd, env = {} }: CommandOptions): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    encoding: "utf8",
    timeout: 900_000,
    maxBuffer: 100_000_000,
    env: { ...ownState(cwd), ...env },
  });
  return { exitCode: status, stdout, stderr };
}

/** A new empty folder. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "poolsim-e2e-"));
}
