/**
 * The live shell of payouts. One pass looks after what is under way, then begins what is due. It
 * may be killed anywhere: whatever was sent had been stored before, and the next pass goes on.
 */
import { InputError, isPoolsimError, type PoolsimError } from "../../core/errors.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { Head, PayoutChain } from "./chain.js";
import { firstFees, raisedFees } from "./gas.js";
import { begin, type Observation, observed, replaced, sent, type Transition } from "./machine.js";
import { observe } from "./observe.js";
import { isClosed, isSameInclusion, lastAttempt, outstandingWei, type Payout } from "./payout.js";
import { type PlannedPayout, planPayouts } from "./plan.js";
import type { PayoutSettings } from "./settings.js";
import type { PayoutSigner } from "./signer.js";

/** Why a payout that is due was not begun. */
export type Hindrance =
  /** A unit of gas costs more than the cap. */
  | "gasTooExpensive"
  /** Gas would cost too large a part of the amount. */
  | "gasEatsIt"
  /** The recipient is a contract that does not take it. */
  | "recipientRefuses"
  /** The recipient is a contract that needs more gas than the limit. */
  | "recipientTooExpensive"
  /** The wallet has not enough for it, its gas and what is under way. */
  | "walletShort"
  /** The wallet has transactions waiting that are not ours. */
  | "foreignTransactions"
  /** As many are under way as may be. */
  | "tooMany"
  /** What it is owed changed at this very moment: the next pass looks again. */
  | "moved";

export interface Hindered {
  readonly plan: PlannedPayout;
  readonly why: Hindrance;
}

/** Something to tell the operator about a payout; it goes on with the next pass. */
export interface PayoutTrouble {
  readonly payout: Payout;
  readonly message: string;
}

/** What a pass did. */
export interface PassReport {
  readonly begun: readonly Payout[];
  /** Payouts whose state changed, as they are now. */
  readonly changed: readonly Payout[];
  /** Payouts on this chain that are not closed. */
  readonly underWay: readonly Payout[];
  /** Due, but not begun. */
  readonly hindered: readonly Hindered[];
  readonly troubles: readonly PayoutTrouble[];
  /** The node failed while payouts were begun: some that are due are in none of these lists. */
  readonly failure: PoolsimError | null;
}

export interface PayoutRunnerOptions {
  readonly store: PayoutBooksStore;
  readonly chain: PayoutChain;
  /** Another node: a payout is in a block only if both say so. @default none */
  readonly witness?: PayoutChain | undefined;
  readonly signer: PayoutSigner;
  readonly settings: PayoutSettings;
}

export class PayoutRunner {
  readonly #books: PayoutBooks;
  readonly #chain: PayoutChain;
  readonly #witness: PayoutChain | null;
  readonly #signer: PayoutSigner;
  readonly #settings: PayoutSettings;

  constructor({ store, chain, witness, signer, settings }: PayoutRunnerOptions) {
    this.#books = new PayoutBooks(store);
    this.#chain = chain;
    this.#witness = witness ?? null;
    this.#signer = signer;
    this.#settings = settings;
  }

  /**
   * Does what can be done now. To be called again after a few seconds while payouts are under way.
   *
   * @param nowMs since 1970
   * @param isBeginning false: only looks after what is under way. @default true
   * @throws InputError (`PAYOUT_CHAIN`) when the node is of another chain
   * @throws RemoteError (`CHAIN_…`) when the node fails before anything is known; later failures
   *   are in the report
   */
  async pass(nowMs: number, isBeginning = true): Promise<PassReport> {
    await this.#assertChain();
    const head = await this.#chain.head();
    const report: MutableReport = { begun: [], changed: [], hindered: [], troubles: [] };
    await this.#lookAfter(head, nowMs, report);
    const failure = isBeginning ? await this.#beginWhatCan(head, nowMs, report) : null;
    const { chainId } = this.#settings;
    const underWay = this.#books.open().filter((payout) => payout.chainId === chainId);
    return { ...report, failure, underWay };
  }

  /** What was done before the node failed is told in any case. */
  async #beginWhatCan(
    head: Head,
    nowMs: number,
    report: MutableReport,
  ): Promise<PoolsimError | null> {
    try {
      await this.#beginDue(head, nowMs, report);
      return null;
    } catch (error) {
      if (isPassing(error)) return error;
      throw error;
    }
  }

  async #assertChain(): Promise<void> {
    const { chainId } = this.#settings;
    for (const node of [this.#chain, this.#witness]) {
      const found = node === null ? chainId : await node.chainId();
      if (found === chainId) continue;
      throw new InputError(`payouts: the node is of chain ${found}, expected ${chainId}`, {
        code: "PAYOUT_CHAIN",
      });
    }
  }

  async #lookAfter(head: Head, nowMs: number, report: MutableReport): Promise<void> {
    const { chainId, watchBlocks } = this.#settings;
    const ours = (payout: Payout): boolean => payout.chainId === chainId;
    const blocks = new Map<number, Promise<string | null>>();
    for (const payout of this.#books.closedSince(head.number - watchBlocks).filter(ours)) {
      await this.#guarded(payout, report, async () => {
        const { inclusion } = payout;
        if (inclusion === null || inclusion.blockNumber > head.number) return;
        const number = inclusion.blockNumber;
        const hash = blocks.get(number) ?? this.#chain.blockHash(number);
        blocks.set(number, hash);
        if ((await hash) !== inclusion.blockHash) await this.#look(payout, head, nowMs, report);
      });
    }
    for (const payout of this.#books.open().filter(ours)) {
      await this.#guarded(payout, report, () => this.#look(payout, head, nowMs, report));
    }
  }

  /** Finds out what became of it; sends it again if it is in no block. */
  async #look(before: Payout, head: Head, nowMs: number, report: MutableReport): Promise<void> {
    const observation = await this.#observe(before, head);
    if (observation.kind === "unclear") {
      report.troubles.push({ payout: before, message: observation.why });
      return;
    }
    const { confirmations } = this.#settings;
    const payout = this.#apply(
      before,
      observed(before, observation, { confirmations, nowMs }),
      report,
    );
    if (isClosed(payout) || payout.inclusion !== null) return;
    const raised = await this.#raise(payout, head, nowMs, report);
    await this.#send(raised, nowMs, report);
  }

  /** What the node says, and the witness too where it matters. */
  async #observe(payout: Payout, head: Head): Promise<Observation> {
    const seen = await observe(payout, this.#chain, head);
    if (this.#witness === null || seen.kind !== "included") return seen;
    const other = await observe(payout, this.#witness, await this.#witness.head());
    const isSame =
      other.kind === "included" &&
      isSameInclusion(other.inclusion, seen.inclusion) &&
      other.inclusion.outcome === seen.inclusion.outcome;
    if (!isSame) return { kind: "unclear", why: "the second node does not confirm it" };
    return { ...seen, headNumber: Math.min(seen.headNumber, other.headNumber) };
  }

  /** A stuck one gets an attempt with a higher fee, if its key is here and the cap allows it. */
  async #raise(payout: Payout, head: Head, nowMs: number, report: MutableReport): Promise<Payout> {
    const { replaceAfterMs, gasPriceCapWei } = this.#settings;
    const last = lastAttempt(payout);
    if (nowMs - last.signedAtMs < replaceAfterMs) return payout;
    if (this.#signer.address !== payout.wallet) return payout;
    const priorityFeeWei = await this.#chain.priorityFeeWei();
    const fees = raisedFees(last, { ...head, priorityFeeWei }, gasPriceCapWei);
    if (fees === null) {
      report.troubles.push({ payout, message: "it is stuck, and the cap allows no higher fee" });
      return payout;
    }
    const { chainId, nonce, address, amountWei } = payout;
    const { gasLimit } = last;
    const payment = { ...fees, chainId, nonce, to: address, amountWei, gasLimit, atMs: nowMs };
    return this.#apply(payout, replaced(payout, this.#signer.sign(payment)), report);
  }

  /** Hands its stored bytes to the node. Whatever the answer, only the chain tells what it means. */
  async #send(payout: Payout, nowMs: number, report: MutableReport): Promise<void> {
    const { txHash, signedTx } = lastAttempt(payout);
    const answer = await this.#chain.send(signedTx);
    this.#books.markSent(txHash, nowMs);
    this.#apply(payout, sent(payout, nowMs), report);
    if (answer.accepted && answer.txHash !== txHash) {
      report.troubles.push({ payout, message: `the node calls it ${answer.txHash}` });
    } else if (!answer.accepted && !/already known|already imported/i.test(answer.message)) {
      report.troubles.push({ payout, message: answer.message });
    }
  }

  async #beginDue(head: Head, nowMs: number, report: MutableReport): Promise<void> {
    const due = this.#plan(nowMs).filter(({ notDue }) => notDue === null);
    if (due.length === 0) return;
    const wallet = this.#signer.address;
    const priorityFeeWei = await this.#chain.priorityFeeWei();
    const fees = firstFees({ ...head, priorityFeeWei }, this.#settings.gasPriceCapWei);
    const used = await this.#chain.transactionCount(wallet, "latest");
    const waiting = await this.#chain.transactionCount(wallet, "pending");
    const walletWei = await this.#chain.balanceWei(wallet);
    for (const plan of due) {
      const hinder = (why: Hindrance): void => {
        report.hindered.push({ plan, why });
      };
      if (fees === null) {
        hinder("gasTooExpensive");
        continue;
      }
      const { address, amountWei } = plan;
      const open = this.#openOfWallet();
      if (open.length >= this.#settings.maxUnderWay) {
        hinder("tooMany");
        continue;
      }
      const free = open.reduce((left, other) => left - outstandingWei(other), walletWei);
      // Asked first: an estimate for a wallet that can't pay fails for that reason alone.
      if (free < amountWei) {
        hinder("walletShort");
        continue;
      }
      const estimate = await this.#chain.estimateGas({ from: wallet, to: address, amountWei });
      if ("refusal" in estimate) {
        hinder("recipientRefuses");
        continue;
      }
      // A quarter more: what a contract needs may change until it is mined.
      const gasLimit = estimate.gas + estimate.gas / 4n;
      const begun = this.#begin({ plan, fees, gasLimit, used, waiting, walletWei, nowMs });
      if (typeof begun === "string") {
        hinder(begun);
      } else {
        report.begun.push(begun);
        await this.#guarded(begun, report, () => this.#send(begun, nowMs, report));
      }
    }
  }

  /** Reserves, signs and stores in one transaction, as the books are in that instant. */
  #begin({ plan, fees, gasLimit, used, waiting, walletWei, nowMs }: Beginning) {
    const { chainId, gasLimitMax, maxGasShare, maxUnderWay } = this.#settings;
    const wallet = this.#signer.address;
    return this.#books.transaction((): Payout | Hindrance => {
      const now = this.#plan(nowMs).find(({ address }) => address === plan.address);
      // Somebody else was quicker, or it earned something more.
      if (now === undefined || now.notDue !== null || now.amountWei !== plan.amountWei) {
        return "moved";
      }
      const { address, amountWei, parts } = now;
      const gasWei = gasLimit * fees.maxFeeWei;
      if (gasLimit > gasLimitMax) return "recipientTooExpensive";
      if (gasWei * maxGasShare.den > amountWei * maxGasShare.num) return "gasEatsIt";
      const open = this.#openOfWallet();
      if (open.length >= maxUnderWay) return "tooMany";
      const outstanding = open.reduce((sum, other) => sum + outstandingWei(other), 0n);
      if (outstanding + amountWei + gasWei > walletWei) return "walletShort";
      const last = this.#books.lastNonce(wallet, chainId);
      const nonce = Math.max(used, last === null ? 0 : last + 1);
      if (waiting > nonce) return "foreignTransactions";
      const intent = { address, amountWei, parts, createdAtMs: nowMs, chainId, wallet, nonce };
      const payment = { ...fees, chainId, nonce, to: address, amountWei, gasLimit, atMs: nowMs };
      return this.#books.add(intent, (id) => begin({ ...intent, id }, this.#signer.sign(payment)));
    });
  }

  #plan(nowMs: number): PlannedPayout[] {
    return planPayouts({
      pending: this.#books.pendingBalances(),
      historyOf: (address) => this.#books.historyOf(address),
      wallet: this.#signer.address,
      settings: this.#settings,
      nowMs,
    });
  }

  #openOfWallet(): Payout[] {
    const { chainId } = this.#settings;
    const { address } = this.#signer;
    return this.#books
      .open()
      .filter((payout) => payout.chainId === chainId && payout.wallet === address);
  }

  #apply(before: Payout, transition: Transition | null, report: MutableReport): Payout {
    if (transition === null) return before;
    const payout = this.#books.apply(before, transition);
    if (payout.state !== before.state) report.changed.push(payout);
    return payout;
  }

  /** A node that fails over one payout does not keep the others from their turn. */
  async #guarded(payout: Payout, report: MutableReport, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      report.troubles.push({ payout, message: error.message });
    }
  }
}

interface MutableReport {
  readonly begun: Payout[];
  readonly changed: Payout[];
  readonly hindered: Hindered[];
  readonly troubles: PayoutTrouble[];
}

interface Beginning {
  readonly plan: PlannedPayout;
  readonly fees: { readonly maxFeeWei: bigint; readonly priorityFeeWei: bigint };
  readonly gasLimit: bigint;
  readonly used: number;
  readonly waiting: number;
  readonly walletWei: bigint;
  readonly nowMs: number;
}

/** A failure of the node; failures of the store are not waited out. */
function isPassing(error: unknown): error is PoolsimError {
  return isPoolsimError(error) && error.code.startsWith("CHAIN_");
}
