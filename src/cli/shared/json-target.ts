/** Where `--json` and other written forms go: stdout, or a file that appears whole or not at all. */
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { Terminal } from "./terminal.js";

function unwritable(option: string, target: string, error: unknown): InputError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const why = code === "ENOENT" ? "its folder does not exist" : `it cannot be written (${code})`;
  return new InputError(`${option} ${target}: ${why}`, { code: "JSON_TARGET", cause: error });
}

/**
 * Finds out before a long run whether the result can be written.
 *
 * @param inputs files that must not be overwritten
 * @param option that the target was given with, for messages
 * @throws InputError (`JSON_TARGET`)
 */
export function checkJsonTarget(
  target: string,
  inputs: readonly string[],
  option = "--json",
): void {
  if (target === "-") return;
  if (inputs.some((input) => resolve(input) === resolve(target))) {
    throw new InputError(`${option} ${target}: it is one of the inputs`, { code: "JSON_TARGET" });
  }
  let isDirectory = false;
  try {
    if (target === "") throw new Error("no name");
    if (!statSync(dirname(target)).isDirectory()) throw new Error("its folder is a file");
    isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    throw unwritable(option, target, error);
  }
  if (isDirectory) throw unwritable(option, target, new Error("is a directory"));
}

function writeWhole(path: string, text: string): void {
  const descriptor = openSync(path, "w", 0o666);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes the result: to a file beside the target that is then renamed.
 *
 * @throws InputError (`JSON_TARGET`)
 */
export function writeJson(
  target: string,
  text: string,
  { stdout }: Terminal,
  option = "--json",
): void {
  if (target === "-") {
    stdout.write(text);
    return;
  }
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    const path = found === undefined ? target : realpathSync(target);
    if (found !== undefined && !found.isFile()) {
      writeWhole(path, text);
      return;
    }
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      writeWhole(temporary, text);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw unwritable(option, target, error);
  }
}
