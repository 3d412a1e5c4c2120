/** Files with secrets: who else may read them. */
import { statSync } from "node:fs";

const OTHERS_MAY_READ = 0o077;

/** Whether others than its owner may read a file; not known of Windows, nor of pipes. */
export function isReadByOthers(path: string): boolean {
  if (process.platform === "win32") return false;
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & OTHERS_MAY_READ) !== 0;
}
