/** The files of events at a path, and those that can't be read. */
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../../core/errors.js";
import type { SkippedFile } from "./import-result.js";
import { holdsEvents, unreadName } from "./names.js";

export interface FoundFiles {
  readonly files: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * A file itself, or of a directory all files of events below it, by name. Links are followed, each
 * directory once.
 *
 * @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`)
 */
export async function filesOf(path: string): Promise<FoundFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(`${path}: there is no such file`, { code: "FILE_MISSING", cause });
  });
  if (!found.isDirectory()) return { files: [path], skipped: [] };
  const files: string[] = [];
  const skipped: SkippedFile[] = [];
  const seen = new Set<string>();
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const here = folder;
    const real = await readable(here, () => realpath(here));
    if (seen.has(real)) continue;
    seen.add(real);
    for (const entry of await readable(here, () => readdir(here, { withFileTypes: true }))) {
      const file = join(here, entry.name);
      if (entry.isDirectory()) folders.push(file);
      else if (entry.isFile()) add(file);
      else if (entry.isSymbolicLink()) {
        const target = await stat(file).catch(() => null);
        if (target?.isDirectory() === true) folders.push(file);
        else if (target?.isFile() === true) add(file);
        else if (holdsEvents(file)) skipped.push({ file, why: "it links to nothing" });
      } else if (holdsEvents(file)) skipped.push({ file, why: "it is no file" });
    }
  }
  return { files: files.sort(), skipped };

  function add(file: string): void {
    if (holdsEvents(file)) files.push(file);
    else {
      const why = unreadName(file);
      if (why !== null) skipped.push({ file, why });
    }
  }
}

/** What the file system refuses, in our words. */
export async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    const code = "code" in cause ? String(cause.code) : cause.message;
    throw new InputError(`${path}: it cannot be read (${code})`, {
      code: "FILE_UNREADABLE",
      cause,
    });
  }
}
