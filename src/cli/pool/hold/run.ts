/** `poolsim pool hold`: leaves an address out of payouts, and shows who is left out. */
import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { inPayoutAccount } from "../../../pool/books/accounts.js";
import { type Hold, holdAddress, holdsAt } from "../../../pool/books/holds.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { type AuthorFlags, authoredOf } from "../shared/author.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, columnsOf, print, shortened, titled } from "../shared/output.js";
import { assertInBooks, payeeAddress } from "../shared/payee.js";

export interface HoldFlags extends BooksFlags, AuthorFlags {
  /** Ms since 1970. */
  readonly until?: number;
  readonly reason?: string;
}

/** @throws InputError (`ACT`, `ADDRESS`, `USAGE`) */
export function poolHold(text: string | undefined, flags: HoldFlags, terminal: Terminal): number {
  if (text === undefined) return listed(flags, terminal);
  const { reason, until: untilMs } = flags;
  if (reason === undefined) {
    throw new InputError("--reason: expected why; it is kept", { code: "USAGE" });
  }
  const authored = authoredOf({ ...flags, reason });
  const address = payeeAddress(text, "address");
  return withBooks(flags.db, "write", (store) => {
    assertInBooks(store, address, "address");
    const hold = holdAddress(store, { address, untilMs, ...authored });
    const underWayWei = store.ledger.balance(inPayoutAccount(address));
    print(terminal, flags, { ...shownOf(hold), underWayWei }, () => [
      `${address} is left out of payouts ${untilText(hold)}.`,
      underWayWei > 0n
        ? `${bothText(underWayWei)} are on their way already: that can't be called back.`
        : "",
    ]);
    return EXIT.ok;
  });
}

function listed(flags: HoldFlags, terminal: Terminal): number {
  return withBooks(flags.db, "read", (store) => {
    const holds = holdsAt(store, Date.now());
    print(terminal, flags, { holds: holds.map(shownOf) }, () => [
      holds.length === 0
        ? "Nobody is left out of payouts."
        : titled(
            "Left out of payouts",
            columnsOf(
              holds,
              { head: "address", align: "left", cell: ({ address }) => address },
              { head: "since", align: "left", cell: ({ sinceMs }) => utcText(sinceMs) },
              {
                head: "until",
                align: "left",
                cell: ({ untilMs }) => (untilMs === null ? "released" : utcText(untilMs)),
              },
              { head: "by", align: "left", cell: ({ author }) => shortened(author, 20) },
              { head: "why", align: "left", cell: ({ reason }) => shortened(reason, 80) },
            ),
            terminal,
          ),
    ]);
    return EXIT.ok;
  });
}

function shownOf({ address, untilMs, reason, author, sinceMs }: Hold) {
  return { address, atMs: sinceMs, untilAtMs: untilMs, reason, author };
}

function untilText({ untilMs }: Hold): string {
  return untilMs === null ? "until it is released" : `until ${utcText(untilMs)}`;
}
