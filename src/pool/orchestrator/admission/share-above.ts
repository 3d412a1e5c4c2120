/**
 * Whether more than a given share of the latest values lies above a limit: a quantile's side of
 * a limit without keeping the values. Older values fade: at `window` values all counts are halved.
 */
export class ShareAbove {
  readonly #limits: Float64Array;
  readonly #above: Float64Array;
  readonly #window: number;
  #count = 0;

  constructor(limits: Float64Array, window: number) {
    this.#limits = limits;
    this.#above = new Float64Array(limits.length);
    this.#window = window;
  }

  /** Values counted, faded ones in part. */
  get count(): number {
    return this.#count;
  }

  record(value: number): void {
    if (this.#count >= this.#window) {
      this.#count /= 2;
      for (let index = 0; index < this.#above.length; index++) {
        this.#above[index] = (this.#above[index] ?? 0) / 2;
      }
    }
    this.#count++;
    for (let index = 0; index < this.#above.length; index++) {
      if (value > (this.#limits[index] ?? 0)) this.#above[index] = (this.#above[index] ?? 0) + 1;
    }
  }

  /** Share of the values above the limit of that index; 0 without values. */
  share(index: number): number {
    return this.#count === 0 ? 0 : (this.#above[index] ?? 0) / this.#count;
  }
}
