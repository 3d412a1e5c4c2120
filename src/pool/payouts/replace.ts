/**
 * Other bytes for a payout that is in no block, always with its own nonce, so that one of all its
 * bytes can be mined: with a higher fee, with the gas that it needs by now, or, where no node takes
 * it, a transfer of nothing to the wallet itself, which lets those behind it pass.
 */
import type { PayoutBooks } from "./books.js";
import type { Head, PayoutChain } from "./chain.js";
import { estimateTransfer, gasLimitFor } from "./estimate.js";
import { type Fees, firstFees, raisedFees } from "./gas.js";
import { replaced } from "./machine.js";
import type { NonceState } from "./nonces.js";
import { lastAttempt, type Payout } from "./payout.js";
import { isWithin } from "./plan.js";
import type { MutableReport } from "./report.js";
import type { PayoutSettings } from "./settings.js";
import type { PayoutSigner } from "./signer.js";

export interface ReplacerOptions {
  readonly books: PayoutBooks;
  readonly chain: PayoutChain;
  readonly signer: PayoutSigner;
  readonly settings: PayoutSettings;
}

/** What is known of chain and wallet at the beginning of a pass. */
interface Known {
  readonly head: Head;
  readonly nonces: NonceState;
  /** Transactions of the wallet on chain. */
  readonly used: number;
  readonly nowMs: number;
}

export class PayoutReplacer {
  readonly #options: ReplacerOptions;

  constructor(options: ReplacerOptions) {
    this.#options = options;
  }

  /**
   * For one that is stuck: a higher fee, if its key is here and the caps allow it. Gas is estimated
   * again: what a transfer needs moves.
   *
   * @returns the payout as it was, where nothing was signed
   */
  async raise(payout: Payout, known: Known, report: MutableReport): Promise<Payout> {
    if (this.#isWaiting(payout, known, report)) return payout;
    const { gas, last } = await this.#needed(payout);
    const gasLimit = isAmiss(gas, last.gasLimit) ? gasLimitFor(gas) : last.gasLimit;
    const fees = raisedFees(last, await this.#market(known), this.#options.settings.gasPriceCapWei);
    // A node that refused the last one has none of its kind to be outbid.
    const offered = fees ?? (gas > last.gasLimit ? last : null);
    if (offered === null) {
      report.troubles.push({ payout, message: "it is stuck, and the cap allows no higher fee" });
      return payout;
    }
    if (this.#isWorthIt(payout, gasLimit, offered)) {
      return this.#sign(payout, { fees: offered, gasLimit, nowMs: known.nowMs });
    }
    const message = "it is stuck, and gas would cost more than its share of the amount";
    report.troubles.push({ payout, message });
    const { address: wallet } = this.#options.signer;
    const isBefore = this.#options.books
      .open()
      .some(
        (other) =>
          other.wallet === wallet &&
          other.chainId === payout.chainId &&
          other.nonce > payout.nonce &&
          other.amountWei > payout.amountWei,
      );
    return isBefore && fees !== null && payout.nonce === known.used
      ? await this.#callOff(payout, { fees, why: message, nowMs: known.nowMs }, report)
      : payout;
  }

  /**
   * For one that the node refuses: signed again where it needs other gas by now, or where the base
   * fee is above what it offers.
   *
   * @returns the payout as it was, where nothing was signed
   */
  async signAgain(payout: Payout, known: Known, report: MutableReport): Promise<Payout> {
    if (this.#isWaiting(payout, known, report)) return payout;
    const { gas, last } = await this.#needed(payout);
    const isOff = isAmiss(gas, last.gasLimit);
    const isCheap = last.maxFeeWei < known.head.baseFeeWei;
    if (!isOff && !isCheap) return payout;
    const { gasPriceCapWei } = this.#options.settings;
    const market = await this.#market(known);
    const fees =
      raisedFees(last, market, gasPriceCapWei) ??
      (isCheap ? firstFees(market, gasPriceCapWei) : last);
    const gasLimit = isOff ? gasLimitFor(gas) : last.gasLimit;
    if (fees === null) {
      report.troubles.push({ payout, message: "gas costs more than the cap" });
      return payout;
    }
    if (!this.#isWorthIt(payout, gasLimit, fees)) {
      const message = "it is refused, and gas would cost more than its share of the amount";
      report.troubles.push({ payout, message });
      return payout;
    }
    return this.#sign(payout, { fees, gasLimit, nowMs: known.nowMs });
  }

  /**
   * For one that is refused look after look, for as long as a stuck one waits: its nonce is used up
   * by a transfer of nothing, if it is the next one and nothing waits with it at the node.
   *
   * @param words the node's
   * @returns the payout as it was, where nothing was signed
   */
  async callOffRefused(
    payout: Payout,
    words: string,
    known: Known,
    report: MutableReport,
  ): Promise<Payout> {
    const { chain, settings } = this.#options;
    const { nonce, wallet, createdAtMs } = payout;
    const isNew = isWithin(createdAtMs, settings.replaceAfterMs, known.nowMs);
    const isNext = nonce === known.used && !isNew;
    const last = lastAttempt(payout);
    if (!isNext || payout.amountWei === 0n || last.isCancellation === true) return payout;
    if (this.#isWaiting(payout, known, report)) return payout;
    if ((await chain.transactionCount(wallet, "pending")) > nonce) return payout;
    const market = await this.#market(known);
    const cap = settings.gasPriceCapWei;
    // Another node may have it after all.
    const fees = raisedFees(last, market, cap) ?? firstFees(market, cap);
    if (fees === null) {
      report.troubles.push({
        payout,
        message: "no node takes it, and gas costs more than the cap",
      });
      return payout;
    }
    const why = `no node takes it (${words})`;
    return await this.#callOff(payout, { fees, why, nowMs: known.nowMs }, report);
  }

  async #callOff(
    payout: Payout,
    { fees, why, nowMs }: { readonly fees: Fees; readonly why: string; readonly nowMs: number },
    report: MutableReport,
  ): Promise<Payout> {
    const { books, chain } = this.#options;
    const { id, nonce, wallet } = payout;
    const estimate = await estimateTransfer(chain, { from: wallet, to: wallet, amountWei: 0n });
    if ("refusal" in estimate) return payout;
    const gasLimit = gasLimitFor(estimate.gas);
    const off = this.#sign(payout, { fees, gasLimit, nowMs, isCancellation: true });
    if (off === payout) return payout;
    const message = `${why}: its nonce ${nonce} is used up by a transfer of nothing, and what it was to pay is owed again`;
    report.troubles.push({ payout: off, message });
    books.log(nowMs, `payout ${id} called off`, why.slice(0, 1_000));
    return off;
  }

  /** Not ours to sign, or behind a nonce that nobody uses: more money would not help. */
  #isWaiting(payout: Payout, { nonces }: Known, report: MutableReport): boolean {
    if (this.#options.signer.address !== payout.wallet) return true;
    const [hole] = nonces.gap;
    if (hole === undefined || payout.nonce < hole.first) return false;
    report.troubles.push({ payout, message: `it waits for nonce ${hole.first}, used by nobody` });
    return true;
  }

  /** Units of gas; 0 where the recipient has come to refuse it: its nonce must be used up all the same. */
  async #needed(payout: Payout) {
    const last = lastAttempt(payout);
    const { to, amountWei } = movedBy(payout, last.isCancellation);
    const transfer = { from: payout.wallet, to, amountWei };
    const estimate = await estimateTransfer(this.#options.chain, transfer);
    return { gas: "gas" in estimate ? estimate.gas : 0n, last };
  }

  async #market({ head }: Known) {
    return { ...head, priorityFeeWei: await this.#options.chain.priorityFeeWei() };
  }

  /** What uses a nonce up has no amount that its gas could be a part of. */
  #isWorthIt(payout: Payout, gasLimit: bigint, { maxFeeWei }: Fees): boolean {
    const { maxGasShare } = this.#options.settings;
    const { amountWei } = movedBy(payout, lastAttempt(payout).isCancellation);
    return (
      amountWei === 0n || gasLimit * maxFeeWei * maxGasShare.den <= amountWei * maxGasShare.num
    );
  }

  #sign(
    payout: Payout,
    {
      fees: { maxFeeWei, priorityFeeWei },
      gasLimit,
      nowMs,
      isCancellation = lastAttempt(payout).isCancellation,
    }: {
      readonly fees: Fees;
      readonly gasLimit: bigint;
      readonly nowMs: number;
      readonly isCancellation?: boolean | undefined;
    },
  ): Payout {
    const { books, signer } = this.#options;
    const { chainId, nonce } = payout;
    const payment = signer.sign({
      ...{ maxFeeWei, priorityFeeWei, gasLimit, chainId, nonce, atMs: nowMs },
      ...movedBy(payout, isCancellation),
    });
    if (payout.attempts.some(({ txHash }) => txHash === payment.txHash)) return payout;
    return books.apply(payout, replaced(payout, { ...payment, isCancellation }));
  }
}

/** Whom an attempt pays, and what. */
function movedBy({ address, wallet, amountWei }: Payout, isCancellation = false) {
  return isCancellation ? { to: wallet, amountWei: 0n } : { to: address, amountWei };
}

/** It needs more than it may use; or less than half, and no block may have room for that much. */
function isAmiss(gas: bigint, gasLimit: bigint): boolean {
  return gas > gasLimit || (gas > 0n && gas * 2n < gasLimit);
}
