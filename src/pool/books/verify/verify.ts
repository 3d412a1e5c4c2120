/**
 * `verify`: derives everything again, from the events to the balances, and compares. What it
 * finds are sentences; none means that the books are right.
 */
import { InputError } from "../../../core/errors.js";
import type { Account } from "../accounts.js";
import type { AccountFlow, ChainHead, PoolStore } from "../store/store.js";
import type { Flow } from "./flows.js";
import { KeptJournal } from "./kept-journal.js";
import { Replay } from "./replay.js";
import { verifyPayouts } from "./verify-payouts.js";

const PAGE = 5_000;
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
  /** Links of the chain of hashes that were recomputed. */
  readonly links: number;
  /** Empty when all is right. */
  readonly wrong: readonly string[];
}

/** What the books are compared with besides themselves. */
export interface VerifyOptions {
  /** A head of their chain that was kept outside. @default none */
  readonly head?: ChainHead | undefined;
}

/**
 * Derives the books again from their events, decisions and closed rounds, and compares balances,
 * entries, payouts and tables. It changes nothing in `store`.
 *
 * @param store the books
 * @param fresh empty books, with the settings of the first copied by this function: those of a
 *   scratch file will do
 * @param options what else to compare with
 */
export function verifyBooks(
  store: PoolStore,
  fresh: PoolStore,
  options: VerifyOptions = {},
): VerifyResult {
  const verified = () => verifiedBooks(store, fresh, options);
  return store.chain.readingOnce?.(verified) ?? verified();
}

function verifiedBooks(store: PoolStore, fresh: PoolStore, { head }: VerifyOptions): VerifyResult {
  const ofJournal = new Findings();
  const ofEvents = new Findings();
  const linked = ofEvents.reading(() => linkedJobs(store)) ?? new Set();
  const journal = new KeptJournal(store, linked, ofJournal.report);
  let events = 0;
  ofEvents.reading(() => {
    events = new Replay(store, fresh, journal, ofEvents.report).run();
  });
  ofJournal.reading(() => compareJournal(store, journal, ofJournal.report));
  const chain = ofEvents.reading(() => store.chain.check(head)) ?? { links: 0, wrong: [] };
  return {
    events,
    links: chain.links,
    entries: store.ledger.entryCount(),
    rounds: store.rounds.list().length,
    accounts: journal.flows().of.size,
    wrong: [...ofJournal.sentences, ...ofEvents.sentences, ...chain.wrong].slice(0, MAX_FINDINGS),
  };
}

/** What is wrong, in so many sentences at most. */
class Findings {
  readonly sentences: string[] = [];

  readonly report = (sentence: string): void => {
    if (this.sentences.length >= MAX_FINDINGS || this.sentences.includes(sentence)) return;
    this.sentences.push(sentence);
  };

  /** What poolsim would not have written is a finding too. @returns null if it is one */
  reading<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InputError || error instanceof SyntaxError)) throw error;
      this.report(`what is kept can't be read: ${error.message}`);
      return null;
    }
  }
}

/** Events of AI jobs that are linked to their workers, as the books have them. */
function linkedJobs(store: PoolStore): ReadonlySet<number> {
  const linked = new Set<number>();
  for (let after = -1; ; ) {
    const page = store.reports.linkedJobs(after, PAGE);
    for (const { event } of page) linked.add(event);
    const last = page.at(-1);
    if (last === undefined) return linked;
    after = last.event;
  }
}

/** Balances and payouts against the entries alone. */
function compareJournal(
  store: PoolStore,
  journal: KeptJournal,
  report: (sentence: string) => void,
): void {
  journal.finish();
  if (journal.failure !== null) throw journal.failure;
  const kept = store.ledger.flows();
  compare(kept, journal.flows().of, report);
  const sum = kept.reduce((total, { inWei, outWei }) => total + inWei - outWei, 0n);
  if (sum !== 0n) report(`all balances together are ${sum} wei, not 0`);
  verifyPayouts(store, journal.payouts, report);
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
