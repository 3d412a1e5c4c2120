/**
 * From which wallet, on which chain, books are paid: one, so that what another wallet paid is not paid
 * again by this one. Only the wallet's own nonces show what a backup does not know.
 */
import { InputError } from "../../core/errors.js";
import { type Authored, COPY_KINDS, recordAct } from "../books/acts.js";
import type { ActRow, PayingWallet, PoolStore } from "../books/store/store.js";

/** What binding needs of the store. */
export type BindingStore = Pick<PoolStore, "acts" | "payouts" | "transaction">;

const BIND = "bind";
const SUBJECT = "payouts";

/** The wallet and the chain that books are bound to; null: they never paid, and nobody said. */
export function bindingOf({
  acts,
  payouts,
}: Omit<BindingStore, "transaction">): PayingWallet | null {
  const [act] = acts.list({ kinds: [BIND], subject: SUBJECT, limit: 1 });
  const { chainId, wallet } = act?.detail ?? {};
  if (chainId !== undefined && wallet !== undefined) {
    return { chainId: BigInt(chainId), fromAddress: wallet };
  }
  // Books from before there were bindings: whoever paid last.
  const [last] = payouts.list({ limit: 1 });
  return last === undefined ? null : { chainId: last.chainId, fromAddress: last.fromAddress };
}

/**
 * Binds books that are not bound yet; the first payment does, too.
 *
 * @throws InputError (`PAYOUT_BOUND`) for another wallet or chain than they are bound to, and for books
 *   from a backup that knows of no payment: somebody may have paid since
 */
export function assertBound(store: BindingStore, asked: PayingWallet, nowMs: number): void {
  const bound = bindingOf(store);
  if (bound === null) {
    const [restored] = store.acts.list({ kinds: COPY_KINDS, limit: 1 });
    if (restored !== undefined) {
      throw refused(
        "these books are from a backup that knows of no payment, and none knows who paid since; " +
          "say from which wallet they were paid, before any other: poolsim pool bind",
      );
    }
    bind(store, asked, { reason: "the first payment", author: "poolsim", nowMs });
    return;
  }
  if (isSame(bound, asked)) return;
  throw refused(
    `these books are paid from ${bound.fromAddress} on chain ${bound.chainId}, ` +
      `not from ${asked.fromAddress} on chain ${asked.chainId}; poolsim pool bind changes that`,
  );
}

/**
 * Binds books to a wallet and a chain. Who changes that has to look before whether the books know all
 * that the wallet before has paid.
 *
 * @param detail more to keep with it
 * @returns false: they are bound to it already
 * @throws InputError (`ACT`) without a reason or an author
 */
export function bind(
  store: BindingStore,
  asked: PayingWallet,
  authored: Authored,
  detail: ActRow["detail"] = {},
): boolean {
  return store.transaction(() => {
    const [act] = store.acts.list({ kinds: [BIND], subject: SUBJECT, limit: 1 });
    const bound = bindingOf(store);
    if (act !== undefined && bound !== null && isSame(bound, asked)) return false;
    const wallet = asked.fromAddress.toLowerCase();
    const chainId = asked.chainId.toString();
    recordAct(store, BIND, SUBJECT, authored, { ...detail, chainId, wallet });
    return true;
  });
}

function isSame(one: PayingWallet, other: PayingWallet): boolean {
  return (
    one.chainId === other.chainId &&
    one.fromAddress.toLowerCase() === other.fromAddress.toLowerCase()
  );
}

function refused(why: string): InputError {
  return new InputError(`payouts: ${why}`, { code: "PAYOUT_BOUND" });
}
