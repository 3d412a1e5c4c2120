/** `poolsim pool restore`: books from a backup, into a place where nothing is. */
import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { recordAct } from "../../../pool/books/acts.js";
import { verifyBooks } from "../../../pool/books/verify/verify.js";
import { backupBucket, getFile, isBucketUrl } from "../../../pool/operate/jobs/backup-bucket.js";
import { copyBooks, leftBeside, removeDatabase } from "../../../pool/operate/jobs/backup-job.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { assertLocked, lockPool } from "../shared/keeper.js";
import { checkBooks, named, withBooks } from "../shared/open-books.js";
import { lines, print } from "../shared/output.js";
import { withScratchStore } from "../shared/scratch-store.js";

export interface RestoreFlags extends BooksFlags, AuthorFlags {}

/**
 * Runs the command. Books that verify finds wrong, or that can't say that they are a backup's, are not left behind.
 *
 * @throws InputError (`BACKUP` where something is there already; `BOOKS_WRONG`)
 */
export async function poolRestore(
  backup: string,
  flags: RestoreFlags,
  terminal: Terminal,
): Promise<number> {
  const { db } = flags;
  const author = authorOf(flags);
  if (!isBucketUrl(backup)) checkBackup(backup);
  assertNothingAt(db);
  const lockFile = `${db}.lock`;
  const wasLocked = existsSync(lockFile);
  const lock = assertLocked(lockPool({ books: db }), { books: db });
  let isWhole = false;
  let isCopied = false;
  try {
    await copied(backup, db);
    isCopied = true;
    const found = withBooks(db, "read", (store) => ({
      ...withScratchStore((fresh) => verifyBooks(store, fresh)),
      payouts: store.payouts.payingWallets().length,
      lastAtMs: store.events.lastMs(),
    }));
    if (found.wrong.length > 0) {
      throw new InputError(`${backup}: these books are wrong: ${found.wrong[0]}`, {
        code: "BOOKS_WRONG",
      });
    }
    // What was paid since nobody here knows: before anything is paid, books that never paid ask.
    withBooks(db, "write", (store) => {
      const authored = { reason: `from ${backup}`, author, nowMs: Date.now() };
      store.transaction(() => recordAct(store, "restore", "books", authored));
    });
    isWhole = true;
    const { events, entries, payouts, lastAtMs } = found;
    print(terminal, flags, { db, events, entries, lastAtMs }, () => [
      lines(
        ["books", db],
        ["events", `${counted(events, "event")}, ${counted(entries, "entry", "entries")}`],
      ),
      "The books are right, as they were when the backup was made.",
      payouts === 0
        ? "No payment is in them: say from which wallet they were paid, poolsim pool bind, before they pay."
        : [
            "What was paid since then is not in them. Before anything is paid again:",
            `  poolsim pool verify --db ${db} --ethUrl … --adopt`,
            "Until then payouts are refused wherever the chain knows more than the books.",
          ].join("\n"),
    ]);
    return EXIT.ok;
  } catch (error) {
    throw named(db, error);
  } finally {
    // Books that don't say that they are a backup's would pay without a look at what was paid since.
    if (isCopied && !isWhole) removeDatabase(db);
    // While it is held: whoever got it in between would hold a lock that nobody sees.
    if (!isWhole && !wasLocked) removeDatabase(lockFile);
    lock.release();
  }
}

function assertNothingAt(db: string): void {
  // Whether it can be there at all: its name, its folder.
  if (!existsSync(db)) checkBooks(db, "create");
  const isThere = lstatSync(db, { throwIfNoEntry: false }) !== undefined;
  const left = isThere ? null : leftBeside(db);
  if (!isThere && left === null) return;
  const what = left === null ? "it" : `${left}, a part of the books that were there,`;
  throw new InputError(`--db ${db}: ${what} is there; expected a place where nothing is`, {
    code: "BACKUP",
  });
}

/** What it says of books is said of the backup here, and by the name that it was given. */
function checkBackup(file: string, name = file): void {
  try {
    checkBooks(file, "read");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message, cause } = error;
    const why = message.replace(`--db ${file}: `, "");
    const said = code === "DATABASE_MISSING" ? "there is no backup" : why;
    throw new InputError(`${name}: ${said}`, { code, cause: cause ?? error });
  }
}

/** The books of a backup, where nothing is. */
async function copied(backup: string, db: string): Promise<void> {
  if (!isBucketUrl(backup)) {
    copyBooks(backup, db);
    return;
  }
  const bucket = backupBucket(backup, process.env, "restore");
  const folder = mkdtempSync(join(tmpdir(), "poolsim-restore-"));
  const file = join(folder, "pool.db");
  try {
    await stoppable((signal) => getFile(file, bucket, { now: () => Date.now(), signal }));
    checkBackup(file, backup);
    copyBooks(file, db);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
