/** `poolsim pool verify`: derives the books again from their events, in a file that is thrown away. */
import { counted } from "../../core/wording.js";
import { verifyBooks } from "../../pool/verify.js";
import { EXIT } from "../failure.js";
import type { BooksFlags } from "../pool/flags.js";
import { withBooks } from "../pool/open-books.js";
import { print } from "../pool/output.js";
import { withScratchStore } from "../pool/scratch-store.js";
import type { Terminal } from "../terminal.js";

/** @returns 1 if something is wrong */
export function poolVerify(flags: BooksFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) =>
    withScratchStore((fresh) => {
      const result = verifyBooks(store, fresh);
      const { events, entries, rounds, accounts, wrong } = result;
      const isRight = wrong.length === 0;
      print(terminal, flags, { isRight, ...result }, () => [
        `${counted(events, "event")}, ${counted(entries, "entry", "entries")}, ` +
          `${counted(rounds, "closed round")} and ${counted(accounts, "account")} derived again`,
        isRight ? "The books are right." : wrong.join("\n"),
      ]);
      return isRight ? EXIT.ok : EXIT.expectationFailed;
    }),
  );
}
