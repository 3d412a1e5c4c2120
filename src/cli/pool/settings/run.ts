/** `poolsim pool settings`: shows how the books are kept; with options, sets it. */
import { changeLimits, readLimits } from "../../../pool/books/limits.js";
import { changeSettings, readSettings } from "../../../pool/books/settings.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertCommissionFor, rehearsed, withBooks } from "../shared/open-books.js";
import { lines, print } from "../shared/output.js";
import { warnOfRegions } from "../shared/rate-regions.js";
import { limitsOf, settingsChange } from "../shared/settings-change.js";
import type { SettingsFlags } from "../shared/settings-options.js";
import { formatSettings, limitsText } from "../shared/settings-text.js";

/** @throws InputError (`SETTINGS_PAST`, `COMMISSION_PAST`, `COMMISSION_NONE`, …) */
export function poolSettings(flags: SettingsFlags, terminal: Terminal): number {
  const change = settingsChange(flags);
  const limits = limitsOf(flags);
  const isChange = change !== null || limits !== null;
  const set = (store: PoolStore): void => {
    if (!isChange) return;
    store.transaction(() => {
      if (change !== null) changeSettings(store, change);
      if (limits !== null) changeLimits(store, limits);
      // Books without a commission can't take an event.
      readSettings(store);
    });
  };
  if (isChange) {
    assertCommissionFor(flags.db, flags.commission);
    rehearsed(flags.db, set);
  }
  return withBooks(flags.db, isChange ? "create" : "read", (store) => {
    set(store);
    const settings = readSettings(store);
    const isSettled = store.events.count() > 0;
    const { rows, json } = formatSettings(settings);
    warnOfRegions(store, settings, terminal);
    const limit = readLimits(store);
    print(terminal, flags, { ...json, limits: limit, isSettled }, () => [
      lines(...rows),
      ...limitsText(limit),
      isSettled
        ? "Settled by the first event; only a commission that begins later can be added."
        : "There are no events yet: all of it can still be changed.",
    ]);
    return EXIT.ok;
  });
}
