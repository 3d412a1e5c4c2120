/**
 * Child processes that end when this process does, however it ends: after SIGKILL it can do nothing
 * more itself, so a watchdog ends them, which is told of each and sees its pipe to us close.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/** Reads `+<pid>` and `-<pid>`, a line each; when there are no more lines it ends who is left. */
const WATCHDOG = `
  const left = new Set();
  const lines = require("node:readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => left[line[0] === "+" ? "add" : "delete"](Number(line.slice(1))));
  lines.on("close", () => {
    for (const pid of left) try { process.kill(pid, "SIGKILL"); } catch {}
  });
`;

let watchdog: Writable | null = null;

/** Lets a child process end with this one at the latest. */
export function endsWithUs<Child extends ChildProcess>(child: Child): Child {
  const { pid } = child;
  if (pid === undefined) return child;
  watchdog ??= startWatchdog();
  const told = watchdog;
  told.write(`+${pid}\n`);
  // The number may soon be another process's.
  child.once("exit", () => told.write(`-${pid}\n`));
  return child;
}

function startWatchdog(): Writable {
  // Detached: what is sent to our group of processes, as by Ctrl-C, is not for it.
  const child = spawn(process.execPath, ["-e", WATCHDOG], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child.stdin;
}
