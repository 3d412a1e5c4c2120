/** Which event of the books a command line means. */
import { InputError } from "../../../core/errors.js";
import type { PoolStore } from "../../../pool/books/store/store.js";

/**
 * An event by its number, its identity in the books, or its UUID.
 *
 * @returns its number
 * @throws InputError (`DECISION`) when there is none
 */
export function eventOf(store: PoolStore, text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : null;
  const found =
    number === null
      ? (store.events.byIdentity(text) ?? store.events.byIdentity(`uuid:${text.toLowerCase()}`))
      : store.events.get(number);
  if (found !== null) return found.sequence;
  throw new InputError(`${text}: there is no such event in these books`, { code: "DECISION" });
}
