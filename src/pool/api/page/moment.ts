/** What many answers need of the books, looked up once in a while. */
import { type Hold, holdsAt } from "../../books/holds.js";
import type { PresenceRow, WorkerRow } from "../../books/store/store.js";
import type { PageBooks } from "./options.js";

/** The books at a moment, by address. */
export interface Moment {
  /** What each is owed, wei. */
  readonly pending: ReadonlyMap<string, bigint>;
  /** What is on its way to each, wei. */
  readonly inPayout: ReadonlyMap<string, bigint>;
  /** What each received, wei. */
  readonly paid: ReadonlyMap<string, bigint>;
  readonly presence: ReadonlyMap<string, PresenceRow>;
  readonly names: ReadonlyMap<string, string>;
  /** Who is left out of payouts. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** Where each worked. */
  readonly places: ReadonlyMap<string, readonly WorkerRow[]>;
}

export function momentOf(books: PageBooks, nowMs: number): Moment {
  const places = new Map<string, WorkerRow[]>();
  for (const row of books.workers.list()) {
    const own = places.get(row.address);
    if (own === undefined) places.set(row.address, [row]);
    else own.push(row);
  }
  return {
    pending: byAddress(books, "pending:"),
    inPayout: byAddress(books, "inPayout:"),
    paid: byAddress(books, "paid:"),
    presence: new Map(books.workers.presence().map((row) => [row.address, row])),
    names: new Map(books.names.list().map(({ address, name }) => [address, name])),
    holds: new Map(holdsAt(books, nowMs).map((hold) => [hold.address, hold])),
    places,
  };
}

function byAddress(books: PageBooks, prefix: string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, inWei, outWei } of books.ledger.flows(prefix)) {
    const [, address = ""] = account.split(":");
    sums.set(address, (sums.get(address) ?? 0n) + inWei - outWei);
  }
  return sums;
}

/** All of them together. */
export function total(sums: ReadonlyMap<string, bigint>): bigint {
  return [...sums.values()].reduce((sum, wei) => sum + wei, 0n);
}
