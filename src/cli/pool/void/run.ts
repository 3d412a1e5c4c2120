/** `poolsim pool void`: takes a job out of the books. */
import { pendingAccount } from "../../../pool/books/accounts.js";
import { voidJob } from "../../../pool/books/decide.js";
import { decodeStoredEvent } from "../../../pool/books/events/stored.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import { eventOf } from "../shared/event-of.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, print } from "../shared/output.js";

export interface VoidFlags extends BooksFlags {
  readonly reason: string;
}

/** @throws InputError (`DECISION`, `USAGE`) */
export function poolVoid(
  text: string,
  { reason, ...flags }: VoidFlags,
  terminal: Terminal,
): number {
  assertText("--reason", reason, 1_000);
  return withBooks(flags.db, "write", (store) => {
    const event = eventOf(store, text);
    const { isNew, address, feesWei, countedIn } = voidJob(store, {
      event,
      reason,
      nowMs: Date.now(),
    });
    const job = store.events.get(event);
    const place = job === null ? null : decodeStoredEvent(job);
    const owedWei =
      address === null || place?.type !== "job-processed"
        ? 0n
        : store.ledger.balance(
            pendingAccount({ address, nodeType: place.job, region: place.region }),
          );
    print(terminal, flags, { event, isNew, address, feesWei, countedIn, owedWei }, () => [
      isNew
        ? `Event ${event} is void: ${bothText(feesWei)} less.`
        : `Event ${event} was void before: nothing changed.`,
      address === null ? "" : `${address} is owed ${bothText(owedWei)} there now.`,
      owedWei < 0n
        ? "That is less than 0, as it was paid or is on its way: what the worker earns next makes up for it."
        : "",
      countedIn === null
        ? ""
        : `Its work was counted in round ${countedIn}, whose split stays: poolsim pool adjust corrects it.`,
    ]);
    return EXIT.ok;
  });
}
