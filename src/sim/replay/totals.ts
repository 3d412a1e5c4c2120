/** What a worker did in the past, and in each replication of it; and how far apart the two are. */
import { studentTCritical } from "../experiment/statistics/student-t.js";
import { eth } from "../metrics/metric.js";

/** What a worker did in a run. */
export interface Played {
  readonly segments: number;
  /** ETH, at the scenario's price. */
  readonly feesEth: number;
}

/** A figure of one more replication lies in it in 95 of 100 cases, if all are of one kind. */
export interface Span95 {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A figure of the past, and of the replay under the pool's own rule. */
export interface Compared {
  readonly actual: number;
  readonly replayed: Span95;
  /** Whether the actual figure lies in the interval. */
  readonly isWithin: boolean;
}

/** A worker, or the pool. */
export interface Totals {
  readonly name: string;
  readonly address: string | null;
  readonly segments: Compared;
  readonly feesEth: Compared;
  /** Under the other rule less under its own, mean with its interval of 95 %; null: there is none. */
  readonly change: { readonly segments: Span95; readonly feesEth: Span95 } | null;
}

/** Whether an interval reaches so far that a past within it says nothing of the replay: further than all that there was. */
export function isVague({ actual, replayed: { low, high } }: Compared): boolean {
  return Number.isFinite(high - low) && high - low > 2 * actual;
}

/** Adds up replications. */
export class WorkerTotals {
  readonly name: string;
  readonly #address: string | null;
  readonly #segments: number;
  readonly #feesWei: bigint;
  readonly #own: Played[] = [];
  readonly #other: Played[] = [];

  constructor(past: {
    readonly name: string;
    readonly address: string | null;
    readonly segments: number;
    readonly feesWei: bigint;
  }) {
    this.name = past.name;
    this.#address = past.address;
    this.#segments = past.segments;
    this.#feesWei = past.feesWei;
  }

  /** All workers together. */
  static ofAll(all: readonly WorkerTotals[]): WorkerTotals {
    return new WorkerTotals({
      name: "pool",
      address: null,
      segments: all.reduce((sum, one) => sum + one.#segments, 0),
      feesWei: all.reduce((sum, one) => sum + one.#feesWei, 0n),
    });
  }

  add(own: Played, other: Played | null): void {
    this.#own.push(own);
    if (other !== null) this.#other.push(other);
  }

  /**
   * What a segment earned in the past ÷ what it earns in the scenario: prices and renditions are the
   * books', whatever the scenario says of them.
   */
  feesScale(): number {
    const segments = sumOf(this.#own, "segments");
    const played = segments === 0 ? 0 : sumOf(this.#own, "feesEth") / segments;
    const actual = this.#segments === 0 ? 0 : eth(this.#feesWei) / this.#segments;
    return played === 0 ? 0 : actual / played;
  }

  /** @param scale on fees of replications */
  result(scale: number): Totals {
    const segments = this.#own.map((one) => one.segments);
    const fees = this.#own.map(({ feesEth }) => feesEth * scale);
    const differences = (what: keyof Played) =>
      this.#other.map((one, index) => one[what] - (this.#own[index]?.[what] ?? 0));
    return {
      name: this.name,
      address: this.#address,
      segments: compared(this.#segments, segments),
      feesEth: compared(eth(this.#feesWei), fees),
      change:
        this.#other.length === 0
          ? null
          : {
              segments: spanOf(differences("segments"), 0),
              feesEth: spanOf(
                differences("feesEth").map((value) => value * scale),
                0,
              ),
            },
    };
  }
}

function sumOf(all: readonly Played[], what: keyof Played): number {
  return all.reduce((sum, one) => sum + one[what], 0);
}

function compared(actual: number, values: readonly number[]): Compared {
  const replayed = spanOf(values, 1);
  return { actual, replayed, isWithin: actual >= replayed.low && actual <= replayed.high };
}

/** @param more 1: of one more value; 0: of the mean */
function spanOf(values: readonly number[], more: 0 | 1): Span95 {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half =
    studentTCritical({ degreesOfFreedom: count - 1 }) * Math.sqrt(variance * (more + 1 / count));
  return { mean, low: mean - half, high: mean + half };
}
