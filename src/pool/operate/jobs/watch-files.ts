/** The sensor of `import`: tells when something changes where files of events arrive. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Several changes at once are one arrival; a file that is being written is given time to grow. */
const SETTLE_MS = 500;

/**
 * Watches files and folders until the signal aborts. Where the system cannot watch one, its arrivals
 * are found by the interval alone.
 *
 * @param paths files and folders; of a file that is not there yet its folder is watched
 */
export async function watchFiles(
  paths: readonly string[],
  arrived: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (paths.length === 0) return;
  let settling: NodeJS.Timeout | undefined;
  const changed = (): void => {
    settling ??= setTimeout(() => {
      settling = undefined;
      if (!signal.aborted) arrived();
    }, SETTLE_MS);
  };
  const watchers = paths.flatMap((path) => watcherOf(path, changed) ?? []);
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  clearTimeout(settling);
  for (const watcher of watchers) watcher.close();
}

function watcherOf(path: string, changed: () => void): FSWatcher | null {
  try {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const name = basename(path);
    const watcher = watch(isFolder ? path : dirname(path), (_, file) => {
      if (isFolder || file === null || file === name) changed();
    });
    // A folder that is removed: the next poll says so.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
