/**
 * Closing rounds: what was worked and what was won since the last split, handed to the scheme
 * once per round.
 */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import type { Attribution, AttributionScheme, Work } from "./attribution/scheme.js";

export interface RoundBookOptions {
  readonly scheme: AttributionScheme;
  /** The operator's part, 0 … 1, unless {@link RoundBook.close} is told another. @default 0 */
  readonly commission?: Rational | undefined;
}

/**
 * The open round of a pool. Under a scheme that splits income, a round without a winning ticket
 * pays nothing and its work counts at the next win; under one that splits fees, every round pays.
 */
export class RoundBook {
  readonly #options: RoundBookOptions;
  #works = new Map<string, Work>();
  /** Works of the rounds before that a window still holds, oldest first. */
  #earlier: (readonly Work[])[] = [];
  #wonWei = 0n;
  #lastClosed: number | null = null;

  constructor(options: RoundBookOptions) {
    this.#options = options;
  }

  /** Adds work: jobs, or sums of jobs. */
  record(work: Work): void {
    const known = this.#works.get(work.worker);
    this.#works.set(
      work.worker,
      known === undefined
        ? work
        : {
            worker: work.worker,
            feesWei: known.feesWei + work.feesWei,
            durationMs: known.durationMs + work.durationMs,
            pixels: known.pixels + work.pixels,
            renditions: known.renditions + work.renditions,
          },
    );
  }

  /** A ticket won: its face value is income when the round closes. */
  ticketWon(faceValueWei: bigint): void {
    this.#wonWei += faceValueWei;
  }

  /**
   * Closes a round: once each, in order.
   *
   * @param commission the operator's part then. @default the options'
   * @returns what everyone gets, null if nothing is attributed
   * @throws InputError (`ROUND_CLOSED`) for a round that is not after the last one closed
   */
  close(round: number, commission = this.#options.commission ?? Rational.ZERO): Attribution | null {
    if (this.#lastClosed !== null && round <= this.#lastClosed) {
      throw new InputError(`round ${round} was closed already, the last was ${this.#lastClosed}`, {
        code: "ROUND_CLOSED",
      });
    }
    this.#lastClosed = round;
    const { scheme } = this.#options;
    const { windowRounds } = scheme;
    const works = [...this.#earlier.flat(), ...this.#works.values()];
    if (windowRounds !== undefined) {
      const kept = [...this.#earlier, [...this.#works.values()]];
      this.#earlier = windowRounds === 1 ? [] : kept.slice(-(windowRounds - 1));
      this.#works = new Map();
    }
    const nothing = scheme.basis === "income" ? this.#wonWei === 0n : works.length === 0;
    if (nothing) return null;
    const incomeWei = this.#wonWei;
    this.#works = new Map();
    this.#wonWei = 0n;
    return scheme.attribute({ works, incomeWei, commission });
  }
}
