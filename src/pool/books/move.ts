/**
 * What one address is owed becomes another's: of a worker who lost his key, once; of two addresses
 * that are one worker's, from then on. Only what is pending: what is on its way or paid stays.
 */

import { checkText } from "../../core/checks.js";
import { type Account, inPayoutAccount, pendingAccount } from "./accounts.js";
import { type Authored, recordAct, refusedAct } from "./acts.js";
import { holdAddress, holdOf } from "./holds.js";
import type { Posting } from "./ledger.js";
import type { PoolStore } from "./store/store.js";

/** Kinds of entries that move what is owed from an address to another; their causes are acts. */
export const MOVING_KINDS = ["move", "merge"] as const;
const MERGE_ENDED = "merge-ended";

/** Which addresses. */
export interface MoveOptions extends Authored {
  /** Whose it was, in any case. */
  readonly from: string;
  /** Whose it is now, in any case. */
  readonly to: string;
}

/** What was moved. */
export interface Moved {
  /** The act, by its id: the cause of the entry. */
  readonly act: number;
  /** All together, wei. */
  readonly wei: bigint;
  /** Of the old address, on its way: it is paid there, if its key is not lost. */
  readonly underWayWei: bigint;
}

/**
 * Moves all that an address is owed to another, and holds the old one: what still comes for it waits.
 *
 * @throws InputError (`ACT`) without a reason or an author, if the old address is owed nothing, if the new one is
 *   held as it was left itself, or for the same address twice; (`OPTION_INVALID`)
 */
export function movePending(store: PoolStore, { from, to, ...authored }: MoveOptions): Moved {
  const [old, next] = pairOf(from, to);
  return store.transaction(() => {
    const postings = pendingPostings(store, old, next);
    const wei = netTo(postings, next);
    if (wei <= 0n) throw refusedAct(`move: ${old} is owed ${wei} wei, which can't be moved`);
    assertNotLeft(store, next, authored.nowMs);
    const act = recordAct(store, "move", old, authored, { to: next, wei: wei.toString() });
    enter(store, "move", { act, postings, atMs: authored.nowMs });
    holdAddress(store, {
      address: old,
      ...authored,
      reason: `moved to ${next}: ${authored.reason}`,
    });
    return { act, wei, underWayWei: store.ledger.balance(inPayoutAccount(old)) };
  });
}

/** What is moved to an address that was left for another one would be held with it. */
function assertNotLeft(store: PoolStore, address: string, nowMs: number): void {
  const hold = holdOf(store, address, nowMs);
  const [left] = store.acts.list({ kinds: ["move"], subject: address, limit: 1 });
  if (hold === null || left === undefined) return;
  throw refusedAct(
    `move: ${address} is held (${hold.reason}): what is moved there would wait with it; expected that it is ` +
      "released first (poolsim pool release), or another address",
  );
}

/** Two addresses of one worker. */
export interface Merge {
  /** The act, by its id. */
  readonly act: number;
  /** What this address earns, lower case, … */
  readonly from: string;
  /** … is paid to this one. */
  readonly to: string;
}

/**
 * From now on what an address earns is another's, which is paid: moved whenever payouts look, and now.
 *
 * @throws InputError (`ACT`) as {@link movePending}, and if that goes round in a circle
 */
export function mergeAddresses(store: PoolStore, { from, to, ...authored }: MoveOptions): Moved {
  const [old, next] = pairOf(from, to);
  return store.transaction(() => {
    const known = merges(store);
    for (let at: string | undefined = next; at !== undefined; at = targetOf(known, at)) {
      if (at === old) throw refusedAct(`merge: ${next} is paid to ${old} already`);
    }
    const act = recordAct(store, "merge", old, authored, { to: next });
    const wei = sweepMerged(store, authored.nowMs);
    return { act, wei, underWayWei: store.ledger.balance(inPayoutAccount(old)) };
  });
}

/**
 * Ends a merge: what the address earns from now on is its own again.
 *
 * @returns false: there was none
 * @throws InputError (`ACT`) without a reason or an author
 */
export function endMerge(
  store: PoolStore,
  { from, ...authored }: Authored & { readonly from: string },
): boolean {
  const old = from.toLowerCase();
  return store.transaction(() => {
    if (targetOf(merges(store), old) === undefined) return false;
    sweepMerged(store, authored.nowMs);
    recordAct(store, MERGE_ENDED, old, authored);
    return true;
  });
}

/** All merges that go on. */
export function merges(store: Pick<PoolStore, "acts">): readonly Merge[] {
  return store.acts.newest(["merge", MERGE_ENDED]).flatMap(({ id, kind, subject, detail }) => {
    const to = detail["to"];
    return kind === "merge" && to !== undefined ? [{ act: id, from: subject, to }] : [];
  });
}

/**
 * Moves what merged addresses have earned since the last time, all or nothing; those that are held
 * wait. Twice is as once.
 *
 * @param nowMs since 1970
 * @returns what was moved, wei
 */
export function sweepMerged(
  store: Pick<PoolStore, "acts" | "ledger" | "workers" | "transaction">,
  nowMs: number,
): bigint {
  if (merges(store).length === 0) return 0n;
  return store.transaction(() => {
    let sum = 0n;
    const known = merges(store);
    for (const { act, from } of known) {
      if (holdOf(store, from, nowMs) !== null) continue;
      const postings = pendingPostings(store, from, endOf(known, from));
      if (postings.length === 0) continue;
      enter(store, "merge", { act, postings, atMs: nowMs });
      sum += netTo(postings, endOf(known, from));
    }
    return sum;
  });
}

function pairOf(from: string, to: string): readonly [string, string] {
  checkText({ from, to });
  const [old, next] = [from.toLowerCase(), to.toLowerCase()];
  if (old === next) throw refusedAct(`${old}: expected two addresses, found one`);
  return [old, next];
}

function targetOf(known: readonly Merge[], address: string): string | undefined {
  return known.find(({ from }) => from === address)?.to;
}

/** Where it ends; merges never go in circles. */
function endOf(known: readonly Merge[], address: string): string {
  let end = address;
  for (let next = targetOf(known, end); next !== undefined; next = targetOf(known, end)) end = next;
  return end;
}

/** What makes all that an address is owed another's, by node type and region. */
function pendingPostings(
  { ledger }: Pick<PoolStore, "ledger">,
  from: string,
  to: string,
): readonly Posting[] {
  return ledger.flows(`pending:${from}:`).flatMap(({ account, inWei, outWei }): Posting[] => {
    const [, , nodeType = "", region = ""] = account.split(":");
    const other = pendingAccount({ address: to, nodeType, region });
    const wei = inWei - outWei;
    if (wei === 0n) return [];
    return [wei > 0n ? { from: account, to: other, wei } : { from: other, to: account, wei: -wei }];
  });
}

function netTo(postings: readonly Posting[], address: string): bigint {
  const isIts = (account: Account) => account.startsWith(`pending:${address}:`);
  return postings.reduce(
    (sum, { from, to, wei }) => sum + (isIts(to) ? wei : isIts(from) ? -wei : 0n),
    0n,
  );
}

function enter(
  store: Pick<PoolStore, "ledger" | "workers">,
  kind: (typeof MOVING_KINDS)[number],
  {
    act,
    postings,
    atMs,
  }: { readonly act: number; readonly postings: readonly Posting[]; readonly atMs: number },
): void {
  store.ledger.post({ cause: { kind, id: String(act) }, atMs, postings });
  // Whoever is owed something is among the workers, whether he worked or not.
  const seen = { firstSeenMs: atMs, lastSeenMs: atMs, jobs: 0n, feesWei: 0n };
  for (const { from, to } of postings) {
    for (const account of [from, to]) {
      const [, address = "", nodeType = "", region = ""] = account.split(":");
      const isThere = store.workers
        .list(address)
        .some((row) => row.nodeType === nodeType && row.region === region);
      if (!isThere) store.workers.add([{ address, nodeType, region, ...seen }]);
    }
  }
}
