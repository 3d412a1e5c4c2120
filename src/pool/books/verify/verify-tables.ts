/**
 * `verify`, what is kept beside the balances: single entries, AI jobs' owners, tickets, workers'
 * sums and where the next round goes on, each against what the events made again.
 */
import { ROUND_KEYS } from "../close-round.js";
import type { LedgerEntry } from "../ledger.js";
import type { PoolStore } from "../store/store.js";
import { UNSPLIT_KIND } from "../unsplit.js";

type Report = (sentence: string) => void;

const PAGE = 5_000;

/**
 * @param store the books
 * @param fresh what their events and rounds made again, events in the same places
 */
export function verifyTables(store: PoolStore, fresh: PoolStore, report: Report): void {
  const linked = verifyOwners(store, fresh, report);
  verifyEntries(store, fresh, linked, report);
  verifyTickets(store, fresh, report);
  verifyWorkers(store, fresh, report);
  for (const key of ROUND_KEYS) {
    if (store.setting(key) !== fresh.setting(key)) report(`${key} is not what closed rounds left`);
  }
}

/** @returns the events of AI jobs that are linked to their workers */
function verifyOwners(store: PoolStore, fresh: PoolStore, report: Report): ReadonlySet<number> {
  const linked = new Set<number>();
  for (let after = -1; ; ) {
    const [kept, again] = [
      store.reports.linkedJobs(after, PAGE),
      fresh.reports.linkedJobs(after, PAGE),
    ];
    const owners = new Map(kept.map(({ event, address }) => [event, address]));
    for (const { event, address } of again) {
      linked.add(event);
      const owner = owners.get(event);
      owners.delete(event);
      if (owner === address) continue;
      report(`job ${event} is kept as ${owner ?? "nobody"}'s, events say ${address ?? "nobody"}'s`);
    }
    for (const event of owners.keys()) report(`job ${event} is linked and should not be`);
    const last = again.at(-1);
    if (last === undefined) return linked;
    after = last.event;
  }
}

/** Entry by entry. Those of linked AI jobs depend on how events were cut: only their sums do not. */
function verifyEntries(
  store: PoolStore,
  fresh: PoolStore,
  linked: ReadonlySet<number>,
  report: Report,
): void {
  const again = eventEntries(fresh, linked);
  for (const entry of eventEntries(store, linked)) {
    const { value: due } = again.next();
    if (due !== undefined && textOf(due) === textOf(entry)) continue;
    // One that is missing or too many shifts all others.
    report(`entry ${entry.sequence} is not what ${entry.cause.kind} ${entry.cause.id} makes`);
    return;
  }
  const { value: due } = again.next();
  if (due !== undefined) report(`${due.cause.kind} ${due.cause.id} has no entry`);
}

const KINDS = new Set([
  "job-processed",
  "winning-ticket",
  "ticket-redeemed",
  "round",
  "void",
  UNSPLIT_KIND,
  "assign",
  "release",
]);

function* eventEntries(
  store: PoolStore,
  linked: ReadonlySet<number>,
): Generator<LedgerEntry, undefined> {
  for (const entry of store.ledger.journal) {
    const { kind, event } = entry.cause;
    if (!KINDS.has(kind) || entry.postings.length === 0) continue;
    if (event === undefined || !linked.has(event)) yield entry;
  }
}

function textOf({ cause: { kind, id, event }, atMs, postings }: LedgerEntry): string {
  const moves = postings.map(({ from, to, wei }) => `${from} ${to} ${wei}`);
  return [kind, event ?? id, Math.trunc(atMs), ...moves].join();
}

function verifyTickets(store: PoolStore, fresh: PoolStore, report: Report): void {
  const again = fresh.tickets.list();
  const kept = store.tickets.list();
  if (kept.length !== again.length) {
    report(`there are ${kept.length} tickets, the events make ${again.length}`);
    return;
  }
  for (const [index, ticket] of kept.entries()) {
    const due = again[index];
    if (due !== undefined && Object.values(ticket).join() === Object.values(due).join()) continue;
    report(`ticket ${ticket.id} is not what the events say`);
  }
}

function verifyWorkers(store: PoolStore, fresh: PoolStore, report: Report): void {
  const sums = new Map(
    fresh.workers
      .list()
      .map((row) => [
        `${row.address}:${row.nodeType}:${row.region}`,
        `${row.jobs} jobs, ${row.feesWei} wei`,
      ]),
  );
  for (const { address, nodeType, region, jobs, feesWei } of store.workers.list()) {
    const name = `${address}:${nodeType}:${region}`;
    const is = `${jobs} jobs, ${feesWei} wei`;
    // Opening balances make workers that have not worked.
    const due = sums.get(name) ?? "0 jobs, 0 wei";
    sums.delete(name);
    if (is !== due) report(`worker ${name} is kept with ${is}, the events say ${due}`);
  }
  for (const name of sums.keys()) report(`worker ${name} is missing`);
}
