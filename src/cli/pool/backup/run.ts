/** `poolsim pool backup`: a copy of the books. */
import { grouped } from "../../../core/wording.js";
import { copyBooks } from "../../../pool/operate/jobs/backup-job.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { checkBooks, named } from "../shared/open-books.js";
import { print } from "../shared/output.js";

/** @throws InputError (`BACKUP`, `DATABASE_MISSING`); RemoteError (`SQLITE_…`) */
export function poolBackup(file: string, flags: BooksFlags, terminal: Terminal): number {
  checkBooks(flags.db, "read");
  try {
    const bytes = copyBooks(flags.db, file);
    print(terminal, flags, { file, bytes }, () => [`${file}: ${grouped(bytes)} bytes`]);
    return EXIT.ok;
  } catch (error) {
    throw named(flags.db, error);
  }
}
