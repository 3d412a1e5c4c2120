/**
 * What the books have owed an address at which times: it tells a payment that they should know
 * from one that is older than they are.
 */
import type { LedgerEntry } from "../books/ledger.js";
import { MOVING_KINDS } from "../books/move.js";
import { openingAtMs } from "../books/opening-date.js";
import type { PoolStore } from "../books/store/store.js";
import { UNSPLIT_KIND } from "../books/unsplit.js";

/** A payment on chain. */
export interface Payment {
  readonly to: string | null;
  readonly paidWei: bigint;
  readonly atMs: number;
}

/** One change of what an address is owed. */
interface Change {
  readonly atMs: number;
  readonly wei: bigint;
  /** Its date is that of whoever entered it: entered again after a restore, it has a later one. */
  readonly isRedone: boolean;
}

interface Owed {
  readonly changes: Change[];
  /** Paid before these books began, as its opening balances say; null: it has none. */
  openedPaidWei: bigint | null;
  /** Whether it was owed something by a correction. */
  isAdjusted: boolean;
  /** Addresses that a balance was moved from or to: perhaps one was paid what the other was owed. */
  readonly formerly: Set<string>;
}

const NOTHING_YET: Owed = {
  changes: [],
  openedPaidWei: null,
  isAdjusted: false,
  formerly: new Set(),
};
const PAGE = 5_000;
/**
 * By so much a block's time may be before what led to it, ms: blocks tell whole seconds, those of some chains when
 * their slot began, and the clocks of nodes and of the pool's machine are others.
 */
const CLOCKS_MS = 60_000;
/** As far ahead of its time an event may be entered, ms: the clock of its node is wrong. */
const AHEAD_MS = 86_400_000;
const MOVING: ReadonlySet<string> = new Set(MOVING_KINDS);
/** What is done by hand, or by the clock of this machine. */
const REDONE: ReadonlySet<string> = new Set([
  ...["round", "adjust", "opening", "assign", "void", UNSPLIT_KIND],
  ...MOVING_KINDS,
]);

/** What tells whom the books owed what, and since when. */
export type PayeeHistoryStore = Pick<PoolStore, "ledger" | "workers" | "setting">;

/** Follows the journal; each look reads what has come since the last. */
export class PayeeHistory {
  readonly #store: PayeeHistoryStore;
  readonly #payees = new Map<string, Owed>();
  #next = 0;
  /** Of all that the books have, the oldest. */
  #beginMs = Number.POSITIVE_INFINITY;

  constructor(store: PayeeHistoryStore) {
    this.#store = store;
  }

  /** Whether these books have ever owed it anything. */
  isPayee(address: string): boolean {
    this.#read();
    return this.#payees.has(address);
  }

  /**
   * Whether a payment is one that the books should have, given others that nothing explains either.
   * What was paid before they owed the address anything is history, as far as their opening
   * balances don't contradict it.
   */
  concerns({ to, paidWei, atMs }: Payment, others: readonly Payment[] = []): boolean {
    this.#read();
    if (to === null || paidWei === 0n) return false;
    const owed = this.#payees.get(to) ?? (this.#hasWorked(to) ? NOTHING_YET : null);
    if (owed === null) return false;
    const firstMs = this.#owedSince(to, owed);
    if (atMs + CLOCKS_MS >= firstMs) return true;
    if (owed.openedPaidWei === null) return false;
    const older = others.filter((other) => other.to === to && other.atMs + CLOCKS_MS < firstMs);
    const sum = older.reduce((total, other) => total + other.paidWei, paidWei);
    return sum > owed.openedPaidWei;
  }

  /** What it is owed for its work a round may tell that was not closed yet, or not again. */
  #hasWorked(address: string): boolean {
    return this.#store.workers.list(address).some(({ jobs }) => jobs > 0n);
  }

  /**
   * Since when an address may have been owed something, at the earliest. The dates of entries do not say it: an
   * event's may be ahead of its time, and what was done by hand, a round that was closed, may have been done
   * again after a restore.
   */
  #owedSince(address: string, { openedPaidWei, isAdjusted }: Owed): number {
    const changes = this.#changesOf(address);
    const openedMs = openedPaidWei === null ? null : openingAtMs(this.#store);
    if (openedMs !== null) {
      // Balances that were taken over count all that was before them.
      return earliest([openedMs, ...changes.flatMap((one) => (one.isRedone ? one.atMs : []))]);
    }
    const dates = changes.map(({ atMs, isRedone }) => (isRedone ? atMs : atMs - AHEAD_MS));
    const seen = [address, ...this.#formerOf(address)]
      .flatMap((one) => this.#store.workers.list(one))
      .map(({ firstSeenMs }) => firstSeenMs - AHEAD_MS);
    return earliest([...dates, ...seen, ...(isAdjusted ? [this.#beginMs] : [])]);
  }

  /**
   * Whether an amount is what an address was owed at a time, all of it: at some place of the
   * journal, or counting what had happened until some instant.
   */
  wasDue(address: string, amountWei: bigint, atMs: number): boolean {
    this.#read();
    const own = this.#payees.get(address)?.changes ?? [];
    const lists = [own, ...this.#formerly(address), this.#changesOf(address)].map((changes) =>
      changes.filter((change) => change.isRedone || change.atMs <= atMs + CLOCKS_MS),
    );
    const byTime = lists.map((changes) => [...changes].sort((one, other) => one.atMs - other.atMs));
    return [...lists, ...byTime].some((list) => {
      let sum = 0n;
      return list.some(({ wei }) => {
        sum += wei;
        return sum === amountWei;
      });
    });
  }

  /** Of the addresses whose pending balance became this one's. */
  #formerly(address: string): readonly (readonly Change[])[] {
    return [...this.#formerOf(address)].map((former) => this.#payees.get(former)?.changes ?? []);
  }

  #formerOf(address: string): ReadonlySet<string> {
    const all = new Set<string>();
    const add = (one: string): void => {
      for (const former of this.#payees.get(one)?.formerly ?? []) {
        if (former === address || all.has(former)) continue;
        all.add(former);
        add(former);
      }
    };
    add(address);
    return all;
  }

  /** Its own, and those of the addresses before it. */
  #changesOf(address: string): readonly Change[] {
    return [this.#payees.get(address)?.changes ?? [], ...this.#formerly(address)].flat();
  }

  #read(): void {
    for (;;) {
      const page = this.#store.ledger.entries(this.#next, PAGE);
      for (const entry of page) this.#take(entry);
      this.#next += page.length;
      if (page.length < PAGE) return;
    }
  }

  #take({ cause, atMs, postings }: LedgerEntry): void {
    const changed = new Map<string, bigint>();
    this.#beginMs = Math.min(this.#beginMs, atMs);
    if (MOVING.has(cause.kind)) this.#follow(postings);
    for (const { from, to, wei } of postings) {
      for (const [account, change] of [
        [from, -wei],
        [to, wei],
      ] as const) {
        const [kind, address] = account.split(":");
        if (address === undefined) continue;
        if (cause.kind === "opening") {
          const owed = this.#of(address);
          owed.openedPaidWei = (owed.openedPaidWei ?? 0n) + (kind === "paid" ? change : 0n);
        }
        if (kind === "pending") {
          changed.set(address, (changed.get(address) ?? 0n) + change);
        }
      }
    }
    const isRedone = REDONE.has(cause.kind);
    for (const [address, wei] of changed) {
      const owed = this.#of(address);
      owed.changes.push({ atMs, wei, isRedone });
      if (cause.kind === "adjust" && wei > 0n) owed.isAdjusted = true;
    }
  }

  #follow(postings: LedgerEntry["postings"]): void {
    const moved = postings.map(({ from, to }) => [from.split(":")[1], to.split(":")[1]] as const);
    for (const [one, other] of moved) {
      if (one === undefined || other === undefined) continue;
      this.#of(one).formerly.add(other);
      this.#of(other).formerly.add(one);
    }
  }

  #of(address: string): Owed {
    const owed = this.#payees.get(address) ?? {
      changes: [],
      openedPaidWei: null,
      isAdjusted: false,
      formerly: new Set(),
    };
    this.#payees.set(address, owed);
    return owed;
  }
}

/** Of instants; Infinity: there are none. */
function earliest(instants: readonly number[]): number {
  return instants.reduce((first, ms) => Math.min(first, ms), Number.POSITIVE_INFINITY);
}
