/** What the pool's books need to know of AI fees. */
import type { Rational } from "../../../core/rational.js";

/** AI fees of the pool over the counted time, exact. */
export interface AITotals {
  /** What its units are worth at its prices. */
  readonly feesWei: Rational;
  /** Of it, what no event tells of (E-11, E-16): nobody's but the operator's; and that of live video. */
  readonly unbookedWei: Rational;
  readonly liveWei: Rational;
  /** What the books have, counted by themselves. */
  readonly bookedWei: Rational;
  /** By kind: units of batch jobs. */
  readonly unitsBooked: readonly number[];
}

/** Whoever counts them. */
export interface AIBooks {
  /** Fees until now of which no event tells. */
  unbookedWei(): Rational;
  /**
   * All of it.
   *
   * @param booked units of each kind of job in the books
   */
  totals(booked: readonly number[]): AITotals;
}
