/** From when on a source counts: what it tells of before was paid out of other books. */
import { checkInstant, checkText } from "../../core/checks.js";
import { InputError } from "../../core/errors.js";
import { utcText } from "../../core/utc.js";
import type { PoolStore } from "./store/store.js";

const keyOf = (source: string) => `since:${source}`;

/** Ms since 1970; 0: from the beginning. */
export function sinceMsOf(store: Pick<PoolStore, "setting">, source: string): number {
  return Number(store.setting(keyOf(source)) ?? 0);
}

/**
 * Sets the cut-over of a source, once and for ever: moved back it would pay again, moved on it
 * would leave a gap.
 *
 * @throws InputError (`SINCE`) if it has another one, or events from before; (`OPTION_INVALID`)
 */
export function setSince(store: PoolStore, source: string, sinceMs: number): void {
  checkText({ source });
  checkInstant({ sinceMs });
  store.transaction(() => {
    const known = store.setting(keyOf(source));
    if (known !== null) {
      if (Number(known) === sinceMs) return;
      throw new InputError(
        `source ${source} counts from ${utcText(Number(known))} on in these books, and can't from ${utcText(sinceMs)} on`,
        { code: "SINCE" },
      );
    }
    const firstMs = store.events.firstMoneyMs(sinceMs, source);
    if (firstMs !== null) {
      throw new InputError(
        `source ${source} can't count from ${utcText(sinceMs)} on: these books have events of it from ${utcText(firstMs)}`,
        { code: "SINCE" },
      );
    }
    store.setSetting(keyOf(source), String(sinceMs));
  });
}
