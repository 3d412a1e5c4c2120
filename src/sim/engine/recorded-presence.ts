/** Presence as it was recorded: the counterpart of `Alternating`, which draws it. */

/** When something is there. */
export interface Presence {
  /** Is it on at `timeMs`? */
  isOn(timeMs: number): boolean;
  /** The first change after `timeMs`, or Infinity. */
  nextChange(timeMs: number): number;
}

/** A time of absence, ms; `toMs` is not in it, and may be Infinity. */
export interface Absence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Somebody who is there but for some times. */
export class RecordedPresence implements Presence {
  /** Changes, ascending: away, back, away, back … */
  readonly #changes: Float64Array;

  /** @param absences in order, apart from each other, each above 0 ms */
  constructor(absences: readonly Absence[]) {
    this.#changes = Float64Array.from(absences.flatMap(({ fromMs, toMs }) => [fromMs, toMs]));
  }

  isOn(timeMs: number): boolean {
    return this.#changesUntil(timeMs) % 2 === 0;
  }

  nextChange(timeMs: number): number {
    return this.#changes[this.#changesUntil(timeMs)] ?? Number.POSITIVE_INFINITY;
  }

  /** How many changes there have been. */
  #changesUntil(timeMs: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle] as number) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
