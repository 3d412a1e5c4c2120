/** A case of the store's contract, and what several of them use. */
import { pendingAccount } from "../../pool/books/accounts.js";
import type { PoolStore } from "../../pool/books/store/store.js";

export interface StoreCase {
  readonly name: string;
  /**
   * @param store with nothing in it
   * @param open another empty one, for cases that compare two; whoever opens it closes it
   */
  readonly check: (store: PoolStore, open: () => PoolStore) => void;
}

export const ALICE = `0x${"a1".repeat(20)}`;
export const BOB = `0x${"b0".repeat(20)}`;
export const PENDING = pendingAccount({ address: ALICE, nodeType: "transcode", region: "eu" });
/** More than any machine's integer or float holds. */
export const BIG = 2n ** 200n + 1n;
