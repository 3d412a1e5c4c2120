/** Payouts in the pool's store: its rows are read as payouts, transitions are stored whole. */
import { InputError, invariant } from "../../core/errors.js";
import { inPayoutAccount, paidAccount, pendingAccount } from "../books/accounts.js";
import { holdsAt } from "../books/holds.js";
import { sweepMerged } from "../books/move.js";
import type {
  AcknowledgedNonce,
  PayingWallet,
  PayoutRow,
  PayoutState,
  PoolStore,
} from "../books/store/store.js";
import { approvedPayout, proposeBatch } from "./approval.js";
import { assertBound } from "./binding.js";
import type { ChainTransaction } from "./chain.js";
import type { Transition } from "./machine.js";
import { isSameVersion, type Payout, type PayoutIntent } from "./payout.js";
import { payoutOf } from "./payout-rows.js";
import { isWithin, type PendingBalance, type PlannedPayout, planPayouts } from "./plan.js";
import type { PayoutSettings } from "./settings.js";

/** What payouts need of the store. */
export type PayoutBooksStore = Pick<
  PoolStore,
  "transaction" | "ledger" | "payouts" | "workers" | "acts" | "log" | "assertInPlace" | "setting"
>;

const OPEN: readonly PayoutState[] = ["intent", "signed", "sent", "mined"];
const CLOSED: readonly PayoutState[] = ["confirmed", "failed", "cancelled"];
const SPENDING: readonly PayoutState[] = [...OPEN, "confirmed"];
const PAGE = 1_000;
const CLOCK_SET_MS = 7 * 86_400_000;

/** A pool's payouts in its store. */
export class PayoutBooks {
  readonly #store: PayoutBooksStore;

  constructor(store: PayoutBooksStore) {
    this.#store = store;
  }

  /** All or nothing, and durable when it returns. */
  transaction<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  /** Pending balances that are not 0. */
  pendingBalances(): PendingBalance[] {
    return this.#store.ledger.flows("pending:").flatMap(({ account, inWei, outWei }) => {
      const [, address, nodeType, region] = account.split(":");
      invariant(
        address !== undefined && nodeType !== undefined && region !== undefined,
        `${account} names its payee`,
      );
      return inWei === outWei ? [] : [{ address, nodeType, region, wei: inWei - outWei }];
    });
  }

  /** Stores a new payout; `beginning` is told its id. Within a transaction. */
  add(intent: Omit<PayoutIntent, "id">, beginning: (id: number) => Transition): Payout {
    const { address, amountWei, chainId, wallet, nonce, createdAtMs, parts, batch } = intent;
    const id = this.#store.payouts.add({
      address,
      amountWei,
      chainId,
      fromAddress: wallet,
      nonce,
      createdAtMs,
      batch: batch ?? null,
      sources: parts.map(({ nodeType, region, wei }) => ({
        account: pendingAccount({ address, nodeType, region }),
        wei,
      })),
    });
    const transition = beginning(id);
    this.#write(transition, 0);
    return transition.payout;
  }

  /**
   * Stores a transition, unless somebody else changed the payout since it was read.
   *
   * @returns the payout as it is now
   */
  apply(before: Payout, transition: Transition): Payout {
    return this.#store.transaction(() => {
      const now = this.payout(before.id);
      if (!isSameVersion(now, before)) return now;
      this.#write(transition, before.attempts.length);
      return transition.payout;
    });
  }

  /** An attempt was handed to a node. */
  markSent(txHash: string, nowMs: number): void {
    this.#store.transaction(() => this.#store.payouts.attemptSent(txHash, nowMs));
  }

  /**
   * The payout with this id.
   *
   * @throws InputError (`PAYOUT_UNKNOWN`) if there is none
   */
  payout(id: number): Payout {
    const row = this.#store.payouts.get(id);
    if (row === null) {
      throw new InputError(`there is no payout ${id}`, { code: "PAYOUT_UNKNOWN" });
    }
    return this.#read(row);
  }

  /** Those that are not closed, oldest first. */
  open(): Payout[] {
    return this.#pages({ states: OPEN }, () => true).reverse();
  }

  /**
   * Closed ones whose block has this number or a higher one: the chain may change its mind.
   *
   * @param unused a wallet's first nonce that the chain does not count as used: those with this one, or with a
   *   higher one, too
   */
  closedSince(blockNumber: number, unused?: PayingWallet & { readonly nonce: number }): Payout[] {
    const isUnused = ({ nonce, chainId, fromAddress }: PayoutRow): boolean =>
      unused !== undefined &&
      nonce >= unused.nonce &&
      chainId === unused.chainId &&
      fromAddress === unused.fromAddress;
    return this.#pages(
      { states: CLOSED },
      (row) => (row.blockNumber ?? 0) >= blockNumber || isUnused(row),
    );
  }

  /**
   * What payouts of a chain that began less than a span ago come to, in wei, without those that paid
   * nothing in the end.
   *
   * @param others payouts that count too, whatever their date. Default: none
   */
  begunWithin(
    spanMs: number,
    chainId: bigint,
    nowMs: number,
    others: readonly PayoutRow[] = [],
  ): bigint {
    // They are in the order of their beginnings, but for a clock that was set.
    const rows = this.#rows(
      { states: SPENDING },
      (row) => row.createdAtMs > nowMs - spanMs - CLOCK_SET_MS,
    ).filter((row) => isWithin(row.createdAtMs, spanMs, nowMs) && row.chainId === chainId);
    const ids = new Set(rows.map(({ id }) => id));
    return [...rows, ...others.filter(({ id }) => !ids.has(id))].reduce(
      (sum, { amountWei }) => sum + amountWei,
      0n,
    );
  }

  /**
   * The newest payouts of a chain, at most 1,000, that by their dates did not begin less than a span ago, without
   * those that paid nothing in the end.
   */
  begunElsewhen(spanMs: number, chainId: bigint, nowMs: number): readonly PayoutRow[] {
    return this.#store.payouts
      .list({ states: SPENDING, limit: PAGE })
      .filter((row) => row.chainId === chainId && !isWithin(row.createdAtMs, spanMs, nowMs));
  }

  /** The latest payouts to an address, newest first, at most 32. */
  historyOf(address: string): Payout[] {
    return this.#store.payouts.list({ address, limit: 32 }).map((row) => this.#read(row));
  }

  /** The latest payouts to anybody, newest first, at most so many. */
  latest(limit: number): Payout[] {
    return this.#store.payouts.list({ limit }).map((row) => this.#read(row));
  }

  /** Nonces of a wallet that the books explain, in their order. */
  knownNonces(wallet: string, chainId: bigint): number[] {
    const own = this.#store.payouts.payoutNonces({ fromAddress: wallet, chainId });
    const others = this.acknowledged(wallet, chainId).map(({ nonce }) => nonce);
    return [...new Set([...own, ...others])].sort((one, other) => one - other);
  }

  /** Transactions of a wallet that pay nobody of the books, as the operator said, by nonce. */
  acknowledged(wallet: string, chainId: bigint): readonly AcknowledgedNonce[] {
    return this.#store.payouts.acknowledgedNonces({ fromAddress: wallet, chainId });
  }

  /** Transactions that took the nonce of a payout of a wallet and are none of the books', by nonce. */
  displacing(wallet: string, chainId: bigint): readonly { nonce: number; txHash: string }[] {
    return this.#rows({ states: ["cancelled"] }, () => true)
      .filter((row) => row.chainId === chainId && row.fromAddress === wallet)
      .flatMap(({ nonce, txHash, reason }) =>
        reason === "displaced" && txHash !== null && !this.isKnown(txHash)
          ? [{ nonce, txHash }]
          : [],
      );
  }

  /** Keeps that a nonce pays nobody of the books, and logs it. */
  acknowledge(row: AcknowledgedNonce): void {
    const { nonce, txHash, reason, atMs } = row;
    this.#store.transaction(() => {
      this.#store.payouts.acknowledgeNonce(row);
      const value = `${txHash} in block ${row.blockNumber}: ${reason}`;
      this.#store.log({ atMs, key: `nonce ${nonce} acknowledged`, value });
    });
  }

  /**
   * What is acknowledged is somewhere else on the chain by now; null: nowhere.
   *
   * @returns false: another process has taken it in meanwhile, or acknowledged something else
   */
  moveAcknowledged(
    row: AcknowledgedNonce,
    moved: Pick<AcknowledgedNonce, "blockNumber" | "blockHash" | "reason"> | null,
  ): boolean {
    return this.#store.transaction(() => {
      const isThere = this.acknowledged(row.fromAddress, row.chainId).some(
        ({ nonce, txHash }) => nonce === row.nonce && txHash === row.txHash,
      );
      if (isThere && moved !== null) this.acknowledge({ ...row, ...moved });
      else if (isThere) this.forgetAcknowledged(row);
      return isThere;
    });
  }

  /** The chain, or a payment that was taken in, says otherwise. */
  forgetAcknowledged(row: Pick<AcknowledgedNonce, "chainId" | "fromAddress" | "nonce">): void {
    this.#store.transaction(() => this.#store.payouts.forgetAcknowledged(row));
  }

  /** Whether the books owe an address anything, or have. */
  isPayee(address: string): boolean {
    return [`pending:${address}:`, inPayoutAccount(address), paidAccount(address)].some(
      (prefix) => this.#store.ledger.flows(prefix).length > 0,
    );
  }

  /** Whether a transaction is one of a payout. */
  isKnown(txHash: string): boolean {
    return this.#store.payouts.payoutOf(txHash) !== null;
  }

  /** Whether a transaction pays somebody whom the books owe something, or have, unknown to them. */
  isUnknownPayment({ to, valueWei, txHash }: ChainTransaction): boolean {
    if (to === null || valueWei === 0n || this.isKnown(txHash)) return false;
    return this.isPayee(to);
  }

  /** What is owed, against the operator's rules as they are now. */
  plan(settings: PayoutSettings, wallet: string | null, nowMs: number): PlannedPayout[] {
    const held = new Map(holdsAt(this.#store, nowMs).map((hold) => [hold.address, hold.untilMs]));
    return planPayouts({
      pending: this.pendingBalances(),
      historyOf: (address) => this.historyOf(address),
      heldUntilMs: (address) => {
        const untilMs = held.get(address);
        return untilMs === undefined ? null : (untilMs ?? Number.POSITIVE_INFINITY);
      },
      newSinceMs: (address) => this.#newSince(address, nowMs),
      wallet,
      settings,
      nowMs,
    });
  }

  /** Since when payouts know an address that was never paid; null: it was. */
  #newSince(address: string, nowMs: number): number | null {
    const { ledger, payouts } = this.#store;
    if (ledger.balance(paidAccount(address)) > 0n) return null;
    return payouts.knownSince(address) ?? nowMs;
  }

  /** Keeps that payouts know these addresses from now on. */
  know(plans: readonly PlannedPayout[], nowMs: number): void {
    const isFresh = ({ notDue, dueAtMs }: PlannedPayout) => notDue === "isNew" && dueAtMs !== null;
    const fresh = plans
      .filter(isFresh)
      .filter(({ address }) => this.#store.payouts.knownSince(address) === null);
    if (fresh.length === 0) return;
    this.#store.transaction(() => {
      for (const { address } of fresh) this.#store.payouts.know(address, nowMs);
    });
  }

  /** What of a payout that is due an operator approved; null: it waits. */
  approved(plan: PlannedPayout, nowMs: number): PlannedPayout | null {
    return approvedPayout(this.#store, plan, nowMs);
  }

  /** Writes down what waits for an operator. @returns the batch's id */
  propose(waiting: readonly PlannedPayout[], nowMs: number): number {
    return proposeBatch(this.#store, waiting, nowMs).id;
  }

  /**
   * Before anything is signed: that this is the wallet these books are paid from, and that what merged
   * addresses earned is where it is paid.
   *
   * @throws InputError (`PAYOUT_BOUND`)
   */
  prepare(wallet: PayingWallet, nowMs: number): void {
    assertBound(this.#store, wallet, nowMs);
    sweepMerged(this.#store, nowMs);
  }

  /** A line for the operator's log. */
  log(atMs: number, key: string, value: string): void {
    this.#store.transaction(() => this.#store.log({ atMs, key, value }));
  }

  /**
   * Checks that the open file is still the books that others see.
   *
   * @throws RemoteError (`DATABASE_REPLACED`) when it is not
   */
  assertInPlace(): void {
    this.#store.assertInPlace();
  }

  /** Rows page by page, until a page has none that is wanted. */
  #pages(
    query: { readonly states: readonly PayoutState[] },
    isWanted: (row: PayoutRow) => boolean,
  ): Payout[] {
    return this.#rows(query, isWanted).map((row) => this.#read(row));
  }

  /** Newest first, as far as there are any on a page. */
  #rows(
    query: { readonly states: readonly PayoutState[] },
    isWanted: (row: PayoutRow) => boolean,
  ): PayoutRow[] {
    const wanted: PayoutRow[] = [];
    let beforeId: number | undefined;
    for (;;) {
      const page = this.#store.payouts.list({ ...query, beforeId, limit: PAGE });
      const found = page.filter(isWanted);
      wanted.push(...found);
      beforeId = page.at(-1)?.id;
      if (page.length < PAGE || found.length === 0) return wanted;
    }
  }

  #write({ payout, entries }: Transition, attemptsBefore: number): void {
    const { id, state, nonce, inclusion, updatedAtMs } = payout;
    if (entries.length > 0) this.#store.ledger.post(...entries);
    for (const attempt of payout.attempts.slice(attemptsBefore)) {
      this.#store.payouts.addAttempt({
        payoutId: id,
        txHash: attempt.txHash,
        signedTx: attempt.signedTx,
        nonce,
        maxFeePerGasWei: attempt.maxFeeWei,
        maxPriorityFeePerGasWei: attempt.priorityFeeWei,
        signedAtMs: attempt.signedAtMs,
        sentAtMs: null,
      });
    }
    this.#store.payouts.change(id, {
      updatedAtMs,
      state,
      txHash: inclusion?.txHash ?? null,
      blockNumber: inclusion?.blockNumber ?? null,
      blockHash: inclusion?.blockHash ?? null,
      gasFeesWei: inclusion?.gasWei ?? null,
      reason: inclusion === null || inclusion.outcome === "paid" ? null : inclusion.outcome,
    });
  }

  #read(row: PayoutRow): Payout {
    return payoutOf(row, this.#store.payouts.attempts(row.id));
  }
}
