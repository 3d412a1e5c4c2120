/**
 * The live shell of payouts. One pass looks after what is under way, then begins what is due. It
 * may be killed anywhere: whatever was sent had been stored before, and the next pass goes on.
 */
import { checkInstant } from "../../core/checks.js";
import { InputError, type PoolsimError, RemoteError } from "../../core/errors.js";
import { PayoutBeginner, type Why } from "./begin-due.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { ChainTransaction, Head, PayoutChain, SendAnswer } from "./chain.js";
import { isChainError } from "./estimate.js";
import { Fence, type SignedMemory } from "./fence.js";
import { type Observation, observed, sent, type Transition } from "./machine.js";
import { type NonceState, nonceState, noncesOf, rangesOf, rangesText } from "./nonces.js";
import { observe } from "./observe.js";
import { PayeeHistory } from "./payee-history.js";
import { isClosed, isSameInclusion, lastAttempt, type Payout } from "./payout.js";
import { isWithin } from "./plan.js";
import { PayoutReplacer } from "./replace.js";
import type { MutableReport, PassReport } from "./report.js";
import type { PayoutSettings } from "./settings.js";
import type { PayoutSigner } from "./signer.js";
import { unknownNonces } from "./unknown-nonces.js";

/** What a runner of payouts works with. */
export interface PayoutRunnerOptions {
  /** The books. */
  readonly store: PayoutBooksStore;
  /** The node that is asked. */
  readonly chain: PayoutChain;
  /** Another node: a payout is in a block only if both say so. @default none */
  readonly witness?: PayoutChain | undefined;
  /** Signs payments. */
  readonly signer: PayoutSigner;
  /** The operator's rules. */
  readonly settings: PayoutSettings;
  /** Uses up nonces that nobody uses, below payouts that wait for them. @default false */
  readonly fillsGaps?: boolean | undefined;
  /**
   * What this machine has handed to nodes from the wallet, so that a restored backup does not pay again
   * what waits somewhere. @default nothing is known of that
   */
  readonly signed?: SignedMemory | undefined;
  /**
   * Uses up the next nonces, before anybody is paid: payments that these books don't know may have
   * them, as they come from a backup, and say so nowhere. @default false
   */
  readonly fences?: boolean | undefined;
}

/** What a pass goes by. */
interface Pass {
  readonly head: Head;
  readonly nonces: NonceState;
  /** Transactions of the wallet on chain. */
  readonly used: number;
  readonly nowMs: number;
  readonly report: MutableReport;
}

/** Nonces used up in one pass. */
const FILLS_MAX = 16;

/** Pays what the books owe, pass by pass. */
export class PayoutRunner {
  readonly #books: PayoutBooks;
  readonly #chain: PayoutChain;
  readonly #witness: PayoutChain | null;
  readonly #signer: PayoutSigner;
  readonly #settings: PayoutSettings;
  readonly #fillsGaps: boolean;
  readonly #beginner: PayoutBeginner;
  readonly #replacer: PayoutReplacer;
  readonly #fence: Fence;
  readonly #fences: boolean;
  /** Payouts that the node refused when it was asked last. */
  readonly #refused = new Set<number>();

  constructor(options: PayoutRunnerOptions) {
    const { store, chain, witness, signer, settings, fillsGaps, signed, fences } = options;
    this.#books = new PayoutBooks(store);
    this.#chain = chain;
    this.#witness = witness ?? null;
    this.#signer = signer;
    this.#settings = settings;
    this.#fillsGaps = fillsGaps ?? false;
    const history = new PayeeHistory(store);
    const books = this.#books;
    this.#beginner = new PayoutBeginner({ books, history, chain, signer, settings });
    this.#replacer = new PayoutReplacer({ books, chain, signer, settings });
    const { chainId, maxUnderWay } = settings;
    const wallet = { chainId, fromAddress: signer.address };
    this.#fences = fences ?? false;
    this.#fence = new Fence({ store, books, wallet, maxUnderWay, memory: signed, isAsked: fences });
  }

  /**
   * Does what can be done now. To be called again after a few seconds while payouts are under way.
   *
   * @param nowMs since 1970
   * @param isBeginning false: only looks after what is under way. @default true
   * @throws InputError (`PAYOUT_CHAIN`) when the node is of another chain; (`PAYOUT_BOUND`) when these
   *   books are paid from another wallet; (`OPTION_INVALID`) for a time that is none
   * @throws RemoteError (`CHAIN_…`) when the node fails before anything is known; later failures
   *   are in the report; (`DATABASE_REPLACED`) when these are not the books any more
   */
  async pass(nowMs: number, isBeginning = true): Promise<PassReport> {
    checkInstant({ nowMs });
    this.#books.assertInPlace();
    await this.#assertChain();
    const { chainId } = this.#settings;
    this.#books.prepare({ chainId, fromAddress: this.#signer.address }, nowMs);
    const head = await this.#chain.head();
    const lists = { begun: [], changed: [], hindered: [], troubles: [] };
    const report: MutableReport = { ...lists, unfilled: null };
    const used = await this.#chain.transactionCount(this.#signer.address, "latest");
    await this.#lookAtAcknowledged(head, used, nowMs);
    const pass: Pass = { head, used, nonces: this.#nonces(used), nowMs, report };
    const unknown = await this.#lookAfter(pass);
    const { failure, stop } = await this.#goOn(pass, unknown, isBeginning);
    const underWay = this.#books.open().filter((payout) => payout.chainId === chainId);
    const { gap } = this.#nonces(used);
    return { ...report, failure, stop, underWay, gap };
  }

  /** What was done before the node failed is told in any case. */
  async #goOn(
    pass: Pass,
    unknown: string | null,
    isBeginning: boolean,
  ): Promise<{ failure: PoolsimError | null; stop: PoolsimError | null }> {
    try {
      const stop =
        unknown === null
          ? await this.#unknownNonces(pass)
          : new InputError(`payouts: ${unknown}, which these books do not know`, {
              code: "PAYOUT_NONCES_UNKNOWN",
            });
      if (stop !== null || !isBeginning) return { failure: null, stop };
      await this.#fillGaps(pass);
      // Asked for, it is done also where nobody is due.
      if (this.#fences) await this.#fenced(pass);
      const { head, used, nowMs, report } = pass;
      await this.#beginner.beginDue({ head, used, nowMs }, report, {
        hindrance: () => this.#fenced(pass),
        onBegun: (begun) => this.#guarded(begun, report, () => this.#send(begun, pass)),
      });
      return { failure: null, stop };
    } catch (error) {
      if (isChainError(error)) return { failure: error, stop: null };
      throw error;
    }
  }

  #nonces(used: number): NonceState {
    const { address } = this.#signer;
    const { chainId } = this.#settings;
    const known = this.#books.knownNonces(address, chainId);
    const open = this.#books
      .open()
      .filter((payout) => payout.chainId === chainId && payout.wallet === address)
      .map(({ nonce }) => nonce);
    return nonceState({ known, open, used });
  }

  /** Whether the chain has used nonces that nothing explains; two nodes must say so if there are two. */
  async #unknownNonces({ used }: Pass): Promise<PoolsimError | null> {
    const { address: wallet } = this.#signer;
    const other = (await this.#witness?.transactionCount(wallet, "latest")) ?? used;
    const { unknown } = this.#nonces(Math.max(used, other));
    if (unknown.length === 0) return null;
    if (used !== other) {
      throw new RemoteError(
        `one node counts ${used} transactions of ${wallet}, the other ${other}`,
        {
          code: "CHAIN_CONTRADICTION",
        },
      );
    }
    return await unknownNonces({ chain: this.#chain, wallet, unknown });
  }

  /** An acknowledged transaction that a reorganisation took back explains its nonce no more. */
  async #lookAtAcknowledged(head: Head, used: number, nowMs: number): Promise<void> {
    const { chainId, watchBlocks } = this.#settings;
    const rows = this.#books
      .acknowledged(this.#signer.address, chainId)
      .filter((row) => row.blockNumber >= head.number - watchBlocks || row.nonce >= used);
    const blocks = new Map<number, string | null>();
    for (const row of rows) {
      const { blockNumber, blockHash, txHash, nonce } = row;
      if (blockNumber > head.number) continue;
      const found = blocks.get(blockNumber) ?? (await this.#chain.blockHash(blockNumber));
      blocks.set(blockNumber, found);
      if (found === null || found === blockHash) continue;
      const transaction = await this.#chain.transaction(txHash);
      const block = transaction?.block ?? null;
      if (block !== null) {
        const reason = `${row.reason} (in another block)`;
        const moved = { blockNumber: block.number, blockHash: block.hash, reason };
        if (block.hash !== blockHash) this.#books.moveAcknowledged(row, moved);
        continue;
      }
      await this.#assertChain();
      if (!this.#books.moveAcknowledged(row, null)) continue;
      this.#books.log(nowMs, `nonce ${nonce} is free again`, `${txHash} is in no block any more`);
    }
  }

  /** Transfers of nothing to the wallet itself, for nonces below payouts that wait for them. */
  async #fillGaps(pass: Pass): Promise<void> {
    const { gap } = this.#nonces(pass.used);
    if (!this.#fillsGaps || gap.length === 0) return;
    // What waits at a node is somebody's already.
    const waiting = await this.#chain.transactionCount(this.#signer.address, "pending");
    const free = noncesOf(gap, FILLS_MAX).filter((nonce) => nonce >= waiting);
    await this.#fill(free, pass);
  }

  /** @returns that payments which these books don't know may still be mined; null: they can't */
  async #fenced(pass: Pass): Promise<Why | null> {
    const fenced = this.#fence.ahead(pass.used, pass.nowMs);
    if (fenced === null) return null;
    const { last, missing } = fenced;
    // What waits at a node with one of them is outbid, or mined and then found.
    await this.#fill(noncesOf(missing, FILLS_MAX), pass);
    const detail = `nonces ${rangesText([{ first: Math.min(pass.used, last), last }])}`;
    const { unfilled } = pass.report;
    if (unfilled === null) return { why: "notFenced", detail };
    return { why: unfilled.why, detail: `${detail} are to be used up before anybody is paid` };
  }

  async #fill(nonces: readonly number[], pass: Pass): Promise<void> {
    for (const nonce of nonces) {
      const filled = await this.#beginner.fill(nonce, pass.head, pass.nowMs);
      if (filled === null) return;
      if (typeof filled === "string") {
        const left = nonces.slice(nonces.indexOf(nonce));
        pass.report.unfilled = { why: filled, nonces: rangesOf(left) };
        return;
      }
      pass.report.begun.push(filled);
      await this.#guarded(filled, pass.report, () => this.#send(filled, pass));
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

  /** @returns a payment at one of our nonces that these books don't know; null: there is none */
  async #lookAfter(pass: Pass): Promise<string | null> {
    const { head, report } = pass;
    const { chainId, watchBlocks } = this.#settings;
    const ours = (payout: Payout): boolean => payout.chainId === chainId;
    const blocks = new Map<number, Promise<string | null>>();
    let unknown: string | null = null;
    const look = async (payout: Payout): Promise<void> => {
      unknown = (await this.#look(payout, pass)) ?? unknown;
    };
    // What has a nonce that the chain counts as unused is looked at however old it is.
    const unused = { chainId, fromAddress: this.#signer.address, nonce: pass.used };
    const closed = this.#books.closedSince(head.number - watchBlocks, unused);
    for (const payout of closed.filter(ours)) {
      await this.#guarded(payout, report, async () => {
        const { inclusion } = payout;
        if (inclusion === null || inclusion.blockNumber > head.number) return;
        const number = inclusion.blockNumber;
        const hash = blocks.get(number) ?? this.#chain.blockHash(number);
        blocks.set(number, hash);
        if ((await hash) !== inclusion.blockHash) await look(payout);
      });
    }
    for (const payout of this.#books.open().filter(ours)) {
      await this.#guarded(payout, report, () => look(payout));
    }
    return unknown;
  }

  /**
   * Finds out what became of it; sends it again if it is in no block.
   *
   * @returns what its nonce paid instead, where these books should know of it
   */
  async #look(before: Payout, pass: Pass): Promise<string | null> {
    const { head, nowMs, report } = pass;
    const observation = await this.#observe(before, head);
    if (observation.kind === "unclear" || observation.kind === "unknown") {
      report.troubles.push({ payout: before, message: observation.why });
      return observation.kind === "unknown" ? `payout ${before.id}: ${observation.why}` : null;
    }
    const { confirmations } = this.#settings;
    const transition = observed(before, observation, { confirmations, nowMs });
    // Another chain that answers by now has other transactions with the same nonces.
    if (transition !== null) await this.#assertChain();
    const payout = this.#apply(before, transition, report);
    if (isClosed(payout) || payout.inclusion !== null) return null;
    await this.#sendAgain(payout, pass);
    return null;
  }

  /** It is in no block: its bytes, new ones where those are stuck or refused, or its end. */
  async #sendAgain(payout: Payout, pass: Pass): Promise<void> {
    const { report } = pass;
    const { replaceAfterMs } = this.#settings;
    const isStuck = !isWithin(lastAttempt(payout).signedAtMs, replaceAfterMs, pass.nowMs);
    const raised = isStuck ? await this.#replacer.raise(payout, pass, report) : payout;
    tellChange(payout, raised, report);
    const answer = await this.#send(raised, pass);
    if (isTaken(answer)) {
      this.#refused.delete(payout.id);
      return;
    }
    // Perhaps it needs more gas than when it was signed: then no node will ever take it.
    const refused = this.#books.payout(raised.id);
    const again = await this.#replacer.signAgain(refused, pass, report);
    tellChange(refused, again, report);
    const last = again === refused ? answer : await this.#send(again, pass);
    if (isTaken(last)) {
      this.#refused.delete(payout.id);
      return;
    }
    // A node may refuse once for reasons of its own.
    const isLasting = this.#refused.has(payout.id);
    this.#refused.add(payout.id);
    if (!isLasting) return;
    const now = this.#books.payout(raised.id);
    const off = await this.#replacer.callOffRefused(now, last.message, pass, report);
    tellChange(now, off, report);
    if (off !== now) await this.#send(off, pass);
  }

  /** What the node says, and the witness too where it matters. */
  async #observe(payout: Payout, head: Head): Promise<Observation> {
    const isUnknown = (found: ChainTransaction): boolean => this.#books.isUnknownPayment(found);
    const seen = await observe(payout, { chain: this.#chain, head, isUnknown });
    const witness = this.#witness;
    if (witness === null || seen.kind !== "included") return seen;
    const other = await observe(payout, { chain: witness, head: await witness.head(), isUnknown });
    const isSame = other.kind === "included" && isSameInclusion(other.inclusion, seen.inclusion);
    if (!isSame) return { kind: "unclear", why: "the second node does not confirm it" };
    return { ...seen, headNumber: Math.min(seen.headNumber, other.headNumber) };
  }

  /** Hands its stored bytes to the node. Whatever the answer, only the chain tells what it means. */
  async #send(payout: Payout, { nowMs, report }: Pass): Promise<SendAnswer> {
    const { txHash, signedTx } = lastAttempt(payout);
    if (payout.wallet === this.#signer.address) this.#fence.note({ nonce: payout.nonce, txHash });
    const answer = await this.#chain.send(signedTx);
    this.#books.markSent(txHash, nowMs);
    this.#apply(payout, sent(payout, nowMs), report);
    if (answer.accepted && answer.txHash !== txHash) {
      report.troubles.push({ payout, message: `the node calls it ${answer.txHash}` });
    } else if (!answer.accepted && !isKnown(answer.message)) {
      report.troubles.push({ payout, message: answer.message });
    }
    return answer;
  }

  #apply(before: Payout, transition: Transition | null, report: MutableReport): Payout {
    if (transition === null) return before;
    const payout = this.#books.apply(before, transition);
    tellChange(before, payout, report);
    return payout;
  }

  /** A node that fails over one payout does not keep the others from their turn. */
  async #guarded(
    payout: Payout,
    report: MutableReport,
    work: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isChainError(error)) throw error;
      report.troubles.push({ payout, message: error.message });
    }
  }
}

function tellChange(before: Payout, payout: Payout, report: MutableReport): void {
  if (payout.state !== before.state) report.changed.push(payout);
}

/** @returns whether the node has it now */
function isTaken(answer: SendAnswer): answer is Extract<SendAnswer, { accepted: true }> {
  return answer.accepted || isKnown(answer.message);
}

/** Words of nodes that have it already. */
function isKnown(message: string): boolean {
  return /already known|already imported/i.test(message);
}
