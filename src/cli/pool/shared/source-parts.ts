/** What options and files of sources have in common: names and labels. */
import { InputError } from "../../../core/errors.js";
import { nameAt } from "../../../pool/books/events/fields.js";
import type { EventSource } from "../../../pool/books/sources/source.js";

export interface ChosenSources {
  readonly sources: readonly EventSource[];
  /** Time between polls that the file asks for, ms. */
  readonly everyMs: number | undefined;
}

/** @throws InputError (`USAGE`) for a name that cursors or accounts could not hold */
export function nameOf(text: string, where: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InputError(`${where}: expected 1 to 64 of A-Z a-z 0-9 _ . -, found "${text}"`, {
    code: "USAGE",
  });
}

/**
 * What events are told to have as node type or region.
 *
 * @throws InputError (`USAGE`) for what would put each of them into quarantine
 */
export function labelOf(text: string, where: string): string {
  try {
    return nameAt({ [where]: text }, where);
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.message, { code: "USAGE" }) : error;
  }
}
