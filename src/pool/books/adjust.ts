/** Corrections by hand, and opening balances: entries like all others, each with its reason. */
import { checkInstant, checkText } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { utcText } from "../../core/utc.js";
import { type Account, type Payee, paidAccount, pendingAccount } from "./accounts.js";
import { recordAct, UNNAMED } from "./acts.js";
import type { LedgerEntry, Posting } from "./ledger.js";
import { AMOUNT_END_WEI } from "./limits.js";
import { keepOpeningAt } from "./opening-date.js";
import type { PoolStore } from "./store/store.js";

/** A correction of what a worker is owed. */
export interface Adjustment extends Payee {
  /** What the worker gets; less than 0 takes it away. */
  readonly wei: bigint;
  /** Why, in the operator's words; kept with the entry. */
  readonly reason: string;
  /** Unique: the same adjustment twice is one. */
  readonly id: string;
  /** When it is entered, ms since 1970. */
  readonly nowMs: number;
  /** Who corrects it; kept with the entry. @default "unnamed" */
  readonly author?: string | undefined;
  /** The account that pays it. @default "commission" */
  readonly from?: Account | undefined;
}

/**
 * Changes what a worker is owed, by an entry with its reason. The other side is paid by
 * `commission` unless the adjustment names another account.
 *
 * @returns the entry; null if it was made before
 * @throws InputError (`ADJUST`) without a reason, for 0 wei, for more than the worker is owed, or
 *   for an id that another adjustment has
 */
export function adjust(store: PoolStore, adjustment: Adjustment): LedgerEntry | null {
  const { wei, reason, id, nowMs, author = UNNAMED, from = "commission" } = adjustment;
  if (reason.trim() === "") throw refused("an adjustment needs a reason");
  if (wei === 0n) throw refused("an adjustment of 0 wei adjusts nothing");
  if (wei >= AMOUNT_END_WEI || -wei >= AMOUNT_END_WEI) {
    throw refused("an adjustment of 2^96 wei or more is a mistake");
  }
  checkInstant({ nowMs });
  const account = pendingAccount(adjustment);
  return store.transaction(() => {
    const cause = { kind: "adjust", id };
    const posting: Posting =
      wei > 0n ? { from, to: account, wei } : { from: account, to: from, wei: -wei };
    const [before] = store.ledger.entriesOf(cause);
    if (before !== undefined) {
      if (isOnly(before, posting)) return null;
      throw refused(`${id} was entered before with another amount or worker`);
    }
    const owed = store.ledger.balance(account);
    if (wei < 0n && owed + wei < 0n) {
      throw refused(`${account} is owed ${owed} wei, less than ${-wei}`);
    }
    const [entry] = store.ledger.post({ cause, atMs: nowMs, postings: [posting] });
    recordAct(store, "adjust", id, { reason, author, nowMs }, { account, wei: wei.toString() });
    store.log({ atMs: nowMs, key: `adjust ${id}`, value: `${account} ${wei} wei: ${reason}` });
    return entry ?? null;
  });
}

/** What a worker was owed and had been paid when the books were opened. */
export interface OpeningBalance extends Payee {
  /** What the worker is still owed, in wei. */
  readonly pendingWei: bigint;
  /** What the worker was paid before, in wei. */
  readonly paidWei: bigint;
}

/** How opening balances are entered. */
export interface OpeningOptions {
  /** Where they come from; with the payee it says what is the same balance. */
  readonly origin: string;
  /** The time, ms since 1970. */
  readonly nowMs: number;
  /** When they were right, ms since 1970: what was earned before is in them. @default nowMs */
  readonly atMs?: number | undefined;
  /** Take them although there are older events, or will be: they count other work. @default false */
  readonly isBesideHistory?: boolean | undefined;
}

/**
 * Takes over balances, each (address, node type, region) once.
 *
 * @returns how many were new
 * @throws InputError (`OPENING`) for one that was taken over before with another amount, for one of
 *   2^96 wei or more, and for new ones where the books have jobs or tickets from before `atMs`;
 *   (`OPTION_INVALID`)
 */
export function openBalances(
  store: PoolStore,
  balances: readonly OpeningBalance[],
  { origin, nowMs, atMs = nowMs, isBesideHistory = false }: OpeningOptions,
): number {
  checkText({ origin });
  checkInstant({ nowMs, atMs });
  return store.transaction(() => {
    let opened = 0;
    for (const balance of balances) {
      const account = pendingAccount(balance);
      const cause = { kind: "opening", id: `${origin}:${account}` };
      const postings: Posting[] = [
        { from: "world", to: account, wei: balance.pendingWei },
        { from: "world", to: paidAccount(balance.address), wei: balance.paidWei },
      ];
      const [before] = store.ledger.entriesOf(cause);
      if (before !== undefined) {
        if (isTheSame(before, postings)) continue;
        throw notOpened(
          `the balance of ${account} was taken over before with another amount, ${amountsOf(before)}; a difference is corrected by poolsim pool adjust`,
        );
      }
      if (balance.pendingWei >= AMOUNT_END_WEI || balance.paidWei >= AMOUNT_END_WEI) {
        throw notOpened(`the balance of ${account} is 2^96 wei or more, which nobody is owed`);
      }
      store.ledger.post({ cause, atMs: nowMs, postings });
      const seen = { firstSeenMs: nowMs, lastSeenMs: nowMs, jobs: 0n, feesWei: 0n };
      const { nodeType, region } = balance;
      store.workers.add([{ address: balance.address.toLowerCase(), nodeType, region, ...seen }]);
      opened++;
    }
    if (opened > 0 && !isBesideHistory) {
      const firstMs = store.events.firstMoneyMs(atMs);
      if (firstMs !== null) {
        throw notOpened(
          `there are events from ${utcText(firstMs)} on, older than these balances (${utcText(atMs)}), which probably hold them already`,
        );
      }
      keepOpeningAt(store, atMs);
    }
    return opened;
  });
}

function isTheSame({ postings }: LedgerEntry, asked: readonly Posting[]): boolean {
  const due = asked.filter(({ wei }) => wei !== 0n);
  return (
    postings.length === due.length &&
    due.every(({ to, wei }, at) => postings[at]?.to === to && postings[at]?.wei === wei)
  );
}

function amountsOf({ postings }: LedgerEntry): string {
  const wei = (prefix: string) => postings.find(({ to }) => to.startsWith(prefix))?.wei ?? 0n;
  return `${wei("pending:")} wei pending and ${wei("paid:")} wei paid`;
}

function notOpened(why: string): InputError {
  return new InputError(`opening balances: ${why}`, { code: "OPENING" });
}

function isOnly({ postings }: LedgerEntry, { from, to, wei }: Posting): boolean {
  const [posting] = postings;
  return posting?.from === from && posting.to === to && posting.wei === wei;
}

function refused(why: string): InputError {
  return new InputError(why, { code: "ADJUST" });
}
