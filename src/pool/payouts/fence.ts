/**
 * Payments that were signed, that these books don't know, and that are in no block yet: of a machine
 * whose backup was restored. No node need show them, and each can be mined for as long as its nonce is
 * free. So those nonces are used up, by transfers of nothing, before anybody is paid with a later one.
 */
import { InputError } from "../../core/errors.js";
import { COPY_KINDS, recordAct } from "../books/acts.js";
import type { PayingWallet, PoolStore } from "../books/store/store.js";
import type { PayoutBooks } from "./books.js";
import { type NonceRange, nonceState, rangesText } from "./nonces.js";
import { isClosed } from "./payout.js";

/** A payment that was handed to a node. */
export interface SignedNonce {
  /** Its number among the wallet's transactions. */
  readonly nonce: number;
  /** Lower-case hex with `0x`. */
  readonly txHash: string;
}

/**
 * What a machine has handed to nodes from a wallet on a chain, kept apart from the books: a restored
 * backup does not take it back.
 */
export interface SignedMemory {
  /** The one with the highest nonce; null: none. */
  last(): SignedNonce | null;
  /** Keeps one with a higher nonce than the last; durable when it returns, before a node hears of it. */
  note(signed: SignedNonce): void;
}

/** Nonces that have to be used up before anybody is paid. */
export interface FencedNonces {
  /** The last of them. */
  readonly last: number;
  /** Those for which nothing is signed. */
  readonly missing: readonly NonceRange[];
}

export interface FenceOptions {
  readonly store: Pick<PoolStore, "acts" | "transaction">;
  readonly books: PayoutBooks;
  readonly wallet: PayingWallet;
  /** As many as were ever under way at once, or more. @default 16 */
  readonly maxUnderWay?: number | undefined;
  /** What this machine has signed. @default nothing is known of that */
  readonly memory?: SignedMemory | undefined;
  /** An operator asks for it. @default false */
  readonly isAsked?: boolean | undefined;
}

interface Needed {
  readonly last: number;
  readonly why: string;
}

const FENCE = "fence";
const UNDER_WAY = 16;
/** More than were ever signed beyond those on chain: it is another chain. */
const BEYOND_MAX = 256;

export class Fence {
  readonly #options: FenceOptions;
  #isAsked: boolean;

  constructor(options: FenceOptions) {
    this.#options = options;
    this.#isAsked = options.isAsked ?? false;
  }

  /** To be called before bytes are handed to a node. */
  note(signed: SignedNonce): void {
    const { memory } = this.#options;
    const last = memory?.last() ?? null;
    if (last === null || signed.nonce > last.nonce) memory?.note(signed);
  }

  /**
   * What has to be used up before anybody is paid; null: nothing, or no more.
   *
   * @param used transactions of the wallet on chain, all of them known to the books
   * @throws InputError (`PAYOUT_SIGNED`) where this machine's memory does not fit the chain
   */
  ahead(used: number, nowMs: number): FencedNonces | null {
    const { store, wallet } = this.#options;
    return store.transaction(() => {
      const needed = this.#needed(used);
      this.#isAsked = false;
      if (needed.length === 0) return this.#left(this.#newest()?.last ?? null);
      const last = needed.reduce((most, one) => Math.max(most, one.last), 0);
      const reason = needed.map(({ why }) => why).join("; ");
      const detail = { chainId: wallet.chainId.toString(), through: String(last) };
      recordAct(store, FENCE, wallet.fromAddress, { reason, author: "poolsim", nowMs }, detail);
      return this.#left(last);
    });
  }

  /**
   * Why payments that these books don't know may still be mined; null: none that is known of.
   *
   * @param used as for {@link ahead}
   * @throws as {@link ahead}
   */
  hidden(used: number): string | null {
    const needed = this.#needed(used);
    if (needed.length > 0) return needed.map(({ why }) => why).join("; ");
    const left = this.#left(this.#newest()?.last ?? null);
    if (left === null) return null;
    const range = rangesText([{ first: Math.min(used, left.last), last: left.last }]);
    return `nonces ${range} are not used up yet`;
  }

  #needed(used: number): readonly Needed[] {
    const { store, memory, maxUnderWay = 0 } = this.#options;
    const fence = this.#newest();
    const [copied] = store.acts.list({ kinds: COPY_KINDS, limit: 1 });
    const isCopy = copied !== undefined && copied.id > (fence?.id ?? 0);
    const needed: Needed[] = [];
    if (isCopy || this.#isAsked) {
      const last = used + Math.max(UNDER_WAY, maxUnderWay) - 1;
      needed.push({
        last,
        why: isCopy ? "these books are from a copy" : "an operator asked for it",
      });
    }
    const signed = memory?.last() ?? null;
    if (signed !== null && this.#isHidden(signed, used, fence?.last ?? -1)) {
      const { nonce, txHash } = signed;
      const why = `this machine has signed nonce ${nonce}, ${txHash}, unknown to these books`;
      needed.push({ last: nonce, why });
    }
    return needed;
  }

  /** Whether what this machine signed last may be mined and is nowhere in the books. */
  #isHidden({ nonce, txHash }: SignedNonce, used: number, fenced: number): boolean {
    if (nonce < used || nonce <= fenced) return false;
    if (this.#options.books.isKnown(txHash)) return false;
    if (nonce < used + BEYOND_MAX) return true;
    throw new InputError(
      `payouts: this machine has signed nonce ${nonce} of ${this.#options.wallet.fromAddress}, and the ` +
        `node counts ${used} transactions; expected another node, or what was kept of another chain removed`,
      { code: "PAYOUT_SIGNED" },
    );
  }

  #newest(): { readonly id: number; readonly last: number } | null {
    const { store, wallet } = this.#options;
    const act = store.acts
      .list({ kinds: [FENCE], subject: wallet.fromAddress })
      .find(({ detail }) => detail["chainId"] === wallet.chainId.toString());
    return act === undefined ? null : { id: act.id, last: Number(act.detail["through"]) };
  }

  /** Of the nonces up to one, what is not used up for good. */
  #left(last: number | null): FencedNonces | null {
    if (last === null) return null;
    const { books, wallet } = this.#options;
    const { chainId, fromAddress } = wallet;
    const known = books.knownNonces(fromAddress, chainId);
    const { unknown: missing } = nonceState({ known, open: [], used: last + 1 });
    const isUnderWay = books
      .open()
      .some(
        (payout) =>
          payout.chainId === chainId &&
          payout.wallet === fromAddress &&
          payout.nonce <= last &&
          !isClosed(payout),
      );
    return missing.length === 0 && !isUnderWay ? null : { last, missing };
  }
}
