/**
 * Who is suspended, per stream and pool: an orchestrator that failed is demoted in the next
 * discoveries. Two named policies differ only in what a penalty is added to.
 */

/**
 * What a penalty is added to when a transcoder is suspended.
 *
 * - `absolute` (go-livepeer's video pools, S-2): to the transcoder's own value. As values are
 *   compared with the number of refreshes so far, a penalty not above that number has no effect
 *   (S-6, S-7).
 * - `relative` (what its AI pools do, S-11): the value becomes count + penalty, so that a
 *   suspension lasts as long early in a stream as late.
 */
export type SuspensionPolicy = "absolute" | "relative";

/** The suspender of one pool of one stream (S-1 … S-4). Transcoders are integer handles. */
export class Suspender {
  /** How penalties are counted. */
  readonly policy: SuspensionPolicy;
  #count = 0;
  // Most streams suspend nobody: made at the first suspension.
  #values: Map<number, number> | undefined;

  /** @param policy see {@link SuspensionPolicy} (default `absolute`) */
  constructor(policy: SuspensionPolicy = "absolute") {
    this.policy = policy;
  }

  /** How many refreshes were signalled (S-1). */
  get count(): number {
    return this.#count;
  }

  /** How many entries are kept; one that has run out is dropped only when it is asked for (S-3). */
  get size(): number {
    return this.#values?.size ?? 0;
  }

  /**
   * Suspends a transcoder (S-2, with `relative` S-11).
   *
   * @param transcoder handle
   * @param penalty refreshes, a whole number ≥ 0
   */
  suspend(transcoder: number, penalty: number): void {
    this.#values ??= new Map();
    const base = this.policy === "relative" ? this.#count : (this.#values.get(transcoder) ?? 0);
    this.#values.set(transcoder, base + penalty);
  }

  /** Counts a refresh: to be called before each discovery (S-4). */
  signalRefresh(): void {
    this.#count += 1;
  }

  /**
   * The transcoder's value, 0 when it is not suspended. Drops an entry that has run out (S-3).
   *
   * @param transcoder handle
   */
  suspended(transcoder: number): number {
    const value = this.#values?.get(transcoder);
    if (value === undefined) return 0;
    if (value >= this.#count) return value;
    this.#values?.delete(transcoder);
    return 0;
  }

  /** The entries that are kept, in no particular order: `[transcoder, value]`. */
  entries(): Iterable<readonly [transcoder: number, value: number]> {
    return this.#values ?? [];
  }
}
