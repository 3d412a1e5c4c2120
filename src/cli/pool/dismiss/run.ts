/** `poolsim pool dismiss`: pieces in quarantine that are nothing. */
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { dismissPiece } from "../../../pool/books/dismiss.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { print } from "../shared/output.js";

export interface DismissFlags extends BooksFlags, AuthorFlags {
  readonly piece?: readonly number[];
  readonly undo: boolean;
  readonly reason: string;
}

/** All of them or none. @throws InputError (`ACT`, `USAGE`) */
export function poolDismiss(flags: DismissFlags, terminal: Terminal): number {
  const { piece: pieces = [], undo: isUndone } = flags;
  if (pieces.length === 0) throw new InputError("--piece: expected which ones", { code: "USAGE" });
  const authored = authoredOf(flags);
  return withBooks(flags.db, "write", (store) => {
    const changed = store.transaction(() =>
      pieces.filter((piece) => dismissPiece(store, { piece, isUndone, ...authored })),
    );
    const waiting = store.quarantine.count();
    print(terminal, flags, { pieces, changed: changed.length, waiting }, () => [
      `${counted(changed.length, "piece")} ${isUndone ? "waiting again" : "dismissed"}; ${waiting} in quarantine.`,
    ]);
    return EXIT.ok;
  });
}
