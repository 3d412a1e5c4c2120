/**
 * Books in a file for the time of some work. Its name is taken away as soon as it is open: however
 * the process ends, the disk gets its space back.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";

/** Does some work with empty books, which nobody sees afterwards. */
export function withScratchStore<T>(work: (store: SqlitePoolStore) => T): T {
  const folder = mkdtempSync(join(tmpdir(), `poolsim-scratch-${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const store = new SqlitePoolStore({ path: join(folder, "books.db"), isScratch: true });
    try {
      // Windows keeps files that are open.
      if (process.platform !== "win32") remove();
      return work(store);
    } finally {
      store.close();
    }
  } finally {
    remove();
  }
}
