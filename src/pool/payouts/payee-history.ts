/**
 * What the books have owed an address at which times: it tells a payment that they should know
 * from one that is older than they are.
 */
import type { LedgerEntry } from "../books/ledger.js";
import { MOVING_KINDS } from "../books/move.js";
import type { PoolStore } from "../books/store/store.js";

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
}

interface Owed {
  readonly changes: Change[];
  /** Paid before these books began, as its opening balances say; null: it has none. */
  openedPaidWei: bigint | null;
  /** Addresses that a balance was moved from or to: perhaps one was paid what the other was owed. */
  readonly formerly: Set<string>;
}

const PAGE = 5_000;
/**
 * By so much a block's time may be before what led to it, ms: blocks tell whole seconds, those of some chains when
 * their slot began, and the clocks of nodes and of the pool's machine are others.
 */
const CLOCKS_MS = 60_000;
const MOVING: ReadonlySet<string> = new Set(MOVING_KINDS);

/** Follows the journal; each look reads what has come since the last. */
export class PayeeHistory {
  readonly #store: Pick<PoolStore, "ledger">;
  readonly #payees = new Map<string, Owed>();
  #next = 0;

  constructor(store: Pick<PoolStore, "ledger">) {
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
    const owed = to === null || paidWei === 0n ? undefined : this.#payees.get(to);
    if (owed === undefined || to === null) return false;
    const firstMs = this.#changesOf(to).reduce(
      (first, change) => Math.min(first, change.atMs),
      Infinity,
    );
    if (atMs + CLOCKS_MS >= firstMs) return true;
    if (owed.openedPaidWei === null) return false;
    const older = others.filter((other) => other.to === to && other.atMs + CLOCKS_MS < firstMs);
    const sum = older.reduce((total, other) => total + other.paidWei, paidWei);
    return sum > owed.openedPaidWei;
  }

  /**
   * Whether an amount is what an address was owed at a time, all of it: at some place of the
   * journal, or counting what had happened until some instant.
   */
  wasDue(address: string, amountWei: bigint, atMs: number): boolean {
    this.#read();
    const own = this.#payees.get(address)?.changes ?? [];
    const lists = [own, ...this.#formerly(address), this.#changesOf(address)].map((changes) =>
      changes.filter((change) => change.atMs <= atMs + CLOCKS_MS),
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
    const all = new Set<string>();
    const add = (one: string): void => {
      for (const former of this.#payees.get(one)?.formerly ?? []) {
        if (former === address || all.has(former)) continue;
        all.add(former);
        add(former);
      }
    };
    add(address);
    return [...all].map((former) => this.#payees.get(former)?.changes ?? []);
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
    for (const [address, wei] of changed) this.#of(address).changes.push({ atMs, wei });
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
      formerly: new Set(),
    };
    this.#payees.set(address, owed);
    return owed;
  }
}
