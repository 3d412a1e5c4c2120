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
  const bound = bindingOf(store) ?? bindFirst(store, asked, nowMs);
  if (isSame(bound, asked)) return;
  throw refused(
    `these books are paid from ${bound.fromAddress} on chain ${bound.chainId}, ` +
      `not from ${asked.fromAddress} on chain ${asked.chainId}; poolsim pool bind changes that`,
  );
}

/** @returns what they are bound to now: another process may have been quicker */
function bindFirst(store: BindingStore, asked: PayingWallet, nowMs: number): PayingWallet {
  return store.transaction(() => {
    const bound = bindingOf(store);
    if (bound !== null) return bound;
    const [restored] = store.acts.list({ kinds: COPY_KINDS, limit: 1 });
    if (restored !== undefined) {
      throw refused(
        "these books are from a backup that knows of no payment, and none knows who paid since; " +
          "say from which wallet they were paid, before any other: poolsim pool bind",
      );
    }
    bind(store, asked, { reason: "the first payment", author: "poolsim", nowMs });
    return asked;
  });
}

/** How books are bound by hand. */
export interface BindOptions {
  /** More to keep with it. @default nothing */
  readonly detail?: ActRow["detail"] | undefined;
  /** What they were bound to when that wallet was looked at; null: to nothing. @default whatever they are bound to */
  readonly before?: PayingWallet | null | undefined;
}

/**
 * Binds books to a wallet and a chain. Who changes that has to look before whether the books know all
 * that the wallet before has paid.
 *
 * @returns false: they are bound to it already
 * @throws InputError (`ACT`) without a reason or an author; (`PAYOUT_BOUND`) where they are bound to something else
 *   than `before` by now
 */
export function bind(
  store: BindingStore,
  asked: PayingWallet,
  authored: Authored,
  { detail = {}, before }: BindOptions = {},
): boolean {
  return store.transaction(() => {
    const [act] = store.acts.list({ kinds: [BIND], subject: SUBJECT, limit: 1 });
    const bound = bindingOf(store);
    if (act !== undefined && bound !== null && isSame(bound, asked)) return false;
    if (before !== undefined && bound !== null && (before === null || !isSame(bound, before))) {
      throw refused(
        `another process has bound these books to ${bound.fromAddress} on chain ${bound.chainId} meanwhile: ` +
          "what that wallet paid was not looked at; nothing was changed",
      );
    }
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
