/**
 * Files with secrets: keystores, passwords, keys of the API and of TLS. One rule for all: a file that
 * others than its owner may read is refused, and nothing is done with it.
 */
import { readFileSync, statSync } from "node:fs";
import { InputError } from "../core/errors.js";

const OTHERS_MAY = 0o077;

/**
 * @param flag what names the file on the command line
 * @param code of the error
 * @throws InputError if others may read or write it; not known of Windows, nor of pipes
 */
export function assertSecret(path: string, flag: string, code: string): void {
  if (process.platform === "win32") return;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || (found.mode & OTHERS_MAY) === 0) return;
  throw new InputError(`${flag} ${path}: others may read it; expected chmod 600`, { code });
}

/**
 * A short file.
 *
 * @throws InputError if it can't be read or is longer
 */
export function readShort(
  path: string,
  {
    flag,
    bytesMax,
    code,
  }: { readonly flag: string; readonly bytesMax: number; readonly code: string },
): Buffer {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) throw new Error(`${size} bytes long`);
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`${flag} ${path}: cannot be read (${why})`, { code, cause: error });
  }
}
