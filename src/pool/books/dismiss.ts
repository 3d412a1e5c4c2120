/** Pieces in quarantine of which an operator says that they are nothing, until he says otherwise. */
import { type Authored, recordAct, refusedAct } from "./acts.js";
import type { PoolStore } from "./store/store.js";

/** Which piece, and whether it is dismissed or waits again. */
export interface DismissOptions extends Authored {
  /** Its number in the quarantine. */
  readonly piece: number;
  /** It waits again. @default false */
  readonly isUndone?: boolean | undefined;
}

/**
 * Dismisses a piece, or lets it wait again. It is kept either way, and known when it comes again.
 *
 * @returns false: it was so before, and nothing changed
 * @throws InputError (`ACT`) without a reason or an author, and for a piece that is not there or was
 *   entered after all
 */
export function dismissPiece(
  store: PoolStore,
  { piece, isUndone = false, ...authored }: DismissOptions,
): boolean {
  return store.transaction(() => {
    if (!Number.isSafeInteger(piece)) throw refusedAct(`there is no piece ${piece} in quarantine`);
    const [row] = store.quarantine.list({ all: true, afterId: piece - 1, limit: 1 });
    if (row?.id !== piece) throw refusedAct(`there is no piece ${piece} in quarantine`);
    if (row.resolvedAtMs !== null) throw refusedAct(`piece ${piece} was entered after all`);
    if (!store.quarantine.dismiss(piece, isUndone ? null : authored.nowMs)) return false;
    recordAct(store, isUndone ? "dismiss-undone" : "dismiss", `piece ${piece}`, authored);
    return true;
  });
}
