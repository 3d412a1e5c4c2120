/** Until when opening balances tell what was earned: older events would pay it again. */
import type { PoolStore } from "./store/store.js";

const KEY = "openingAtMs";

/** Ms since 1970; null: there are none, or they were taken over with older events on purpose. */
export function openingAtMs(store: Pick<PoolStore, "setting">): number | null {
  const text = store.setting(KEY);
  return text === null ? null : Number(text);
}

/** The latest of them counts. */
export function keepOpeningAt(store: PoolStore, atMs: number): void {
  const known = openingAtMs(store);
  if (known === null || atMs > known) store.setSetting(KEY, String(atMs));
}
