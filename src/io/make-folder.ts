/** Folders that may be there already. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { systemCode } from "../core/system-error.js";

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` never returns where a file
 * system says of a folder that is there that it is not, as `/proc` does.
 *
 * @param mode of each folder that is made
 * @throws the system's error
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  let at = resolve(path);
  while (!isThere(at) && dirname(at) !== at) {
    missing.push(at);
    at = dirname(at);
  }
  // What is there and is no folder is refused by the system.
  if (missing.length === 0) missing.push(at);
  for (const folder of missing.reverse()) makeOne(folder, mode);
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const isMade = systemCode(error) === "EEXIST" && isFolder(folder);
    if (!isMade) throw error;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
