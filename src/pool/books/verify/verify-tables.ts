/**
 * `verify`, what is kept beside the entries and their balances: AI jobs' owners, tickets, workers'
 * sums and where the next round goes on, each against what the events made again.
 */
import { ROUND_KEYS } from "../close-round.js";
import type { PoolStore } from "../store/store.js";

type Report = (sentence: string) => void;

const PAGE = 5_000;

/**
 * @param store the books
 * @param fresh what their events and rounds made again, events in the same places
 */
export function verifyTables(store: PoolStore, fresh: PoolStore, report: Report): void {
  verifyOwners(store, fresh, report);
  verifyTickets(store, fresh, report);
  verifyWorkers(store, fresh, report);
  for (const key of ROUND_KEYS) {
    if (store.setting(key) !== fresh.setting(key)) report(`${key} is not what closed rounds left`);
  }
}

function verifyOwners(store: PoolStore, fresh: PoolStore, report: Report): void {
  for (let after = -1; ; ) {
    const [kept, again] = [
      store.reports.linkedJobs(after, PAGE),
      fresh.reports.linkedJobs(after, PAGE),
    ];
    const owners = new Map(kept.map(({ event, address }) => [event, address]));
    for (const { event, address } of again) {
      const owner = owners.get(event);
      owners.delete(event);
      if (owner === address) continue;
      report(`job ${event} is kept as ${owner ?? "nobody"}'s, events say ${address ?? "nobody"}'s`);
    }
    for (const event of owners.keys()) report(`job ${event} is linked and should not be`);
    const last = again.at(-1);
    if (last === undefined) return;
    after = last.event;
  }
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
