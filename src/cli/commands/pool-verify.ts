/** `poolsim pool verify`: derives the books again from their events, in a file that is thrown away. */
import { RemoteError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { verifyBooks } from "../../pool/verify.js";
import { EXIT } from "../failure.js";
import { examine } from "../pool/examine.js";
import type { BooksFlags } from "../pool/flags.js";
import { fileKind, withBooks } from "../pool/open-books.js";
import { print } from "../pool/output.js";
import { withScratchStore } from "../pool/scratch-store.js";
import type { Terminal } from "../terminal.js";

/** @returns 1 if something is wrong, the file itself included */
export function poolVerify(flags: BooksFlags, terminal: Terminal): number {
  const damage = damageOf(flags.db);
  if (damage.length > 0) return reportDamage(damage, flags, terminal);
  try {
    return derived(flags, terminal);
  } catch (error) {
    // What the look at the file let pass.
    const isDamage = error instanceof RemoteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code);
    if (!isDamage) throw error;
    return reportDamage([error.message], flags, terminal);
  }
}

/** Of a file that is or was one of books; of any other, opening it tells what it is. */
function damageOf(db: string): string[] {
  const kind = fileKind(db);
  if (kind === "damaged") return ["its beginning is not that of an SQLite file"];
  return kind === "database" ? examine(db) : [];
}

function reportDamage(wrong: readonly string[], flags: BooksFlags, terminal: Terminal): number {
  print(terminal, flags, { isRight: false, isDamaged: true, wrong }, () => [
    `The file ${flags.db} is damaged: what it holds can't be trusted.`,
    wrong.join("\n"),
    "Keep the file, and go on from the last copy that verify finds right.",
  ]);
  return EXIT.expectationFailed;
}

function derived(flags: BooksFlags, terminal: Terminal): number {
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
