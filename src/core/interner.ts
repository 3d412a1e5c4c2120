/**
 * Turns strings into small integer handles at the edge, so that cores compare, count and index
 * by number. Two strings are the same only if they are equal character by character.
 */
import { invariant } from "./errors.js";

/** Handles count up from 0 in order of first appearance. */
export class Interner {
  readonly #handles = new Map<string, number>();
  readonly #strings: string[] = [];

  /** How many different strings were seen; the handles are 0 … size − 1. */
  get size(): number {
    return this.#strings.length;
  }

  /** The handle of `text`, a new one if it was not seen before. */
  handle(text: string): number {
    const known = this.#handles.get(text);
    if (known !== undefined) return known;
    const handle = this.#strings.length;
    this.#handles.set(text, handle);
    this.#strings.push(text);
    return handle;
  }

  /** The handle of `text`, null if it was not seen before. */
  known(text: string): number | null {
    return this.#handles.get(text) ?? null;
  }

  /**
   * The string of a handle.
   *
   * @throws InvariantError for a number that is not a handle of this interner
   */
  text(handle: number): string {
    const text = this.#strings[handle];
    invariant(text !== undefined, `${handle} is not a handle of this interner`);
    return text;
  }
}
