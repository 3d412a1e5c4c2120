/** Nonces that were seen, for as long as their timestamps count. */

/** Remembers a bounded number of nonces in two generations; the older one is dropped whole. */
export class NonceCache {
  readonly #windowMs: number;
  readonly #max: number;
  #current = new Set<string>();
  #previous = new Set<string>();
  #currentSinceMs = Number.NEGATIVE_INFINITY;

  /**
   * @param windowMs how long each is remembered at least
   * @param max how many at most in each of the two generations
   */
  constructor(windowMs: number, max: number) {
    this.#windowMs = windowMs;
    this.#max = max;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** Whether it is remembered. */
  has(nonce: string): boolean {
    return this.#current.has(nonce) || this.#previous.has(nonce);
  }

  /**
   * Remembers a nonce.
   *
   * @returns `full` when there is no room: then it is not remembered and must not be accepted
   */
  add(nonce: string, nowMs: number): "new" | "seen" | "full" {
    if (nowMs >= this.#currentSinceMs + this.#windowMs) {
      const isOld = nowMs >= this.#currentSinceMs + 2 * this.#windowMs;
      this.#previous = isOld ? new Set() : this.#current;
      this.#current = new Set();
      this.#currentSinceMs = nowMs;
    }
    if (this.has(nonce)) return "seen";
    if (this.#current.size >= this.#max) return "full";
    this.#current.add(nonce);
    return "new";
  }
}
