/** Programs of their own, and what they cost. */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Starts one program several times, and prints the user and system time of all as `times` does. */
const REPEATED = `
repeats=$1
shift
while [ "$repeats" -gt 0 ]; do
  "$@" >/dev/null || exit 1
  repeats=$((repeats - 1))
done
times`;

function seconds(text: string): number {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  if (minutes === undefined) throw new Error(`times says ${text}`);
  return Number(minutes) * 60 + Number(rest);
}

/** CPU seconds of one start of a program, on average of some. */
export function cpuOfProgram(command: string, args: readonly string[], repeats: number): number {
  const given = ["-c", REPEATED, "sh", String(repeats), command, ...args];
  const output = execFileSync("sh", given, { encoding: "utf8", maxBuffer: 1e8 });
  const words = output.trim().split("\n").at(-1)?.split(" ") ?? [];
  return words.map(seconds).reduce((sum, one) => sum + one, 0) / repeats;
}

/** What a program prints. */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<string> {
  const { stdout } = await run(command, [...args], {
    ...options,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  return stdout;
}
