/**
 * `verify`, payouts: what each one's row says, its amount and how far it is, against what its
 * entries moved, those that were taken back included.
 */
import { type Account, inPayoutAccount, paidAccount } from "../accounts.js";
import type { PayoutRow, PoolStore } from "../store/store.js";
import type { Flows } from "./flows.js";

const PAGE = 1_000;

type Sums = Map<Account, bigint>;

/** @param entries what the entries of each payout, by its id, come to */
export function verifyPayouts(
  store: PoolStore,
  entries: ReadonlyMap<string, Flows>,
  report: (sentence: string) => void,
): void {
  const moved = new Map([...entries].map(([id, flows]) => [id, sumsOf(flows)]));
  for (let beforeId: number | undefined; ; ) {
    const page = store.payouts.list({ beforeId, limit: PAGE });
    for (const row of page) {
      const id = String(row.id);
      if (!isSame(moved.get(id) ?? new Map(), dueOf(row))) {
        report(`payout ${id}, ${row.state} with ${row.amountWei} wei, has other entries`);
      }
      moved.delete(id);
    }
    beforeId = page.at(-1)?.id;
    if (beforeId === undefined) break;
  }
  for (const id of moved.keys()) report(`payout ${id} has entries and is not there`);
}

function sumsOf({ of }: Flows): Sums {
  return new Map([...of].map(([account, { inWei, outWei }]) => [account, inWei - outWei]));
}

/** Reserved as long as it is open, paid when it is confirmed, nothing but gas when it failed. */
function dueOf({ state, address, amountWei, sources, gasFeesWei }: PayoutRow): Sums {
  const sums: Sums = new Map();
  if (state === "intent") return sums;
  const isPaid = state === "confirmed";
  if (state !== "failed" && state !== "cancelled") {
    for (const { account, wei } of sources) add(sums, account, -wei);
    add(sums, isPaid ? paidAccount(address) : inPayoutAccount(address), amountWei);
  }
  if (isPaid) {
    add(sums, "wallet", -amountWei);
    add(sums, "world", amountWei);
  }
  if (isPaid || state === "failed" || state === "cancelled") {
    add(sums, "wallet", -(gasFeesWei ?? 0n));
    add(sums, "gas", gasFeesWei ?? 0n);
  }
  return sums;
}

function add(sums: Sums, account: Account, wei: bigint): void {
  sums.set(account, (sums.get(account) ?? 0n) + wei);
}

function isSame(one: Sums, other: Sums): boolean {
  return [...new Set([...one.keys(), ...other.keys()])].every(
    (account) => (one.get(account) ?? 0n) === (other.get(account) ?? 0n),
  );
}
