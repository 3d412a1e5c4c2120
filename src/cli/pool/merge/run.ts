/** `poolsim pool merge`: what one address earns is paid to another. */
import { InputError } from "../../../core/errors.js";
import { endMerge, mergeAddresses, merges } from "../../../pool/books/move.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, print, titled } from "../shared/output.js";
import { assertInBooks, assertNoSlip, payeeAddress } from "../shared/payee.js";

export interface MergeFlags extends BooksFlags, AuthorFlags {
  readonly end: boolean;
  readonly reason?: string;
}

/** @throws InputError (`ACT`, `ADDRESS`, `USAGE`) */
export function poolMerge(
  fromText: string | undefined,
  toText: string | undefined,
  flags: MergeFlags,
  terminal: Terminal,
): number {
  if (fromText === undefined && !flags.end) return listed(flags, terminal);
  const { reason, end: isEnd } = flags;
  if (fromText === undefined || (toText === undefined) !== isEnd) {
    throw usage("expected two addresses, or one and --end");
  }
  if (reason === undefined) throw usage("--reason: expected why; it is kept");
  const authored = authoredOf({ ...flags, reason });
  const from = payeeAddress(fromText, "from");
  return withBooks(flags.db, "write", (store) => {
    if (toText === undefined) {
      const isNew = endMerge(store, { from, ...authored });
      print(terminal, flags, { from, isNew }, () => [
        isNew ? `What ${from} earns is its own again.` : `${from} was not merged: nothing changed.`,
      ]);
      return EXIT.ok;
    }
    const to = payeeAddress(toText, "to");
    assertInBooks(store, from, "from");
    assertNoSlip(store, toText, "to");
    const { act, wei } = mergeAddresses(store, { from, to, ...authored });
    print(terminal, flags, { act, from, to, wei }, () => [
      `What ${from} earns is paid to ${to} from now on (act ${act}); ${bothText(wei)} were pending.`,
    ]);
    return EXIT.ok;
  });
}

function listed(flags: MergeFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const rows = merges(store);
    print(terminal, flags, { merges: rows }, () => [
      rows.length === 0
        ? "No address is paid to another."
        : titled(
            "Paid to another address",
            columnsOf(
              rows,
              { head: "what this earns", align: "left", cell: ({ from }) => from },
              { head: "is paid to", align: "left", cell: ({ to }) => to },
              { head: "act", cell: ({ act }) => String(act) },
            ),
            terminal,
          ),
    ]);
    return EXIT.ok;
  });
}

function usage(message: string): InputError {
  return new InputError(message, { code: "USAGE" });
}
