/** What the schemes agree on that say which worker gets how much of the pool's income. */
import { InputError } from "../../../core/errors.js";
import { Rational } from "../../../core/rational.js";

/** A job, or the sum of several jobs of one worker. */
export interface Work {
  /** Who did it: an address, or whatever the caller tells workers apart by. */
  readonly worker: string;
  /** What the gateway owes for it. */
  readonly feesWei: bigint;
  /** Length of the source segments together, ms. */
  readonly durationMs: bigint;
  /** Pixels of all its renditions. */
  readonly pixels: bigint;
  /** How many renditions it made. */
  readonly renditions: bigint;
}

/** What a scheme splits, and among which works. */
export interface AttributionInput {
  /** The works that count. */
  readonly works: readonly Work[];
  /** What came in for all of it, e.g. the face values of the tickets won. */
  readonly incomeWei: bigint;
  /** The operator's part of what is attributed, 0 … 1. */
  readonly commission: Rational;
}

/** A worker's part. */
export interface WorkerShare {
  /** Whose share it is. */
  readonly worker: string;
  /** How much, in wei. */
  readonly wei: bigint;
}

/** The shares, the commission and what nobody earned: together the value attributed. */
export interface Attribution {
  /** By worker, ascending; each above 0. */
  readonly shares: readonly WorkerShare[];
  /** The operator's part, in wei. */
  readonly commissionWei: bigint;
  /** What nobody worked for, in wei. */
  readonly unattributedWei: bigint;
}

/**
 * A scheme: a pure function that conserves value, does not depend on the order of the works, and
 * pays nothing for nothing.
 */
export interface AttributionScheme {
  /** The scheme's name. */
  readonly name: string;
  /** What is attributed: the works' own fees, or the income, which comes by luck of tickets. */
  readonly basis: "fees" | "income";
  /**
   * The works of how many rounds count, the one that closes included, whether paid before or not.
   * @default works count from the last split on, once
   */
  readonly windowRounds?: number | undefined;
  /**
   * Splits what is attributed, to the wei. It is pure, and the order of the works does not matter.
   */
  attribute(input: AttributionInput): Attribution;
}

/** @throws InputError (`COMMISSION`) unless it is 0 … 1 */
export function checkCommission(commission: Rational): void {
  if (commission.sign() >= 0 && commission.compare(Rational.ONE) <= 0) return;
  throw new InputError(`a commission is a share of 0 … 1, not ${commission}`, {
    code: "COMMISSION",
  });
}

/** The operator's part of an amount, rounded down: the odd wei goes to the worker. */
export function commissionOf(wei: bigint, commission: Rational): bigint {
  return (wei * commission.num) / commission.den;
}

/** The shares of a table by worker, ascending, without those that got nothing. */
export function shareList(byWorker: ReadonlyMap<string, bigint>): WorkerShare[] {
  return [...byWorker]
    .filter(([, wei]) => wei > 0n)
    .map(([worker, wei]) => ({ worker, wei }))
    .sort((a, b) => (a.worker < b.worker ? -1 : 1));
}
