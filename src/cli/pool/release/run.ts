/** `poolsim pool release`: an address that was held is paid again. */
import { releaseAddress } from "../../../pool/books/holds.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { print } from "../shared/output.js";
import { payeeAddress } from "../shared/payee.js";

export interface ReleaseFlags extends BooksFlags, AuthorFlags {
  readonly reason: string;
}

/** @throws InputError (`ADDRESS`, `USAGE`) */
export function poolRelease(text: string, flags: ReleaseFlags, terminal: Terminal): number {
  const authored = authoredOf(flags);
  const address = payeeAddress(text, "address");
  return withBooks(flags.db, "write", (store) => {
    const isNew = releaseAddress(store, { address, ...authored });
    print(terminal, flags, { address, isNew }, () => [
      isNew ? `${address} is paid again.` : `${address} was not held: nothing changed.`,
    ]);
    return EXIT.ok;
  });
}
