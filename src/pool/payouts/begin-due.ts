/** Begins what is due: estimates, reserves, signs and stores. Sending is somebody else's part. */
import type { PayoutRow } from "../books/store/store.js";
import { ethText } from "./amounts.js";
import type { PayoutBooks } from "./books.js";
import type { Head, PayoutChain } from "./chain.js";
import { estimateTransfer, gasLimitFor } from "./estimate.js";
import { type Fees, firstFees, least } from "./gas.js";
import { begin } from "./machine.js";
import { nonceState } from "./nonces.js";
import type { PayeeHistory, Payment } from "./payee-history.js";
import { isClosed, outstandingWei, type Payout } from "./payout.js";
import { isWithin, type PlannedPayout, partsFor } from "./plan.js";
import type { Hindered, Hindrance, MutableReport, Unfilled } from "./report.js";
import type { PayoutSettings } from "./settings.js";
import type { PayoutSigner } from "./signer.js";

export interface BeginnerOptions {
  readonly books: PayoutBooks;
  readonly history: PayeeHistory;
  readonly chain: PayoutChain;
  readonly signer: PayoutSigner;
  readonly settings: PayoutSettings;
}

/** What is known of wallet and chain at the beginning of a pass. */
interface Wallet {
  readonly fees: Fees | null;
  /** Transactions on chain, and with those that wait. */
  readonly used: number;
  readonly waiting: number;
  readonly wei: bigint;
  /** Payouts that went out within a day, whatever their dates say. */
  readonly undated: readonly PayoutRow[];
  /** Says which nonce of a payout the node has for a transaction that is none of the payout's; null: of none. */
  readonly taken: string | null;
}

export type Why = Pick<Hindered, "why" | "detail">;

const DAY_MS = 86_400_000;

interface Beginning {
  readonly plan: PlannedPayout;
  readonly fees: Fees;
  readonly gasLimit: bigint;
  readonly wallet: Wallet;
  readonly nowMs: number;
}

interface Beginnings {
  readonly hindrance: () => Promise<Why | null>;
  readonly onBegun: (payout: Payout) => Promise<void>;
}

/** A transaction of the wallet that is no payout of these books. */
interface Outside extends Payment {
  readonly nonce: number;
}

export class PayoutBeginner {
  readonly #options: BeginnerOptions;
  /** What took the nonces of payouts, as the chain has it. */
  #displaced: readonly Outside[] = [];

  constructor(options: BeginnerOptions) {
    this.#options = options;
  }

  /**
   * Begins each payout that is due and can be; `onBegun` sends it. Where somebody is due, `hindrance`
   * is asked first whether anything may be begun; null: it may.
   *
   * @param used transactions of the wallet on chain, all of them known to the books
   * @throws RemoteError (`CHAIN_…`) when the node fails over more than one recipient
   */
  async beginDue(
    { head, used, nowMs }: { readonly head: Head; readonly used: number; readonly nowMs: number },
    report: MutableReport,
    { hindrance, onBegun }: Beginnings,
  ): Promise<void> {
    const plans = this.#plan(nowMs);
    this.#options.books.know(plans, nowMs);
    const allDue = plans.filter(({ notDue }) => notDue === null);
    const due = this.#approved(allDue, nowMs, report);
    if (due.length === 0) return;
    const hindered = await hindrance();
    if (hindered !== null) {
      for (const plan of due) report.hindered.push({ plan, ...hindered });
      return;
    }
    this.#displaced = await this.#displacedNow();
    const wallet = await this.#look(head, used, nowMs);
    for (const plan of due) {
      const begun = await this.#beginOne(plan, wallet, nowMs);
      if ("why" in begun) {
        report.hindered.push({ plan, ...begun });
        continue;
      }
      report.begun.push(begun);
      if (begun.amountWei < plan.amountWei) {
        const detail = `${ethText(begun.amountWei)} of it`;
        report.hindered.push({ plan, why: "paidInPart", detail });
      }
      await onBegun(begun);
    }
  }

  /** Those that may be begun; what waits for an operator is written down and told. */
  #approved(
    due: readonly PlannedPayout[],
    nowMs: number,
    report: MutableReport,
  ): readonly PlannedPayout[] {
    const { books, settings } = this.#options;
    if (settings.approve === "auto") return due;
    const approved = due.flatMap((plan) => books.approved(plan, nowMs) ?? []);
    const waiting = due.filter(({ address }) => !approved.some((one) => one.address === address));
    if (waiting.length === 0) return approved;
    const detail = `batch ${books.propose(waiting, nowMs)}`;
    for (const plan of waiting) report.hindered.push({ plan, why: "notApproved", detail });
    return approved;
  }

  /**
   * Uses up a nonce that nobody uses: a transfer of nothing to the wallet itself.
   *
   * @returns why not, where gas costs more than the cap now or the wallet has not enough for it; null: somebody
   *   was quicker
   */
  async fill(nonce: number, head: Head, nowMs: number): Promise<Payout | Unfilled["why"] | null> {
    const { chain, books, signer, settings } = this.#options;
    const { address: wallet } = signer;
    const priorityFeeWei = await chain.priorityFeeWei();
    const fees = firstFees({ ...head, priorityFeeWei }, settings.gasPriceCapWei);
    if (fees === null) return "gasTooExpensive";
    const balanceWei = await chain.balanceWei(wallet);
    const transfer = { from: wallet, to: wallet, amountWei: 0n };
    const estimate = await estimateTransfer(chain, transfer);
    if ("refusal" in estimate) return null;
    const gasLimit = gasLimitFor(estimate.gas);
    const { chainId } = settings;
    return books.transaction(() => {
      if (books.knownNonces(wallet, chainId).includes(nonce)) return null;
      // What has a higher nonce can only take money out after this one.
      const freeWei = this.#open()
        .filter((other) => other.nonce < nonce)
        .reduce((left, other) => left - outstandingWei(other), balanceWei);
      if (gasLimit * fees.maxFeeWei > freeWei) return "walletShort";
      return this.#sign({
        address: wallet,
        amountWei: 0n,
        parts: [],
        nonce,
        fees,
        gasLimit,
        nowMs,
      });
    });
  }

  async #look(head: Head, used: number, nowMs: number): Promise<Wallet> {
    const { chain, signer, settings } = this.#options;
    const priorityFeeWei = await chain.priorityFeeWei();
    const waiting = await chain.transactionCount(signer.address, "pending");
    return {
      fees: firstFees({ ...head, priorityFeeWei }, settings.gasPriceCapWei),
      used,
      waiting,
      wei: await chain.balanceWei(signer.address),
      undated: settings.capPerDayWei === null ? [] : await this.#undated(nowMs),
      taken: await this.#takenBy(used, waiting),
    };
  }

  /**
   * Payouts whose dates are of another day, as this machine's clock was wrong, and whose blocks are of this one;
   * and those that are in no block yet.
   */
  async #undated(nowMs: number): Promise<readonly PayoutRow[]> {
    const { books, chain, settings } = this.#options;
    const rows = books.begunElsewhen(DAY_MS, settings.chainId, nowMs);
    const found = rows.filter(({ blockNumber }) => blockNumber === null);
    const blocks = new Set(rows.flatMap(({ blockNumber }) => blockNumber ?? []));
    for (const block of [...blocks].sort((one, other) => other - one)) {
      const atMs = await chain.blockTimeMs(block);
      // Blocks are in the order of their times.
      if (atMs !== null && !isWithin(atMs, DAY_MS, nowMs)) break;
      found.push(...rows.filter(({ blockNumber }) => blockNumber === block));
    }
    return found;
  }

  /** Whether somebody else's transaction waits with the nonce of a payout: whom it pays, nobody knows yet. */
  async #takenBy(used: number, waiting: number): Promise<string | null> {
    for (const { nonce, inclusion, attempts, id } of this.#open()) {
      if (inclusion !== null || nonce < used || nonce >= waiting) continue;
      if (!(await this.#hasOne(attempts))) return `one with nonce ${nonce}, that of payout ${id}`;
    }
    return null;
  }

  async #hasOne(attempts: Payout["attempts"]): Promise<boolean> {
    for (const { txHash } of attempts.toReversed()) {
      if ((await this.#options.chain.transaction(txHash)) !== null) return true;
    }
    return false;
  }

  async #beginOne(plan: PlannedPayout, wallet: Wallet, nowMs: number): Promise<Payout | Why> {
    const { chain, signer, settings } = this.#options;
    const { fees, taken } = wallet;
    if (fees === null) return because("gasTooExpensive");
    if (taken !== null) return because("foreignTransactions", taken);
    const outside = this.#paidOutside(plan.address);
    if (outside !== null) return because("paidOutside", outside);
    const open = this.#open();
    if (open.length >= settings.maxUnderWay) return because("tooMany");
    const free = open.reduce((left, other) => left - outstandingWei(other), wallet.wei);
    // Asked first: an estimate for a wallet that can't pay fails for that reason alone.
    const amountWei = least(free, plan.amountWei);
    if (amountWei < this.#leastWei(plan.amountWei)) return because("walletShort");
    const transfer = { from: signer.address, to: plan.address, amountWei };
    const estimate = await estimateTransfer(chain, transfer);
    if ("refusal" in estimate) return because("recipientRefuses", estimate.refusal);
    const gasLimit = gasLimitFor(estimate.gas);
    return this.#begin({ plan, fees, gasLimit, wallet, nowMs });
  }

  /** Reserves, signs and stores in one transaction, as the books are in that instant. */
  #begin({ plan, fees, gasLimit, wallet, nowMs }: Beginning): Payout | Why {
    const { books, signer, settings } = this.#options;
    const { chainId, maxGasShare, maxUnderWay } = settings;
    return books.transaction((): Payout | Why => {
      const now = this.#planOf(plan.address, nowMs);
      // Somebody else was quicker, or it earned something more.
      if (now === undefined || now.notDue !== null || now.amountWei !== plan.amountWei) {
        return because("moved");
      }
      const open = this.#open();
      if (open.length >= maxUnderWay) return because("tooMany");
      const gasWei = gasLimit * fees.maxFeeWei;
      const outstanding = open.reduce((sum, other) => sum + outstandingWei(other), 0n);
      const free = wallet.wei - outstanding - gasWei;
      const amountWei = least(free, now.amountWei);
      // What eats too much of all of it eats more of a part.
      if (gasWei * maxGasShare.den > now.amountWei * maxGasShare.num) {
        return because("gasEatsIt", `${gasLimit} units of gas may cost ${ethText(gasWei)}`);
      }
      const isShort = amountWei < this.#leastWei(now.amountWei);
      if (isShort || gasWei * maxGasShare.den > amountWei * maxGasShare.num) {
        return because("walletShort");
      }
      const known = books.knownNonces(signer.address, chainId);
      const { next: nonce, unknown } = nonceState({ known, open: [], used: wallet.used });
      if (unknown.length > 0) return because("moved");
      if (wallet.waiting > nonce) return because("foreignTransactions");
      const capped = this.#overCap(amountWei, wallet, nowMs);
      if (capped !== null) return capped;
      const parts = amountWei < now.amountWei ? partsFor(now.parts, amountWei) : now.parts;
      const { address, batch } = now;
      return this.#sign({ address, amountWei, parts, nonce, fees, gasLimit, nowMs, batch });
    });
  }

  /** What bounds how much is paid, whoever is owed how much; null: nothing. */
  #overCap(amountWei: bigint, { undated }: Wallet, nowMs: number): Why | null {
    const { books, settings } = this.#options;
    const { capPerDayWei, capPerPayoutWei, chainId } = settings;
    if (capPerPayoutWei !== null && amountWei > capPerPayoutWei) {
      return because("payoutCap", `${ethText(amountWei)}, cap ${ethText(capPerPayoutWei)}`);
    }
    if (capPerDayWei === null) return null;
    const begunWei = books.begunWithin(DAY_MS, chainId, nowMs, undated);
    if (begunWei + amountWei <= capPerDayWei) return null;
    return because("dayCap", `${ethText(begunWei)} of ${ethText(capPerDayWei)} in 24 h`);
  }

  /** Within a transaction. */
  #sign(payment: {
    readonly address: string;
    readonly amountWei: bigint;
    readonly parts: PlannedPayout["parts"];
    readonly nonce: number;
    readonly fees: Fees;
    readonly gasLimit: bigint;
    readonly nowMs: number;
    readonly batch?: number | undefined;
  }): Payout {
    const { books, signer, settings } = this.#options;
    const { address, amountWei, parts, nonce, fees, gasLimit, nowMs, batch } = payment;
    const { chainId } = settings;
    const wallet = signer.address;
    const intent = { address, amountWei, parts, createdAtMs: nowMs, chainId, wallet, nonce, batch };
    const bytes = { ...fees, chainId, nonce, to: address, amountWei, gasLimit, atMs: nowMs };
    return books.add(intent, (id) => begin({ ...intent, id }, signer.sign(bytes)));
  }

  /** The least that is worth a payment. */
  #leastWei(dueWei: bigint): bigint {
    const { partialPayouts, thresholdWei } = this.#options.settings;
    return partialPayouts && thresholdWei < dueWei ? thresholdWei : dueWei;
  }

  /**
   * What transactions paid an address that these books owed: acknowledged ones, and such as took the nonce
   * of a payout while the books owed the address nothing yet. null: nothing.
   */
  #paidOutside(address: string): string | null {
    const { books, history, signer, settings } = this.#options;
    const acknowledged = books
      .acknowledged(signer.address, settings.chainId)
      .map(({ nonce, paidWei, toAddress: to, blockAtMs: atMs }) => ({ nonce, paidWei, to, atMs }));
    const payments = [
      ...acknowledged,
      ...this.#displaced.filter(({ nonce }) => !acknowledged.some((one) => one.nonce === nonce)),
    ].filter(({ to }) => to === address);
    for (const [index, payment] of payments.entries()) {
      if (!history.concerns(payment, payments.slice(0, index))) continue;
      return `nonce ${payment.nonce} paid it ${ethText(payment.paidWei)}`;
    }
    return null;
  }

  async #displacedNow(): Promise<readonly Outside[]> {
    const { books, chain, signer, settings } = this.#options;
    const payments: Outside[] = [];
    for (const { nonce, txHash } of books.displacing(signer.address, settings.chainId)) {
      const transaction = await chain.transaction(txHash);
      const { to = null, valueWei = 0n, block = null } = transaction ?? {};
      if (block === null || to === null || valueWei === 0n) continue;
      const atMs = await chain.blockTimeMs(block.number);
      const receipt = await chain.receipt(txHash);
      if (atMs === null || receipt?.succeeded !== true) continue;
      payments.push({ nonce, to, paidWei: valueWei, atMs });
    }
    return payments;
  }

  #plan(nowMs: number): PlannedPayout[] {
    const { books, signer, settings } = this.#options;
    return books.plan(settings, signer.address, nowMs);
  }

  /** What may be begun of an address at this instant. */
  #planOf(address: string, nowMs: number): PlannedPayout | undefined {
    const { books, settings } = this.#options;
    const plan = this.#plan(nowMs).find((one) => one.address === address);
    if (plan?.notDue !== null || settings.approve === "auto") return plan;
    return books.approved(plan, nowMs) ?? undefined;
  }

  /** The wallet's payouts that are not closed. */
  #open(): Payout[] {
    const { books, signer, settings } = this.#options;
    return books
      .open()
      .filter(
        (payout) =>
          !isClosed(payout) &&
          payout.chainId === settings.chainId &&
          payout.wallet === signer.address,
      );
  }
}

function because(why: Hindrance, detail: string | null = null): Why {
  return { why, detail };
}
