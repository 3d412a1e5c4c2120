/**
 * `verify`: derives everything again, from the events to the balances, and compares. What it
 * finds are sentences; none means that the books are right.
 */
import { InputError } from "../../../core/errors.js";
import type { Account } from "../accounts.js";
import { closeRound } from "../close-round.js";
import { decideAgain } from "../decide.js";
import { decodeStoredEvent } from "../events/stored.js";
import { EventIngest } from "../ingest/ingest.js";
import { ALL_SETTING_KEYS } from "../settings.js";
import type { AccountFlow, PoolStore } from "../store/store.js";
import { UNSPLIT_KIND } from "../unsplit.js";
import { verifyPayouts } from "./verify-payouts.js";
import { verifyTables } from "./verify-tables.js";

const PAGE = 2_000;
const MAX_FINDINGS = 100;

/** What was derived again, and what was found. */
export interface VerifyResult {
  /** Events that were read. */
  readonly events: number;
  /** Entries of the ledger that were derived again. */
  readonly entries: number;
  /** Closed rounds that were derived again. */
  readonly rounds: number;
  /** Accounts whose balances were compared. */
  readonly accounts: number;
  /** Empty when all is right. */
  readonly wrong: readonly string[];
}

/**
 * Derives the books again from their events, decisions and closed rounds, and compares balances,
 * entries, payouts and tables. It changes nothing in `store`.
 *
 * @param store the books
 * @param fresh empty books in memory, with the settings of the first copied by this function
 */
export function verifyBooks(store: PoolStore, fresh: PoolStore): VerifyResult {
  const wrong: string[] = [];
  const report = (sentence: string) => {
    if (wrong.length < MAX_FINDINGS) wrong.push(sentence);
  };
  let [events, accounts] = [0, 0];
  readable(report, () => {
    const derived = flowsOfJournal(store, report);
    accounts = derived.size;
    compare(store.ledger.flows(), derived, report);
    const sum = store.ledger
      .flows()
      .reduce((total, { inWei, outWei }) => total + inWei - outWei, 0n);
    if (sum !== 0n) report(`all balances together are ${sum} wei, not 0`);
    verifyPayouts(store, report);
  });
  readable(report, () => {
    events = replayEvents(store, fresh, report);
    if (events === store.events.count()) verifyTables(store, fresh, report);
  });
  return {
    events,
    entries: store.ledger.entryCount(),
    rounds: store.rounds.list().length,
    accounts,
    wrong,
  };
}

/** What poolsim would not have written is a finding too. */
function readable(report: (sentence: string) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError || error instanceof SyntaxError)) throw error;
    report(`what is kept can't be read: ${error.message}`);
  }
}

type Flow = { inWei: bigint; outWei: bigint };

/** Balances from the entries alone. */
function flowsOfJournal(store: PoolStore, report: (sentence: string) => void) {
  const flows = new Map<Account, Flow>();
  let due = 0;
  for (const { sequence, postings } of store.ledger.journal) {
    if (sequence !== due) report(`the journal has entry ${sequence} where ${due} was due`);
    due = sequence + 1;
    for (const { from, to, wei } of postings) {
      add(flows, from, { inWei: 0n, outWei: wei });
      add(flows, to, { inWei: wei, outWei: 0n });
    }
  }
  return flows;
}

function add(flows: Map<Account, Flow>, account: Account, { inWei, outWei }: Flow): void {
  const flow = flows.get(account);
  if (flow === undefined) flows.set(account, { inWei, outWei });
  else {
    flow.inWei += inWei;
    flow.outWei += outWei;
  }
}

function compare(
  kept: readonly AccountFlow[],
  derived: ReadonlyMap<Account, Flow>,
  report: (sentence: string) => void,
): void {
  const names = new Set<Account>();
  for (const { account, inWei, outWei } of kept) {
    names.add(account);
    const again = derived.get(account) ?? { inWei: 0n, outWei: 0n };
    if (again.inWei === inWei && again.outWei === outWei) continue;
    report(
      `${account} is kept as ${inWei - outWei} wei, its entries say ${again.inWei - again.outWei}`,
    );
  }
  for (const account of derived.keys()) {
    if (!names.has(account)) report(`${account} has entries and no balance`);
  }
}

/** What events and rounds caused, made again from the events, net per account. */
function replayEvents(
  store: PoolStore,
  fresh: PoolStore,
  report: (sentence: string) => void,
): number {
  for (const key of ALL_SETTING_KEYS) {
    const value = store.setting(key);
    if (value !== null) fresh.setSetting(key, value);
  }
  const count = store.events.count();
  const ingest = count > 0 ? new EventIngest(fresh) : null;
  let next = 0;
  const replayUntil = (end: number) => {
    while (next < end) {
      const page = store.events.list(next, Math.min(PAGE, end - next));
      if (page.length === 0 || ingest === null) return;
      const outcomes = ingest.again(page.map(decodeStoredEvent), "verify");
      const known = store.events.known(page.map(({ identity }) => identity));
      for (const [index, { identity, sequence }] of page.entries()) {
        const outcome = outcomes[index];
        if (outcome !== "recorded") report(`event ${identity} is ${outcome} when entered again`);
        if (!known.has(identity)) report(`event ${identity} is not found by its identity`);
        if (sequence !== next + index)
          report(`there is event ${sequence} where ${next + index} was due`);
      }
      next += page.length;
    }
  };
  // A round was closed when so many events were in the books.
  const decisions = store.decisions.list();
  let decided = 0;
  const decideUntil = (rounds: number) => {
    for (
      let row = decisions[decided];
      row !== undefined && row.roundsBefore <= rounds;
      row = decisions[decided]
    ) {
      replayUntil(row.lastEvent + 1);
      decideAgain(fresh, row);
      decided++;
    }
  };
  for (const [index, row] of store.rounds.list().entries()) {
    decideUntil(index);
    replayUntil(row.lastEvent + 1);
    const again = closeRound(fresh, { round: row.round, nowMs: row.closedAtMs });
    const { incomeWei, sharedWei, commissionWei } = again;
    if (
      incomeWei === row.incomeWei &&
      sharedWei === row.sharedWei &&
      commissionWei === row.commissionWei
    )
      continue;
    report(`round ${row.round} split ${row.incomeWei} wei, its events say ${incomeWei}`);
  }
  decideUntil(Number.POSITIVE_INFINITY);
  replayUntil(count);
  const again = new Map(
    fresh.ledger.flows().map((flow) => [flow.account, flow.inWei - flow.outWei]),
  );
  const caused = balancesOfEvents(store);
  for (const account of new Set([...again.keys(), ...caused.keys()])) {
    const [is, was] = [again.get(account) ?? 0n, caused.get(account) ?? 0n];
    if (is !== was)
      report(`${account}: the events make ${is} wei, the entries for them say ${was}`);
  }
  return next;
}

const EVENT_KINDS = new Set([
  "job-processed",
  "job-received",
  "winning-ticket",
  "ticket-redeemed",
  "round",
  "void",
  UNSPLIT_KIND,
  "assign",
  "release",
]);

function balancesOfEvents(store: PoolStore): Map<Account, bigint> {
  const balances = new Map<Account, bigint>();
  for (const { cause, postings } of store.ledger.journal) {
    if (!EVENT_KINDS.has(cause.kind)) continue;
    for (const { from, to, wei } of postings) {
      balances.set(from, (balances.get(from) ?? 0n) - wei);
      balances.set(to, (balances.get(to) ?? 0n) + wei);
    }
  }
  return balances;
}
