/**
 * Takes income back out of a closed round: each share gives its part of what is left of the split,
 * so that nothing is left of it when all of its income is taken back, in whatever order.
 */
import type { Account } from "./accounts.js";
import { splitWei } from "./attribution/split.js";
import type { Posting } from "./ledger.js";
import type { PoolStore, RoundRow } from "./store/store.js";

/** Cause of the entries, with the round's number as id. */
export const UNSPLIT_KIND = "void-round";

/**
 * Enters it.
 *
 * @param wei at least 0; what is more than is left of the split is not taken
 * @returns what was taken from each, the commission included
 */
export function unsplit(
  store: PoolStore,
  { round, entrySequence }: RoundRow,
  { wei, nowMs }: { readonly wei: bigint; readonly nowMs: number },
): readonly { readonly account: Account; readonly wei: bigint }[] {
  const cause = { kind: UNSPLIT_KIND, id: String(round) };
  const split = entrySequence === null ? null : store.ledger.entry(entrySequence);
  const entries = [...(split === null ? [] : [split]), ...store.ledger.entriesOf(cause)];
  const left = new Map<string, bigint>();
  let delegatorsWei = 0n;
  const add = (account: Account, wei: bigint) => left.set(account, (left.get(account) ?? 0n) + wei);
  for (const { from, to, wei } of entries.flatMap(({ postings }) => postings)) {
    if (from === "feesEarned") add(to, wei);
    else if (to === "feesEarned") add(from, -wei);
    else delegatorsWei += to === "delegators" ? wei : -wei;
  }
  const leftWei = [...left.values()].reduce((sum, wei) => sum + wei, 0n);
  const takenWei = wei < leftWei ? wei : leftWei;
  const parts = splitWei(takenWei, left);
  if (parts === null || takenWei === 0n) return [];
  const taken = [...left.keys()].flatMap((name) => {
    const account = name as Account;
    const part = parts.get(name) ?? 0n;
    return part === 0n ? [] : [{ account, wei: part }];
  });
  const postings: Posting[] = [
    { from: "delegators", to: "commission", wei: (delegatorsWei * takenWei) / leftWei },
    ...taken.map(({ account, wei }): Posting => ({ from: account, to: "feesEarned", wei })),
  ];
  store.ledger.post({ cause, atMs: Math.trunc(nowMs), postings });
  return taken;
}
