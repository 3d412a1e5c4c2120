/**
 * How long streams would have gone on that were lost: the others say it. The share of streams that
 * last longer than a time is estimated with the lost ones among them (Kaplan and Meier 1958): each
 * counts as long as it was there.
 */

/** A length that is known, or of which is known that it is more. */
export interface KnownLength {
  readonly lengthMs: number;
  /** Whether the stream was lost then, and would have been longer. */
  readonly isLost: boolean;
}

/** Draws what is left of a stream. */
export class RemainingLengths {
  /** Lengths at which streams ended, ascending, and the share of streams that last longer. */
  readonly #lengthsMs: number[] = [];
  readonly #shares: number[] = [];
  readonly #longestMs: number;

  constructor(lengths: readonly KnownLength[]) {
    const sorted = [...lengths].sort(
      (a, b) => a.lengthMs - b.lengthMs || Number(a.isLost) - Number(b.isLost),
    );
    this.#longestMs = sorted.at(-1)?.lengthMs ?? 0;
    let share = 1;
    for (const [index, { lengthMs, isLost }] of sorted.entries()) {
      if (isLost) continue;
      share *= 1 - 1 / (sorted.length - index);
      this.#lengthsMs.push(lengthMs);
      this.#shares.push(share);
    }
  }

  /**
   * The whole length of a stream that was lost.
   *
   * @param afterMs how long it had lasted
   * @param u uniform in (0, 1)
   */
  whole(afterMs: number, u: number): number {
    const now = this.#lengthsMs.findLastIndex((lengthMs) => lengthMs <= afterMs);
    const target = u * (now < 0 ? 1 : (this.#shares[now] ?? 0));
    const at = this.#shares.findIndex((share, index) => index > now && share <= target);
    return Math.max(afterMs, at < 0 ? this.#longestMs : (this.#lengthsMs[at] ?? 0));
  }
}
