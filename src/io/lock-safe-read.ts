/**
 * Reads the beginning of a database's file, or of its index (`-shm`), while SQLite may hold locks on
 * it. By POSIX, whoever closes any descriptor of a file gives up all locks of the whole process on it,
 * those of SQLite's connections included: then another process may write at the same time, or take the
 * log away, and what is committed is lost. So descriptors stay open, one for each file, until the
 * file itself is gone. (https://www.sqlite.org/howtocorrupt.html, 2.2)
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Descriptors by device and inode. */
const kept = new Map<string, number>();

/** Windows knows no such thing, and does not let files go that are open. */
const IS_POSIX = process.platform !== "win32";

/**
 * The first bytes of a file, fewer where it is shorter.
 *
 * @param bytesMax how many
 * @throws what `fs` throws where it can't be opened or read
 */
export function readBeginning(path: string, bytesMax: number): Buffer {
  const bytes = Buffer.alloc(bytesMax);
  const descriptor = descriptorOf(path);
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytesMax, 0));
  } finally {
    if (!IS_POSIX) closeSync(descriptor);
  }
}

function descriptorOf(path: string): number {
  if (!IS_POSIX) return openSync(path, "r");
  forgetRemoved();
  const known = kept.get(nameOf(statSync(path)));
  if (known !== undefined) return known;
  const opened = openSync(path, "r");
  const name = nameOf(fstatSync(opened));
  // Another file came in its place meanwhile, which is known: this descriptor stays open beside it.
  if (!kept.has(name)) kept.set(name, opened);
  return opened;
}

/** Nobody opens a file any more that has no name: its locks keep nobody from anything. */
function forgetRemoved(): void {
  for (const [name, descriptor] of kept) {
    if (fstatSync(descriptor).nlink > 0) continue;
    closeSync(descriptor);
    kept.delete(name);
  }
}

function nameOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
