/** `poolsim pool settings`: shows how the books are kept; with options, sets it. */
import { changeSettings, readSettings } from "../../pool/settings.js";
import type { PoolStore } from "../../pool/store/store.js";
import { EXIT } from "../failure.js";
import { assertCommissionFor, rehearsed, withBooks } from "../pool/open-books.js";
import { lines, print } from "../pool/output.js";
import { formatSettings, type SettingsFlags, settingsChange } from "../pool/settings.js";
import type { Terminal } from "../terminal.js";

/** @throws InputError (`SETTINGS_PAST`, `COMMISSION_PAST`, `COMMISSION_NONE`, …) */
export function poolSettings(flags: SettingsFlags, terminal: Terminal): number {
  const change = settingsChange(flags);
  const set = (store: PoolStore): void => {
    if (change === null) return;
    store.transaction(() => {
      changeSettings(store, change);
      // Books without a commission can't take an event.
      readSettings(store);
    });
  };
  if (change !== null) {
    assertCommissionFor(flags.db, flags.commission);
    rehearsed(flags.db, set);
  }
  return withBooks(flags.db, change === null ? "read" : "create", (store) => {
    set(store);
    const settings = readSettings(store);
    const isSettled = store.eventCount() > 0;
    const { rows, json } = formatSettings(settings);
    print(terminal, flags, { ...json, isSettled }, () => [
      lines(...rows),
      isSettled
        ? "Settled by the first event; only a commission that begins later can be added."
        : "There are no events yet: all of it can still be changed.",
    ]);
    return EXIT.ok;
  });
}
