/** `poolsim pool move`: what a worker is owed becomes another address's. */
import { movePending } from "../../../pool/books/move.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, print } from "../shared/output.js";
import { assertInBooks, assertNoSlip, payeeAddress } from "../shared/payee.js";

export interface MoveFlags extends BooksFlags, AuthorFlags {
  readonly reason: string;
}

/** @throws InputError (`ACT`, `ADDRESS`, `USAGE`) */
export function poolMove(
  fromText: string,
  toText: string,
  flags: MoveFlags,
  terminal: Terminal,
): number {
  const authored = authoredOf(flags);
  const from = payeeAddress(fromText, "old");
  const to = payeeAddress(toText, "new");
  return withBooks(flags.db, "write", (store) => {
    assertInBooks(store, from, "old");
    assertNoSlip(store, toText, "new");
    const { act, wei, underWayWei } = movePending(store, { from, to, ...authored });
    print(terminal, flags, { act, from, to, wei, underWayWei }, () => [
      `${bothText(wei)} moved from ${from} to ${to} (act ${act}).`,
      `${from} is held: what still comes for it waits. Move it again, or pool release.`,
      underWayWei > 0n
        ? `${bothText(underWayWei)} are on their way to ${from} already: that can't be called back.`
        : "",
    ]);
    return EXIT.ok;
  });
}
