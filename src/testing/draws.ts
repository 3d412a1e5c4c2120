/** Histories that laws are tried on: made up, the same at each run. */
import { makeKey, uniform } from "../core/random.js";

/** Draws of one history. */
export class Draws {
  readonly #key: ReturnType<typeof makeKey>;
  #index = 0;

  /** @param history its number */
  constructor(history: number) {
    this.#key = makeKey(history);
  }

  /** Uniform in (0, 1). */
  next(): number {
    return uniform(this.#key.k0, this.#key.k1, this.#index++);
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** True so often. @param share 0 … 1 */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const ranked = items.map((item) => ({ item, rank: this.next() }));
    return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
  }
}
