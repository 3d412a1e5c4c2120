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
  /** Expected time from each of these lengths on, of all streams that there were, ms. */
  readonly #areas: number[] = [];
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
    let area = 0;
    for (let at = this.#lengthsMs.length - 1; at >= 0; at--) {
      const nextMs = this.#lengthsMs[at + 1] ?? this.#longestMs;
      area += (this.#shares[at] ?? 0) * (nextMs - (this.#lengthsMs[at] ?? 0));
      this.#areas[at] = area;
    }
  }

  /**
   * How long a stream that was lost would have gone on, on average, ms.
   *
   * @param afterMs how long it had lasted
   */
  meanRest(afterMs: number): number {
    const now = this.#lengthsMs.findLastIndex((lengthMs) => lengthMs <= afterMs);
    const share = now < 0 ? 1 : (this.#shares[now] ?? 0);
    if (share === 0) return 0;
    const nextMs = this.#lengthsMs[now + 1] ?? this.#longestMs;
    return Math.max(0, nextMs - afterMs) + (this.#areas[now + 1] ?? 0) / share;
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
