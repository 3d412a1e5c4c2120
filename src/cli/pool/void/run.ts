/** `poolsim pool void`: takes a job, a win or a redemption out of the books. */
import { pendingAccount } from "../../../pool/books/accounts.js";
import { type VoidedEvent, voidEvent } from "../../../pool/books/decide.js";
import { decodeStoredEvent } from "../../../pool/books/events/stored.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import { type AuthorFlags, authorOf } from "../shared/author.js";
import { eventOf } from "../shared/event-of.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { bothText, print } from "../shared/output.js";

export interface VoidFlags extends BooksFlags, AuthorFlags {
  readonly reason: string;
}

/** @throws InputError (`DECISION`, `USAGE`) */
export function poolVoid(
  text: string,
  { reason, ...flags }: VoidFlags,
  terminal: Terminal,
): number {
  assertText("--reason", reason, 1_000);
  const author = authorOf(flags);
  return withBooks(flags.db, "write", (store) => {
    const event = eventOf(store, text);
    const done = voidEvent(store, { event, reason, author, nowMs: Date.now() });
    if (done.kind === "job") printJob(store, { ...done, event }, flags, terminal);
    else printTicket(store, { ...done, event }, flags, terminal);
    return EXIT.ok;
  });
}

type Done<Kind> = Extract<VoidedEvent, { readonly kind: Kind }> & { readonly event: number };

const BEFORE = "was void before: nothing changed.";
const BELOW_ZERO =
  "is less than 0, as it was paid or is on its way: what the worker earns next makes up for it.";

function printJob(store: PoolStore, done: Done<"job">, flags: BooksFlags, terminal: Terminal) {
  const { event, isNew, address, feesWei, countedIn } = done;
  const job = store.events.get(event);
  const place = job === null ? null : decodeStoredEvent(job);
  const owedWei =
    address === null || place?.type !== "job-processed"
      ? 0n
      : store.ledger.balance(
          pendingAccount({ address, nodeType: place.job, region: place.region }),
        );
  print(terminal, flags, { event, isNew, address, feesWei, countedIn, owedWei }, () => [
    isNew ? `Event ${event} is void: ${bothText(feesWei)} less.` : `Event ${event} ${BEFORE}`,
    address === null ? "" : `${address} is owed ${bothText(owedWei)} there now.`,
    owedWei < 0n ? `That ${BELOW_ZERO}` : "",
    countedIn === null
      ? ""
      : `Its work was counted in round ${countedIn}, whose split stays: poolsim pool adjust corrects it.`,
  ]);
}

function printTicket(
  store: PoolStore,
  done: Done<"ticket">,
  flags: BooksFlags,
  terminal: Terminal,
) {
  const { event, isNew, faceValueWei, incomeWei, walletWei, round, waitingWei } = done;
  const takenBack = done.takenBack.map(({ account, wei }) => {
    return { account, wei, leftWei: store.ledger.balance(account) };
  });
  const shown = { event, isNew, faceValueWei, incomeWei, walletWei, round, takenBack, waitingWei };
  const isShort = takenBack.some(
    ({ account, leftWei }) => account !== "commission" && leftWei < 0n,
  );
  print(terminal, flags, shown, () => [
    isNew
      ? `Event ${event} is void, of a ticket of ${bothText(faceValueWei)}.`
      : `Event ${event} ${BEFORE}`,
    [
      incomeText(done),
      walletWei === 0n ? "" : `The wallet's account changes by ${bothText(walletWei)}.`,
      ...takenBack.map(
        ({ account, wei, leftWei }) =>
          `${account} gave back ${bothText(wei)} and has ${bothText(leftWei)} now.`,
      ),
    ]
      .filter((line) => line !== "")
      .join("\n"),
    isShort ? `What ${BELOW_ZERO}` : "",
    round === null ? "" : `The work that round ${round} counted stays counted.`,
    waitingWei === 0n
      ? ""
      : `${bothText(waitingWei)} more than that round had split: what tickets bring next makes up for it.`,
  ]);
}

function incomeText({ isNew, incomeWei, round }: Done<"ticket">): string {
  if (!isNew) return "";
  if (incomeWei === 0n) return "The income of rounds stays as it was.";
  if (incomeWei > 0n)
    return `Rounds have ${bothText(incomeWei)} more to split: two tickets, not one.`;
  return round === null
    ? `Rounds have ${bothText(-incomeWei)} less to split; no closed one had split it.`
    : `Round ${round} had split it: ${bothText(-incomeWei)} are taken back out of its shares.`;
}
