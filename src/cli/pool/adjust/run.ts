/** `poolsim pool adjust`: a correction by hand, of a worker that is in the books. */
import { InputError } from "../../../core/errors.js";
import { pendingAccount } from "../../../pool/books/accounts.js";
import { adjust } from "../../../pool/books/adjust.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, print } from "../shared/output.js";

export interface AdjustFlags extends BooksFlags, AuthorFlags {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly id: string;
}

/** @throws InputError (`ADJUST`, `ADDRESS`, `USAGE`) */
export function poolAdjust(flags: AdjustFlags, terminal: Terminal): number {
  const { nodeType, region, amount: wei, reason, id } = flags;
  assertText("--id", id, 128);
  assertText("--reason", reason, 1_000);
  const author = authorOf(flags);
  const who = { address: addressAt({ "--address": flags.address }, "--address"), nodeType, region };
  return withBooks(flags.db, "write", (store) => {
    assertKnown(store, who);
    const entry = adjust(store, { ...who, wei, reason, id, author, nowMs: Date.now() });
    const owedWei = store.ledger.balance(pendingAccount(who));
    const shown = { id, isNew: entry !== null, entry: entry?.sequence ?? null, owedWei };
    print(terminal, flags, shown, () => [
      entry === null
        ? `${id} was entered before: nothing changed. The worker is owed ${bothText(owedWei)} there.`
        : `Entry ${entry.sequence}: ${bothText(wei)}. The worker is owed ${bothText(owedWei)} there now.`,
    ]);
    return EXIT.ok;
  });
}

/** A mistyped address would be owed money that nobody can be paid. */
function assertKnown(
  store: PoolStore,
  { address, nodeType, region }: { address: string; nodeType: string; region: string },
): void {
  const rows = store.workers.list(address);
  if (rows.some((row) => row.nodeType === nodeType && row.region === region)) return;
  const places = rows.map((row) => `${row.nodeType} in ${row.region}`);
  const where =
    places.length === 0 ? "" : ` as ${nodeType} in ${region}, but as ${places.join(", ")}`;
  throw new InputError(`--address ${address}: it is not in these books${where}`, {
    code: "ADJUST",
  });
}
