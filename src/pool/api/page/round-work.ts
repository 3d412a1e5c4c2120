/** The work that each round of a pool paid for, worker by worker: why somebody got what he got. */
import { Rational } from "../../../core/rational.js";
import type { PoolSettings } from "../../books/settings.js";
import type { ClosedRound } from "../../books/store/store.js";

/** Work, in the units that schemes weigh. */
export interface WorkSum {
  jobs: number;
  durationMs: bigint;
  pixels: bigint;
  renditions: bigint;
}

/** A worker's work in a round, and everybody's, by weight. */
export interface Weighed {
  readonly own: WorkSum;
  readonly weight: Rational;
  readonly total: Rational;
}

/** How work is weighed. */
export type Weighing = Pick<PoolSettings, "weights" | "scheme">;

/** Rounds whose work is kept. */
const ROUNDS_MAX = 60;
/** Of the round that goes on. */
const OPEN = -1;

/** Work by round: events in order of arrival, rounds as they are closed. */
export class RoundWork {
  readonly #sums = new Map<number, Map<string, WorkSum>>();
  /** Closed rounds that split something, oldest first: of the others the work waits. */
  #splits: readonly ClosedRound[] = [];
  /** The first event that was told. */
  readonly #from: number;

  /** @param from sequence of the first event that will be told; work before it is not known */
  constructor(from: number) {
    this.#from = from;
  }

  /** Takes in the rounds as they are now. To be told before events that arrived after their end. */
  closed(rounds: readonly ClosedRound[]): void {
    const splits = rounds.filter(({ entrySequence }) => entrySequence !== null);
    if (splits.length === this.#splits.length) return;
    const next = splits[this.#splits.length];
    const open = this.#sums.get(OPEN);
    this.#splits = splits;
    // What was told since the split before was told before this one was made.
    if (open !== undefined && next !== undefined && this.#isWithin(next)) {
      this.#sums.delete(OPEN);
      this.#sums.set(next.round, open);
    }
    for (const { round } of splits.slice(0, -ROUNDS_MAX)) this.#sums.delete(round);
  }

  /** Somebody worked, as the event with this sequence says. */
  add(sequence: number, worker: string, work: WorkSum): void {
    const round = this.#roundOf(sequence);
    let sums = this.#sums.get(round);
    if (sums === undefined) {
      sums = new Map();
      this.#sums.set(round, sums);
    }
    const sum = sums.get(worker);
    if (sum === undefined) sums.set(worker, { ...work });
    else addTo(sum, work);
  }

  /**
   * What a worker did for a split, within the scheme's window; `null` for the round that goes on.
   *
   * @returns null: not all of it is known
   */
  of(round: number | null, worker: string, how: Weighing): Weighed | null {
    const splits = this.#splits;
    const last = round === null ? splits.length : splits.findIndex((one) => one.round === round);
    if (last < 0) return null;
    const first = Math.max(0, last - (how.scheme.windowRounds ?? 1) + 1);
    const before = splits[first - 1];
    if ((before?.lastEvent ?? -1) + 1 < this.#from || splits.length - first >= ROUNDS_MAX) {
      return null;
    }
    const own: WorkSum = { jobs: 0, durationMs: 0n, pixels: 0n, renditions: 0n };
    const all = { ...own };
    for (let index = first; index <= last; index++) {
      const sums = this.#sums.get(splits[index]?.round ?? OPEN);
      for (const [name, sum] of sums ?? []) {
        addTo(all, sum);
        if (name === worker) addTo(own, sum);
      }
    }
    return { own, weight: weightOf(own, how), total: weightOf(all, how) };
  }

  #isWithin({ lastEvent }: ClosedRound): boolean {
    return lastEvent >= this.#from;
  }

  #roundOf(sequence: number): number {
    // Most are of the round that goes on.
    const last = this.#splits.at(-1);
    if (last === undefined || sequence > last.lastEvent) return OPEN;
    return this.#splits.find(({ lastEvent }) => sequence <= lastEvent)?.round ?? OPEN;
  }
}

function addTo(sum: WorkSum, { jobs, durationMs, pixels, renditions }: WorkSum): void {
  sum.jobs += jobs;
  sum.durationMs += durationMs;
  sum.pixels += pixels;
  sum.renditions += renditions;
}

/** wd · duration + wp · pixels + wr · renditions. */
function weightOf({ durationMs, pixels, renditions }: WorkSum, { weights }: Weighing): Rational {
  return Rational.of(durationMs, 1_000n)
    .mul(weights.duration)
    .add(weights.pixels.mul(Rational.of(pixels)))
    .add(weights.renditions.mul(Rational.of(renditions)));
}
