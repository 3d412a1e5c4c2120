/** Addresses that operators type: of somebody in the books, or with a checksum that shows a slip. */
import { InputError } from "../../../core/errors.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import type { PoolStore } from "../../../pool/books/store/store.js";

/**
 * An address of the command line, lower case.
 *
 * @throws InputError (`ADDRESS`)
 */
export function payeeAddress(text: string, name: string): string {
  return addressAt({ [name]: text }, name);
}

/** @throws InputError (`ACT`) if nobody in the books has it */
export function assertInBooks(store: PoolStore, address: string, name: string): void {
  if (store.workers.list(address).length > 0) return;
  throw new InputError(`${name} ${address}: it is not in these books`, { code: "ACT" });
}

/**
 * Money goes to an address that the books don't know: a slip would lose it.
 *
 * @param text as it was typed
 * @throws InputError (`ACT`) where nothing would show a slip
 */
export function assertNoSlip(store: PoolStore, text: string, name: string): void {
  if (store.workers.list(text).length > 0 || text !== text.toLowerCase()) return;
  throw new InputError(
    `${name} ${text}: it is not in these books; expected it with its checksum, in capital and small letters, so that a slip shows`,
    { code: "ACT" },
  );
}
