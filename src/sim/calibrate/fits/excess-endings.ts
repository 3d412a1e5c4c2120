/**
 * How many of each worker's sessions ended sooner than they would have elsewhere. Streams know nothing of the
 * worker that they come to: so where sessions of one are shorter than those of most, it lost them.
 */

/** A session, as far as its length tells something. */
export interface EndedSession {
  readonly lengthMs: number;
  /** Its worker left: that it was lost is known anyway. */
  readonly isCut: boolean;
}

/** Standard deviations above which a worker is shown to lose more than the others do, however many endings there are. */
export const SHOWN = 2.6;
const alwaysShown = (): number => SHOWN;

/** Cumulative hazard of ending by length (Nelson and Aalen); sessions that were cut were there until then. */
class EndingHazard {
  readonly #lengthsMs: number[] = [];
  readonly #sums: number[] = [];

  constructor(sessions: readonly EndedSession[]) {
    const sorted = [...sessions].sort((a, b) => a.lengthMs - b.lengthMs);
    let sum = 0;
    for (const [index, { lengthMs, isCut }] of sorted.entries()) {
      if (isCut) continue;
      sum += 1 / (sorted.length - index);
      this.#lengthsMs.push(lengthMs);
      this.#sums.push(sum);
    }
  }

  /** Endings that are expected of a session until a length. */
  until(lengthMs: number): number {
    let low = 0;
    let high = this.#lengthsMs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lengthsMs[middle] ?? 0) <= lengthMs) low = middle + 1;
      else high = middle;
    }
    return this.#sums[low - 1] ?? 0;
  }
}

/**
 * Endings beyond those that are expected by the sessions of all workers who do not lose more than the
 * others.
 *
 * @param byWorker sessions of each
 * @param shown standard deviations above which a worker is taken to lose more, of whom so many endings are expected
 * @returns by worker; only of those that are shown to lose more
 */
export function excessEndings(
  byWorker: ReadonlyMap<string, readonly EndedSession[]>,
  shown: (expected: number) => number = alwaysShown,
): ReadonlyMap<string, number> {
  const usual = new Set(byWorker.keys());
  for (;;) {
    const hazard = new EndingHazard([...usual].flatMap((worker) => byWorker.get(worker) ?? []));
    const found = [...byWorker].map(([worker, sessions]) => {
      const ended = sessions.filter(({ isCut }) => !isCut).length;
      const expected = sessions.reduce((sum, { lengthMs }) => sum + hazard.until(lengthMs), 0);
      const excess = ended - expected;
      const deviations = excess / Math.sqrt(Math.max(1, expected));
      return { worker, excess, beyond: deviations - shown(expected) };
    });
    const [worst] = found
      .filter(({ worker }) => usual.has(worker))
      .sort((a, b) => b.beyond - a.beyond);
    if (worst === undefined || worst.beyond <= 0 || usual.size === 1) {
      return new Map(
        found
          .filter(({ worker, excess }) => !usual.has(worker) && excess > 0)
          .map(({ worker, excess }) => [worker, excess]),
      );
    }
    usual.delete(worst.worker);
  }
}
