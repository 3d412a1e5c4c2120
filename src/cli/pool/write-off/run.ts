/** `poolsim pool write-off`: tickets that won and will never be redeemed. */
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import type { VoidedTicket } from "../../../pool/books/void-ticket.js";
import {
  type WonTicket,
  waitingTickets,
  writeOffTicket,
  writtenOff,
} from "../../../pool/books/write-off.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import { eventOf } from "../shared/event-of.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, eth, print, shortened, titled } from "../shared/output.js";

export interface WriteOffFlags extends BooksFlags, AuthorFlags {
  readonly undo: boolean;
  readonly reason?: string;
}

/** @throws InputError (`DECISION`, `USAGE`) */
export function poolWriteOff(
  text: string | undefined,
  flags: WriteOffFlags,
  terminal: Terminal,
): number {
  if (text === undefined) return shown(flags, terminal);
  const { reason, undo: isUndone, db } = flags;
  if (reason === undefined) {
    throw new InputError("--reason: expected why; it is kept", { code: "USAGE" });
  }
  const authored = authoredOf({ ...flags, reason });
  return withBooks(db, "write", (store) => {
    const event = eventOf(store, text);
    const done = writeOffTicket(store, { event, isUndone, ...authored });
    const { takenBack, ...rest } = done;
    const left = takenBack.map(({ account, wei }) => {
      return { account, wei, leftWei: store.ledger.balance(account) };
    });
    print(terminal, flags, { event, ...rest, takenBack: left }, () => [
      doneText(done, event, isUndone),
      left
        .map(
          ({ account, wei, leftWei }) =>
            `${account} gave back ${bothText(wei)} and has ${bothText(leftWei)} now.`,
        )
        .join("\n"),
    ]);
    return EXIT.ok;
  });
}

function doneText(done: VoidedTicket, event: number, isUndone: boolean): string {
  const { isNew, faceValueWei, incomeWei, round } = done;
  const ticket = `The ticket of event ${event}, ${bothText(faceValueWei)},`;
  if (!isNew) return `${ticket} was so before: nothing changed.`;
  const what = isUndone ? `${ticket} waits for its redemption again.` : `${ticket} is written off.`;
  if (incomeWei === 0n) return `${what} The income of rounds stays as it was.`;
  if (incomeWei > 0n) return `${what} Rounds have ${bothText(incomeWei)} more to split.`;
  return round === null
    ? `${what} Rounds have ${bothText(-incomeWei)} less to split; no closed one had split it.`
    : `${what} Round ${round} had split it: ${bothText(-incomeWei)} are taken back out of its shares.`;
}

function shown(flags: WriteOffFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const [waiting, off] = [waitingTickets(store), writtenOff(store)];
    print(terminal, flags, { waiting, writtenOff: off }, () => [
      table("Won, and not redeemed", waiting, terminal) ?? "No ticket waits for its redemption.",
      table("Written off", off, terminal) ?? "",
    ]);
    return EXIT.ok;
  });
}

function table(title: string, rows: readonly WonTicket[], terminal: Terminal): string | null {
  if (rows.length === 0) return null;
  const columns = columnsOf(
    rows,
    { head: "event", cell: ({ event }) => String(event) },
    { head: "won", align: "left", cell: ({ wonAtMs }) => utcText(wonAtMs) },
    { head: "ETH", cell: ({ faceValueWei }) => eth(faceValueWei) },
    { head: "gateway", align: "left", rank: 1, cell: ({ sender }) => shortened(sender, 44) },
  );
  return titled(title, columns, terminal);
}
