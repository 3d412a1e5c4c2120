/** Lists of numbers of one kind. */
import { invariant } from "./errors.js";

/**
 * Copies a list into a longer one, which it returns.
 *
 * @param to at least as long as `from`
 */
export function copyInto<A extends Uint8Array | Int32Array | Float64Array>(to: A, from: A): A {
  to.set(from);
  return to;
}

/**
 * The number at an index.
 *
 * @throws InvariantError where the list is not that long
 */
export function numberAt(list: ArrayLike<number>, index: number): number {
  const value = list[index];
  invariant(value !== undefined, "an index lies within its list");
  return value;
}
