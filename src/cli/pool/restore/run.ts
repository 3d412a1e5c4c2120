/** `poolsim pool restore`: books from a backup, into a place where nothing is. */
import { rmSync } from "node:fs";
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { verifyBooks } from "../../../pool/books/verify/verify.js";
import { copyBooks } from "../../../pool/operate/jobs/backup-job.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { assertLocked, lockPool } from "../shared/keeper.js";
import { checkBooks, named, withBooks } from "../shared/open-books.js";
import { lines, print } from "../shared/output.js";
import { withScratchStore } from "../shared/scratch-store.js";

/**
 * Runs the command. Books that verify finds wrong are not left behind.
 *
 * @throws InputError (`BACKUP` where something is there already; `BOOKS_WRONG`)
 */
export async function poolRestore(
  backup: string,
  flags: BooksFlags,
  terminal: Terminal,
): Promise<number> {
  const { db } = flags;
  checkBooks(backup, "read");
  const lock = assertLocked(lockPool({ books: db }), { books: db });
  try {
    copyBooks(backup, db);
    const found = withBooks(db, "read", (store) => ({
      ...withScratchStore((fresh) => verifyBooks(store, fresh)),
      payouts: store.payouts.payingWallets().length,
      lastAtMs: store.events.lastMs(),
    }));
    if (found.wrong.length > 0) {
      rmSync(db, { force: true });
      throw new InputError(`${backup}: these books are wrong: ${found.wrong[0]}`, {
        code: "BOOKS_WRONG",
      });
    }
    const { events, entries, payouts, lastAtMs } = found;
    print(terminal, flags, { db, events, entries, lastAtMs }, () => [
      lines(
        ["books", db],
        ["events", `${counted(events, "event")}, ${counted(entries, "entry", "entries")}`],
      ),
      "The books are right, as they were when the backup was made.",
      payouts === 0
        ? ""
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
    lock.release();
  }
}
