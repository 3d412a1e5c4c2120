/**
 * A link whose transfers under way share its bandwidth equally at every instant (processor sharing).
 * Exact: with V(t) the megabits that each transfer under way has been given, a transfer of b megabits
 * that begins at t0 ends when V reaches V(t0) + b, so that the order of ends is that of these marks
 * and beginning or ending one changes nothing but the speed of V.
 */

/** A link; times are ms and do not decrease from call to call. */
export class FairLink {
  readonly #megabitsPerMs: number;
  /** Marks at which transfers end, ascending, and whose they are. */
  readonly #marks: number[] = [];
  readonly #ids: number[] = [];
  #given = 0;
  #atMs = 0;

  /** @param mbps bandwidth, Mbit/s, above 0 */
  constructor(mbps: number) {
    this.#megabitsPerMs = mbps / 1000;
  }

  /** Transfers under way. */
  get size(): number {
    return this.#marks.length;
  }

  /** When the next transfer ends if none begins before, ms; Infinity without one. */
  get nextEndMs(): number {
    const [mark] = this.#marks;
    if (mark === undefined) return Number.POSITIVE_INFINITY;
    const leftMegabits = Math.max(0, mark - this.#given);
    return this.#atMs + (leftMegabits * this.#marks.length) / this.#megabitsPerMs;
  }

  /**
   * A transfer begins.
   *
   * @param megabits its size, at least 0
   */
  begin(nowMs: number, megabits: number, id: number): void {
    this.#advance(nowMs);
    const mark = this.#given + megabits;
    let at = this.#marks.length;
    // Of equal marks the one that began first ends first.
    while (at > 0 && (this.#marks[at - 1] as number) > mark) at--;
    this.#marks.splice(at, 0, mark);
    this.#ids.splice(at, 0, id);
  }

  /** The transfer that ends now, at {@link nextEndMs}: its id. */
  end(): number {
    this.#advance(this.nextEndMs);
    this.#given = this.#marks.shift() ?? this.#given;
    return this.#ids.shift() ?? -1;
  }

  /** Breaks off one of the transfers under way: the others share what it leaves from now on. */
  breakOff(nowMs: number, id: number): void {
    this.#advance(nowMs);
    const at = this.#ids.indexOf(id);
    if (at < 0) return;
    this.#marks.splice(at, 1);
    this.#ids.splice(at, 1);
  }

  /** Breaks off all transfers. */
  clear(): void {
    this.#marks.length = 0;
    this.#ids.length = 0;
  }

  /** Ids of the transfers under way. */
  underWay(): readonly number[] {
    return this.#ids;
  }

  #advance(nowMs: number): void {
    const count = this.#marks.length;
    // An empty link begins anew, so that V stays small.
    if (count === 0) this.#given = 0;
    else this.#given += ((nowMs - this.#atMs) * this.#megabitsPerMs) / count;
    this.#atMs = nowMs;
  }
}

/**
 * When transfers end that begin at known times on a link of their own.
 *
 * @param begins when each begins, ms, in any order
 * @param megabits size of each
 * @returns when each ends, in the same order
 */
export function transferEnds(
  mbps: number,
  begins: readonly number[],
  megabits: readonly number[],
): number[] {
  const link = new FairLink(mbps);
  const order = begins.map((_, index) => index).sort((a, b) => (begins[a] ?? 0) - (begins[b] ?? 0));
  const ends = begins.map(() => 0);
  const endsUntil = (untilMs: number) => {
    while (link.nextEndMs <= untilMs) {
      const endMs = link.nextEndMs;
      if (endMs === Number.POSITIVE_INFINITY) return;
      ends[link.end()] = endMs;
    }
  };
  for (const index of order) {
    const atMs = begins[index] ?? 0;
    endsUntil(atMs);
    link.begin(atMs, megabits[index] ?? 0, index);
  }
  endsUntil(Number.POSITIVE_INFINITY);
  return ends;
}
