/** Where kept entries lie, and whether what lies there can be one's own. */
import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { systemCode } from "../../core/system-error.js";

/** The part of the folder that holds the entries. */
export function entriesFolder(folder: string): string {
  return join(folder, "results");
}

/** What other tools look for beside the entries: git leaves them alone, and so do backups. */
export const LEFT_FILES: ReadonlyMap<string, string> = new Map([
  [".gitignore", "# Written by poolsim: what lies here can be computed again.\n*\n"],
  [
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# Written by poolsim. See https://bford.info/cachedir/\n",
  ],
]);

/** Whether a file or folder is this user's own, and nobody else's to write. */
export function isOwn({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  const { getuid } = process;
  // Windows has neither owners nor modes of this kind.
  return getuid === undefined || (uid === getuid() && (mode & 0o022) === 0);
}

function problemOf(path: string, isNamed: boolean): string | null {
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return "found a link, expected a folder";
    if (!stats.isDirectory()) return "found a file, expected a folder";
    if (!isNamed && !isOwn(stats))
      return "others may write to it, expected a folder of one's own, mode 0700";
    return null;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return null;
    return `it cannot be read (${code ?? String(error)})`;
  }
}

/**
 * @param folder of a store; need not exist
 * @param isNamed somebody vouches for what lies in it, whoever may write to it
 * @throws InputError (`KEPT_FOLDER`) for what is no folder, or one that others may write to
 */
export function checkFolder(folder: string, isNamed = false): void {
  for (const path of [folder, entriesFolder(folder)]) {
    const problem = problemOf(path, isNamed);
    if (problem === null) continue;
    throw new InputError(`kept results: ${path}: ${problem}`, { code: "KEPT_FOLDER" });
  }
}
