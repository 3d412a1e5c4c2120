/** Where loops over draws have their lists: one behind the other in memory that they reach. */

/** So many numbers are in a list at most. */
export const LIST_MAX = 128;

/** Up to so many more are written behind them, in vain. */
export const LIST_SPARE = 3;

/** Bytes that a list takes. */
export function listBytes(length: number, bytesEach: number): number {
  return 16 * Math.ceil((bytesEach * (length + LIST_SPARE)) / 16);
}
