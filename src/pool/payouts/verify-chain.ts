/**
 * Compares payouts in the books with the chain: each one's transaction and receipt, and each nonce
 * that the wallet has used. On request it takes in what the books should know and don't.
 */
import { recordAct, UNNAMED } from "../books/acts.js";
import { sweepMerged } from "../books/move.js";
import type { PayingWallet } from "../books/store/store.js";
import { ethText } from "./amounts.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { ChainTransaction, Head, PayoutChain } from "./chain.js";
import { type FoundPayment, readPayment } from "./found-payment.js";
import { adopted, type Observation, observed } from "./machine.js";
import { countOf, type NonceRange, nonceState, noncesOf, rangesText } from "./nonces.js";
import { observe } from "./observe.js";
import { PayeeHistory } from "./payee-history.js";
import { BYTES_UNKNOWN, type Inclusion, type Payout } from "./payout.js";
import { partsFor } from "./plan.js";

/** What to do about payments that the books don't know. */
export type Adopting =
  /** Only say them. */
  | { readonly kind: "nothing" }
  /** Take in payments of exactly what the recipient was owed at the time. */
  | { readonly kind: "recognised" }
  /** Take in those too that have one of these nonces, whatever the amount. */
  | {
      readonly kind: "these";
      /** The nonces. */
      readonly range: NonceRange;
      /** Why, in the operator's words; kept in the books. */
      readonly reason: string;
      /** Who takes them in; kept in the books. @default "unnamed" */
      readonly author?: string | undefined;
    };

/** What is compared with which chain. */
export interface VerifyChainOptions {
  /** The books. */
  readonly store: PayoutBooksStore;
  /** The node that is asked. */
  readonly chain: PayoutChain;
  /** A second node; null = there is none. */
  readonly witness: PayoutChain | null;
  /** The wallet that pays. */
  readonly wallet: PayingWallet;
  /** Which payments are taken into the books. */
  readonly adopting: Adopting;
  /** Only what is so deep is taken in. */
  readonly confirmations: number;
  /** The time, ms since 1970. */
  readonly nowMs: number;
}

/** What comparing with the chain found. */
export interface ChainFindings {
  /** Payouts compared with their transactions. */
  readonly payouts: number;
  /** Taken in, as they are now. */
  readonly adopted: readonly Payout[];
  /** Payouts that are now as the chain has them. */
  readonly mended: readonly Payout[];
  /** Sentences; empty when books and chain agree. */
  readonly wrong: readonly string[];
}

/** Nonces that nothing explains, looked at in one go. */
const UNKNOWN_MAX = 1_000;

/**
 * Compares payouts with their transactions on the chain, and the wallet's nonces with those that the
 * books explain. Payouts that the chain has otherwise are mended; payments that the books lack are
 * taken in as `adopting` says.
 *
 * @throws RemoteError (`CHAIN_…`) when the node does not answer
 */
export async function verifyChain(options: VerifyChainOptions): Promise<ChainFindings> {
  return await new ChainVerifier(options, await options.chain.head()).run();
}

class ChainVerifier {
  readonly #options: VerifyChainOptions;
  readonly #books: PayoutBooks;
  readonly #history: PayeeHistory;
  readonly #head: Head;
  readonly #wrong: string[] = [];
  readonly #adopted: Payout[] = [];
  readonly #mended: Payout[] = [];
  /** Nonces whose payments the books should know, with their hash where that is known. */
  readonly #suspects = new Map<number, string | undefined>();

  constructor(options: VerifyChainOptions, head: Head) {
    this.#options = options;
    this.#books = new PayoutBooks(options.store);
    this.#history = new PayeeHistory(options.store);
    this.#head = head;
  }

  async run(): Promise<ChainFindings> {
    const { chain, wallet, store, adopting, nowMs } = this.#options;
    const { chainId, fromAddress } = wallet;
    // As payouts do first: a merge may have moved nothing yet, as these books are of a backup.
    if (adopting.kind !== "nothing") sweepMerged(store, nowMs);
    const used = await chain.transactionCount(fromAddress, "latest");
    const payouts = this.#books
      .latest(Number.MAX_SAFE_INTEGER)
      .filter((payout) => payout.chainId === chainId && payout.wallet === fromAddress)
      .reverse();
    for (const payout of payouts) await this.#compare(payout);
    const known = this.#books.knownNonces(fromAddress, chainId);
    const open = payouts.filter(({ inclusion }) => inclusion === null).map(({ nonce }) => nonce);
    const { unknown, gap } = nonceState({ known, open, used });
    for (const nonce of noncesOf(unknown, UNKNOWN_MAX)) this.#suspects.set(nonce, undefined);
    for (const row of this.#books.acknowledged(fromAddress, chainId)) {
      this.#suspects.set(row.nonce, row.txHash);
    }
    for (const [nonce, txHash] of [...this.#suspects].sort(([one], [other]) => one - other)) {
      await this.#judge(nonce, txHash);
    }
    const left = countOf(unknown) - UNKNOWN_MAX;
    if (left > 0) this.#wrong.push(`${left} more nonces of ${fromAddress} are unknown`);
    if (gap.length > 0) {
      this.#wrong.push(`nobody uses nonces ${rangesText(gap)} of ${fromAddress}; payouts wait`);
    }
    const [adoptedOnes, mended, wrong] = [this.#adopted, this.#mended, this.#wrong];
    return { payouts: payouts.length, adopted: adoptedOnes, mended, wrong };
  }

  /** One payout with its transaction. */
  async #compare(payout: Payout): Promise<void> {
    const { inclusion, id, nonce } = payout;
    const seen = await this.#observe(payout);
    if (seen.kind === "unknown") {
      this.#suspects.set(nonce, undefined);
      return;
    }
    if (seen.kind === "unclear") {
      this.#wrong.push(`payout ${id}: ${seen.why}`);
      return;
    }
    // What is under way is looked after by payouts.
    if (inclusion === null) return;
    if (inclusion.outcome === "displaced") this.#suspects.set(nonce, inclusion.txHash);
    const said = difference(payout, seen);
    if (said === null) {
      const { outcome } = inclusion;
      const isPayment = outcome === "paid" || outcome === "reverted";
      if (isPayment) await this.#compareAmount(payout, inclusion);
      return;
    }
    const { confirmations, nowMs, adopting } = this.#options;
    const transition = observed(payout, seen, { confirmations, nowMs });
    if (adopting.kind === "nothing" || transition === null) {
      this.#wrong.push(`payout ${id}, ${payout.state}: ${said}`);
      return;
    }
    this.#mended.push(this.#books.apply(payout, transition));
    this.#books.log(nowMs, `payout ${id} mended`, said);
  }

  async #observe(payout: Payout): Promise<Observation> {
    const { chain } = this.#options;
    const isUnknown = (found: ChainTransaction): boolean => this.#books.isUnknownPayment(found);
    return await observe(payout, { chain, head: this.#head, isUnknown });
  }

  /** A receipt has no amount in it. */
  async #compareAmount({ id, address, amountWei }: Payout, { txHash }: Inclusion): Promise<void> {
    const transaction = await this.#options.chain.transaction(txHash);
    if (transaction === null) {
      this.#wrong.push(`payout ${id}: the node does not show ${txHash}`);
    } else if (transaction.to !== address || transaction.valueWei !== amountWei) {
      const { to, valueWei } = transaction;
      const is = `${ethText(amountWei)} to ${address}`;
      this.#wrong.push(`payout ${id} is of ${is}, ${txHash} of ${ethText(valueWei)} to ${to}`);
    }
  }

  /** A nonce that is used, and by no payout of these books. */
  async #judge(nonce: number, txHash: string | undefined): Promise<void> {
    const { chain, witness, wallet } = this.#options;
    const search = { chain, witness, wallet: wallet.fromAddress, head: this.#head };
    const found = await readPayment(search, nonce, txHash);
    if (typeof found === "string") {
      this.#wrong.push(`nonce ${nonce} can't be read: ${found}`);
      return;
    }
    // What pays nobody may be an authorization in a transaction that the books have.
    if (found.to !== null && this.#books.isKnown(found.transaction.txHash)) return;
    if (txHash === undefined && this.#usesUp(nonce, found)) return;
    const what = `nonce ${nonce} sent ${ethText(found.paidWei)} to ${found.to ?? "nobody"}`;
    const where = `in block ${found.receipt.blockNumber}, ${found.transaction.txHash}`;
    if (!this.#history.concerns(found)) {
      // Displaced or acknowledged: known to be nobody's of these books.
      if (txHash === undefined) {
        this.#wrong.push(`${what} ${where}: nobody whom these books owed it; not acknowledged`);
      }
      return;
    }
    const isRecognised = this.#history.wasDue(found.to ?? "", found.paidWei, found.atMs);
    const refusal = this.#refusal(nonce, found, isRecognised);
    if (refusal === null) this.#adopt(nonce, found, isRecognised);
    else this.#wrong.push(`${what} ${where}, and these books do not know: ${refusal}`);
  }

  /**
   * A transfer of nothing to the wallet itself pays nobody: other books of this pool used its nonce up.
   *
   * @returns false: it is something else, or it is not deep enough
   */
  #usesUp(nonce: number, found: FoundPayment): boolean {
    const { wallet, adopting } = this.#options;
    const { to, transaction } = found;
    if (to !== wallet.fromAddress || transaction.valueWei !== 0n || adopting.kind === "nothing") {
      return false;
    }
    if (this.#refusal(nonce, found, true) !== null) return false;
    this.#adopt(nonce, found, true);
    return true;
  }

  /** Why a payment is not taken in; null: it is. */
  #refusal(nonce: number, found: FoundPayment, isRecognised: boolean): string | null {
    const { adopting, confirmations } = this.#options;
    const isNamed =
      adopting.kind === "these" && nonce >= adopting.range.first && nonce <= adopting.range.last;
    if (!isRecognised && !isNamed) {
      return "not what it was owed then; enter the events up to then, or take it in as it is";
    }
    if (adopting.kind === "nothing") return "it is what it was owed then, and can be taken in";
    if (found.transaction.payment === null && !isNamed) {
      return `its kind of transaction is not known here; --adopt-nonces ${nonce}..${nonce} takes it in as it is`;
    }
    const depth = this.#head.number - found.receipt.blockNumber + 1;
    return depth < confirmations ? `only ${depth} of ${confirmations} confirmations` : null;
  }

  #adopt(nonce: number, found: FoundPayment, isRecognised: boolean): void {
    const { wallet, nowMs, adopting } = this.#options;
    const { transaction, receipt, to, paidWei: amountWei, atMs } = found;
    if (to === null) return;
    const payment = transaction.payment ?? { ...BYTES_UNKNOWN, txHash: transaction.txHash };
    const { chainId, fromAddress } = wallet;
    this.#books.transaction(() => {
      // Another process was quicker.
      if (this.#books.isKnown(transaction.txHash)) return;
      this.#books.forgetAcknowledged({ chainId, fromAddress, nonce });
      this.#displace(nonce, found);
      const owed = this.#books.pendingBalances().filter(({ address }) => address === to);
      const parts = partsFor(owed, amountWei).map(({ nodeType, region, wei }) => ({
        ...{ nodeType, region, wei },
      }));
      const intent = { address: to, amountWei, parts, createdAtMs: atMs, chainId, nonce };
      const whole = { ...intent, wallet: fromAddress };
      const { txHash, blockNumber, blockHash, gasWei } = receipt;
      const inclusion = { txHash, blockNumber, blockHash, gasWei, outcome: "paid" } as const;
      const payout = this.#books.add(whole, (id) =>
        adopted({ ...whole, id }, { ...payment, signedAtMs: atMs }, inclusion, {
          isDeep: true,
          nowMs,
        }),
      );
      const reason = adopting.kind === "these" ? `: ${adopting.reason}` : "";
      if (adopting.kind === "these") {
        const authored = { reason: adopting.reason, author: adopting.author ?? UNNAMED, nowMs };
        recordAct(this.#options.store, "adopt", `payout ${payout.id}`, authored, { txHash });
      }
      const isNothing = amountWei === 0n;
      const how = isNothing
        ? "it pays nobody"
        : isRecognised
          ? "what it was owed then"
          : `as it is${reason}`;
      this.#books.log(nowMs, `payout ${payout.id} taken in`, `nonce ${nonce}, ${txHash}, ${how}`);
      this.#adopted.push(payout);
    });
  }

  /** A payout of these books that had the nonce will never be mined. */
  #displace(nonce: number, { receipt }: FoundPayment): void {
    const { wallet, confirmations, nowMs } = this.#options;
    const { txHash, blockNumber, blockHash } = receipt;
    for (const payout of this.#books.open()) {
      const isSame =
        payout.nonce === nonce &&
        payout.wallet === wallet.fromAddress &&
        payout.chainId === wallet.chainId;
      if (!isSame) continue;
      const inclusion = {
        txHash,
        blockNumber,
        blockHash,
        gasWei: 0n,
        outcome: "displaced",
      } as const;
      const seen = { kind: "included", inclusion, headNumber: this.#head.number } as const;
      const transition = observed(payout, seen, { confirmations, nowMs });
      if (transition !== null) this.#mended.push(this.#books.apply(payout, transition));
    }
  }
}

/** What the chain says otherwise of a payout that is in a block; null: nothing. */
function difference({ inclusion }: Payout, seen: Observation): string | null {
  if (seen.kind === "absent") return "the chain does not have it";
  if (seen.kind !== "included" || inclusion === null) return null;
  const { outcome, txHash, blockNumber, gasWei } = seen.inclusion;
  if (outcome !== inclusion.outcome) {
    return `the books say ${inclusion.outcome}, the chain says ${outcome} (${txHash})`;
  }
  if (txHash !== inclusion.txHash || seen.inclusion.blockHash !== inclusion.blockHash) {
    return `the chain has ${txHash} in block ${blockNumber}`;
  }
  if (gasWei !== inclusion.gasWei) {
    return `its gas cost ${gasWei} wei, the books say ${inclusion.gasWei}`;
  }
  return null;
}
