/** Reading files within limits. */

import { closeSync, openSync, readSync } from "node:fs";
import { grouped } from "../../core/wording.js";

/** Why a file could not be read, in words. */
export class FileProblem extends Error {}

/** Reads a file of at most so many bytes; throws {@link FileProblem} saying why it cannot. */
export type ReadFile = (path: string, bytesMax: number) => Uint8Array;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "is a directory, expected a file",
  EACCES: "may not be read (permission denied)",
  EPERM: "may not be read (permission denied)",
  ENOTDIR: "no such file (a part of its path is no directory)",
  ENAMETOOLONG: "no such file (the name is too long)",
  ELOOP: "no such file (its links lead in a circle)",
};

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? `may not be read (${code === "" ? String(error) : code})`;
}

const CHUNK = 65_536;

/**
 * Reads from the disk; pipes and devices too, which have no size of their own.
 *
 * @throws FileProblem
 */
export const readFileWithin: ReadFile = (path, bytesMax) => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const count = readSync(descriptor, chunk, 0, CHUNK, null);
      if (count === 0) return Buffer.concat(chunks, size);
      chunks.push(chunk.subarray(0, count));
      size += count;
      if (size > bytesMax) {
        throw new FileProblem(`found more than ${grouped(bytesMax)} bytes, expected at most that`);
      }
    }
  } catch (error) {
    throw error instanceof FileProblem ? error : new FileProblem(reason(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};
