/** `poolsim pool payouts approve <batch>`: what `--approve manual` waits for. */
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import { approveBatch, batchOf } from "../../../pool/payouts/index.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, print } from "../shared/output.js";

/** @throws InputError (`PAYOUT_BATCH`, `USAGE`) */
export function approvePayouts(
  [word, text]: readonly [word: string, batch: string | undefined],
  flags: BooksFlags & AuthorFlags & { readonly reason?: string; readonly send: boolean },
  terminal: Terminal,
): number {
  const id = /^\d{1,15}$/.test(text ?? "") ? Number(text) : null;
  if (word !== "approve" || id === null) {
    throw new InputError("expected approve <batch>, the number that pool payouts shows", {
      code: "USAGE",
    });
  }
  if (flags.send) {
    throw new InputError("approve: expected no --send; the next payouts pay it", { code: "USAGE" });
  }
  const { reason } = flags;
  if (reason === undefined) {
    throw new InputError("--reason: expected why; it is kept", { code: "USAGE" });
  }
  const authored = authoredOf({ ...flags, reason });
  return withBooks(flags.db, "write", (store) => {
    const isNew = approveBatch(store, id, authored);
    const lines = [...(batchOf(store, id)?.lines ?? [])];
    const wei = lines.reduce((sum, [, one]) => sum + one, 0n);
    print(terminal, flags, { batch: id, isNew, payouts: lines.length, wei }, () => [
      isNew
        ? `Batch ${id} is approved: ${counted(lines.length, "payout")}, ${bothText(wei)}. The next payouts pay it.`
        : `Batch ${id} was approved before: nothing changed.`,
    ]);
    return EXIT.ok;
  });
}
