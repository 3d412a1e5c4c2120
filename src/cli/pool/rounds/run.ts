/** `poolsim pool rounds`: closed rounds and tickets; with `--close`, closes one. */

import { InputError } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { counted } from "../../../core/wording.js";
import { closeRound } from "../../../pool/books/close-round.js";
import { readSettings } from "../../../pool/books/settings.js";
import type { PoolStore, TicketRow } from "../../../pool/books/store/store.js";
import { writtenOff } from "../../../pool/books/write-off.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, eth, print, titled } from "../shared/output.js";

export interface RoundsFlags extends BooksFlags {
  readonly close?: number;
}

const TICKETS_SHOWN = 20;
/** Two years and more: no later round could be closed before the chain is there. */
const AHEAD_MAX = 1_000;

/** @throws InputError (`USAGE`, `ROUND_CLOSED`, `ROUND_SCHEME`, `COMMISSION_NONE`) */
export function poolRounds(flags: RoundsFlags, terminal: Terminal): number {
  const { close, db } = flags;
  return withBooks(db, close === undefined ? "read" : "write", (store) => {
    const closed = close === undefined ? "" : closeOne(store, close);
    const rounds = store.rounds.list().map(({ lastEvent: _, ...round }) => round);
    const tickets = store.tickets.list();
    const off = writtenOff(store);
    print(terminal, flags, { rounds, tickets: tickets.map(ticketShown), writtenOff: off }, () => [
      closed,
      rounds.length === 0
        ? noRounds(store, db)
        : titled(
            "Rounds",
            columnsOf(
              rounds,
              { head: "round", cell: ({ round }) => String(round) },
              { head: "closed", align: "left", cell: ({ closedAtMs }) => utcText(closedAtMs) },
              { head: "tickets, ETH", cell: ({ incomeWei }) => eth(incomeWei) },
              { head: "workers, ETH", cell: ({ sharedWei }) => eth(sharedWei) },
              { head: "commission, ETH", cell: ({ commissionWei }) => eth(commissionWei) },
            ),
            terminal,
          ),
      constantText(store),
      ticketsText(tickets, terminal),
      off.length === 0
        ? ""
        : `${counted(off.length, "ticket")} written off: poolsim pool write-off --db ${db} shows ${off.length === 1 ? "it" : "them"}.`,
    ]);
    return EXIT.ok;
  });
}

function closeOne(store: PoolStore, round: number): string {
  const before = store.rounds.list().find((row) => row.round === round);
  const last = store.rounds.last();
  if (last !== null && round > last.round + AHEAD_MAX) {
    throw new InputError(
      `--close ${round}: the last round that was closed is ${last.round}; expected at most ${last.round + AHEAD_MAX}`,
      { code: "USAGE" },
    );
  }
  const { incomeWei, sharedWei, commissionWei, entrySequence, closedAtMs } = closeRound(store, {
    round,
    nowMs: Date.now(),
  });
  if (before !== undefined) {
    return `Round ${round} was closed before, at ${utcText(closedAtMs)}: nothing changed.`;
  }
  if (entrySequence === null) {
    return `Round ${round} is closed with nothing to split: no ticket was won since the last split, or nobody worked. What there is counts in the next.`;
  }
  const postings = store.ledger.entry(entrySequence)?.postings ?? [];
  const paid = postings.filter(({ to }) => to.startsWith("pending:"));
  const workers = new Set(paid.map(({ to }) => to.split(":")[1])).size;
  return (
    `Round ${round} is closed: of ${eth(incomeWei)} ETH, ${eth(sharedWei)} went to ` +
    `${counted(workers, "worker")}, ${eth(commissionWei)} to the commission.`
  );
}

function noRounds(store: PoolStore, db: string): string {
  const isPerJob =
    store.setting("commission") !== null && readSettings(store).scheme.basis === "fees";
  return isPerJob
    ? "These books pay per job: there are no rounds to close."
    : `No round is closed yet: poolsim pool rounds --close <n> --db ${db} splits what tickets brought.`;
}

/** What no event says is a setting, and whoever reads the shares should know. */
function constantText(store: PoolStore): string {
  if (store.setting("commission") === null) return "";
  const { scheme, renditions } = readSettings(store);
  return scheme.basis === "fees"
    ? ""
    : `Renditions: a job whose event does not say how many it had counts as the constant ${renditions}.`;
}

function ticketShown({ ticket: _, ...row }: TicketRow) {
  return { ...row, isClaimed: row.state === "redeemed" };
}

function ticketsText(tickets: readonly TicketRow[], terminal: Terminal): string {
  if (tickets.length === 0) return "No ticket is known.";
  const more = tickets.length - TICKETS_SHOWN;
  const list = titled(
    `Tickets: ${countsOf(tickets)}`,
    columnsOf(
      tickets.slice(0, TICKETS_SHOWN),
      { head: "won", align: "left", cell: ({ wonAtMs }) => utcText(wonAtMs) },
      { head: "ETH", cell: ({ faceValueWei }) => eth(faceValueWei) },
      { head: "state", align: "left", cell: ({ state }) => STATES[state] },
      {
        head: "gas, ETH",
        cell: ({ gasFeesWei }) => (gasFeesWei === null ? "" : eth(gasFeesWei)),
      },
      { head: "transaction", align: "left", rank: 1, cell: ({ txHash }) => txHash ?? "" },
    ),
    terminal,
  );
  return more > 0 ? `${list}\nand ${more} more: --json lists all` : list;
}

const STATES = { won: "not claimed", redeemed: "claimed", failed: "redemption failed" } as const;

function countsOf(tickets: readonly TicketRow[]): string {
  return (["won", "redeemed", "failed"] as const)
    .map((state) => [tickets.filter((row) => row.state === state).length, STATES[state]] as const)
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}
