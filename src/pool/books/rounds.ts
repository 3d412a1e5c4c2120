/**
 * Closing rounds, the one place that says which work a split pays and when work or income waits:
 * events in (work, wins, closes), postings out. The books drive it with the jobs of their store
 * (close-round.ts), `compare-schemes` with jobs by time, the simulator with its workers' sums.
 */
import type { Rational } from "../../core/rational.js";
import type { Account } from "./accounts.js";
import { attributionPostings } from "./attribution/postings.js";
import type { Attribution, AttributionScheme, Work } from "./attribution/scheme.js";
import type { Posting } from "./ledger.js";

/** A job, or a sum of jobs, and where it stands in the order of all work. */
export interface PlacedWork extends Omit<Work, "worker"> {
  /** Counts up in order of arrival, from 0. Works of the same place are added up. */
  readonly place: number;
  /** null: nobody knows yet; the work counts at the first close at which its worker is known. */
  readonly worker: string | null;
}

/** Where the next split goes on: all that outlives a close. */
export interface RoundState {
  /** The last places that recent closes counted, oldest first: as many as the scheme looks back. */
  readonly boundaries: readonly number[];
  /** Places of works whose worker was not known when the works around them were paid. */
  readonly carried: readonly number[];
}

/** What closing a round depends on beside the work and the income. */
export interface CloseTerms {
  /** The last place that there is: work after it belongs to the next round. */
  readonly end: number;
  /** The operator's part, 0 … 1; asked for only where there is something to split. */
  readonly commission: () => Rational;
  /** The delegators' part of what is split, 0 … 1. @default 0 */
  readonly feeShare?: Rational | undefined;
  /** The account of what a worker is owed. */
  readonly pendingOf: (worker: string) => Account;
}

/** What a close came to. */
export interface RoundSplit {
  /** Split now; 0 if nothing was. */
  readonly incomeWei: bigint;
  /** Who got it: together `incomeWei`, nothing of it unattributed. */
  readonly attribution: Attribution;
  /** From `feesEarned` to whoever earned it; none if nothing was split. */
  readonly postings: readonly Posting[];
}

const NOTHING: Attribution = { shares: [], commissionWei: 0n, unattributedWei: 0n };
const START: RoundState = { boundaries: [], carried: [] };

/** A stretch of places between two closes: after `from`, up to `to`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

interface Sum {
  readonly place: number;
  readonly work: Work;
}

/**
 * The open round of a pool.
 *
 * A scheme that splits income pays when there is income and somebody's work to pay for. Without
 * income the work waits, without work the income waits, whichever comes first. One that splits
 * fees pays all work at every close; wins mean nothing to it.
 */
export class RoundCore {
  readonly #scheme: AttributionScheme;
  #state: RoundState;
  #incomeWei = 0n;
  /** By stretch and worker. */
  #sums = new Map<string, Sum>();
  readonly #unknown = new Set<number>();
  #carried: ReadonlySet<number>;
  #stretch: Stretch | null = null;

  /** @param state where an earlier core stopped; its works have to be told again, see `from` */
  constructor(scheme: AttributionScheme, state: RoundState = START) {
    this.#scheme = scheme;
    this.#state = state;
    this.#carried = new Set(state.carried);
  }

  /** All that the core remembers, to go on from later. */
  get state(): RoundState {
    return this.#state;
  }

  /** Income that waits to be split, wei. */
  get waitingWei(): bigint {
    return this.#incomeWei;
  }

  /** Work after this place counts at the next close, and carried work at or before it. */
  get from(): number {
    return this.#state.boundaries.at(-(this.#scheme.windowRounds ?? 1)) ?? -1;
  }

  /** Carried places that {@link from} does not include anyway. */
  get carried(): readonly number[] {
    const { from } = this;
    return this.#state.carried.filter((place) => place <= from);
  }

  /** Somebody worked. What a close paid for good counts no more, and is left out. */
  work({ place, worker, ...amounts }: PlacedWork): void {
    if (place <= this.from && !this.#carried.has(place)) return;
    if (worker === null) {
      this.#unknown.add(place);
      return;
    }
    this.#unknown.delete(place);
    const key = `${this.#stretchOf(place).to} ${worker}`;
    const known = this.#sums.get(key);
    const work = known === undefined ? { worker, ...amounts } : added(known.work, amounts);
    this.#sums.set(key, { place: Math.max(place, known?.place ?? place), work });
  }

  /** Something came in to split, e.g. a winning ticket's face value. */
  won(wei: bigint): void {
    if (this.#scheme.basis === "income") this.#incomeWei += wei;
  }

  /** Closes the round: pays what can be paid, and moves on. */
  close({ end, commission, feeShare, pendingOf }: CloseTerms): RoundSplit {
    const { basis, windowRounds } = this.#scheme;
    const works = [...this.#sums.values()].map(({ work }) => work);
    const incomeWei =
      basis === "income" ? this.#incomeWei : works.reduce((sum, { feesWei }) => sum + feesWei, 0n);
    const isPaying = basis === "income" ? incomeWei > 0n : works.length > 0;
    const attribution = isPaying
      ? this.#scheme.attribute({ works, incomeWei, commission: commission() })
      : NOTHING;
    // Nobody worked: the income waits for somebody who does.
    const isSplit = isPaying && attribution.unattributedWei === 0n;
    if (windowRounds !== undefined) {
      const boundaries = [...this.#state.boundaries, end].slice(-windowRounds);
      this.#moveOn({ ...this.#state, boundaries });
    } else if (isPaying && works.length > 0) {
      this.#moveOn({ boundaries: [end], carried: [...this.#unknown] });
    }
    if (!isSplit) return { incomeWei: 0n, attribution: NOTHING, postings: [] };
    this.#incomeWei = 0n;
    const postings = attributionPostings(attribution, { pendingOf, feeShare });
    return { incomeWei, attribution, postings };
  }

  /** Forgets what counts no more; what still does keeps its stretch. */
  #moveOn(state: RoundState): void {
    this.#state = state;
    this.#carried = new Set(state.carried);
    this.#stretch = null;
    const sums = [...this.#sums.values()].filter(({ place }) => place > this.from);
    this.#sums = new Map(sums.map((sum) => [this.#keyOf(sum), sum]));
    for (const place of this.#unknown) {
      if (place <= this.from && !this.#carried.has(place)) this.#unknown.delete(place);
    }
  }

  #keyOf({ place, work }: Sum): string {
    return `${this.#stretchOf(place).to} ${work.worker}`;
  }

  /** Works of one stretch leave a window together, so that their sum is enough. */
  #stretchOf(place: number): Stretch {
    const last = this.#stretch;
    if (last !== null && place > last.from && place <= last.to) return last;
    const { boundaries } = this.#state;
    const index = boundaries.findIndex((boundary) => place <= boundary);
    const at = index === -1 ? boundaries.length : index;
    this.#stretch = {
      from: boundaries[at - 1] ?? Number.NEGATIVE_INFINITY,
      to: boundaries[at] ?? Number.POSITIVE_INFINITY,
    };
    return this.#stretch;
  }
}

function added(sum: Work, more: Omit<Work, "worker">): Work {
  return {
    worker: sum.worker,
    feesWei: sum.feesWei + more.feesWei,
    durationMs: sum.durationMs + more.durationMs,
    pixels: sum.pixels + more.pixels,
    renditions: sum.renditions + more.renditions,
  };
}
