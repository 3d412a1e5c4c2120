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
import { basename, dirname, join, relative, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { Terminal } from "./terminal.js";

function unwritable(option: string, target: string, error: unknown): InputError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const why = code === "ENOENT" ? "its folder does not exist" : `it cannot be written (${code})`;
  return new InputError(`${option} ${target}: ${why}`, { code: "JSON_TARGET", cause: error });
}

/** The file that a path leads to, whatever links are on the way and however it is spelled. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(resolve(path))), basename(resolve(path)));
    } catch {
      return resolve(path);
    }
  }
}

/** Whether a file is one of the inputs, or lies in a folder that is one. */
function isAmong(target: string, inputs: readonly string[]): boolean {
  const place = placeOf(target);
  return inputs.some((input) => {
    const from = placeOf(input);
    if (from === place) return true;
    if (statSync(from, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
    const within = relative(from, place);
    return !within.startsWith("..") && statSync(place, { throwIfNoEntry: false }) !== undefined;
  });
}

/** Whether two targets are one file. */
export function isSameTarget(one: string, other: string): boolean {
  if (one === "-" || other === "-") return one === other;
  return placeOf(one) === placeOf(other);
}

/**
 * Finds out before a long run whether the result can be written.
 *
 * @param inputs files that must not be overwritten; of a folder what is in it
 * @param option that the target was given with, for messages
 * @throws InputError (`JSON_TARGET`)
 */
export function checkJsonTarget(
  target: string,
  inputs: readonly string[],
  option = "--json",
): void {
  if (target === "-") return;
  try {
    const fault = faultOf(target);
    if (fault !== null)
      throw new InputError(`${option} ${target}: ${fault}`, { code: "JSON_TARGET" });
    if (!isAmong(target, inputs)) return;
  } catch (error) {
    throw error instanceof InputError ? error : unwritable(option, target, error);
  }
  throw new InputError(`${option} ${target}: it is one of the inputs`, { code: "JSON_TARGET" });
}

/** Why nothing can be written there; null = it seems to be possible. */
function faultOf(target: string): string | null {
  if (target === "") return "expected the name of a file";
  if (!statSync(dirname(target)).isDirectory()) return "its folder is a file";
  const found = statSync(target, { throwIfNoEntry: false });
  return found?.isDirectory() ? "it is a folder, expected a file" : null;
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
  if (target === "-") stdout.write(text);
  else writeTarget(target, text, option);
}

/**
 * Writes a file that appears whole or not at all: beside its place, and then renamed.
 *
 * @throws InputError (`JSON_TARGET`)
 */
export function writeTarget(target: string, text: string, option: string): void {
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
