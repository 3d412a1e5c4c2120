/** `poolsim pool acts`: what operators did by hand. */
import { utcText } from "../../../core/utc.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, print, shortened, titled } from "../shared/output.js";

export interface ActsFlags extends BooksFlags {
  readonly about?: string;
  readonly limit: number;
}

export function poolActs(flags: ActsFlags, terminal: Terminal): number {
  const { about, limit } = flags;
  return withBooks(flags.db, "read", (store) => {
    const rows = store.acts.list({ subject: about, limit });
    print(terminal, flags, { acts: rows }, () => [
      rows.length === 0
        ? "Nothing was done by hand."
        : titled(
            "Done by hand, newest first",
            columnsOf(
              rows,
              { head: "act", cell: ({ id }) => String(id) },
              { head: "time", align: "left", cell: ({ atMs }) => utcText(atMs) },
              { head: "what", align: "left", cell: ({ kind }) => kind },
              { head: "about", align: "left", cell: ({ subject }) => shortened(subject, 44) },
              { head: "by", align: "left", cell: ({ author }) => shortened(author, 20) },
              { head: "why", align: "left", cell: ({ reason }) => shortened(reason, 80) },
            ),
            terminal,
          ),
    ]);
    return EXIT.ok;
  });
}
