/**
 * AI fees of the pool and what of them its books see: events tell prices in whole wei per
 * unit (E-11), and nothing of live video (E-16). The rest comes in all the same, and is nobody's.
 */
import { Rational } from "../../core/rational.js";
import type { AIBooks, AITotals } from "../model/money/ai-books.js";
import type { Money } from "../model/money/money.js";
import type { Run } from "../model/run.js";
import type { AIWorld } from "./ai-world.js";
import type { AIJobSlot } from "./entities.js";

/** What the pool's nodes ask for a unit of each kind; null: nothing. */
function poolPrices(ai: AIWorld): readonly (Rational | null)[] {
  const place = ai.places.find((one) => one !== null && one.own === null) ?? null;
  return ai.kinds.map(({ index }) => place?.prices[index]?.rational ?? null);
}

/** What events say that a unit of each kind costs, wei (E-11). */
export function bookedPrices(ai: AIWorld | null): readonly Rational[] {
  if (ai === null) return [];
  return poolPrices(ai).map((price) => Rational.of(price?.floor() ?? 0n));
}

/** The pool's AI fees. */
export class AIMoney implements AIBooks {
  readonly #run: Run;
  readonly #money: Money;
  readonly #prices: readonly (Rational | null)[];
  readonly #booked: readonly Rational[];
  /** By kind: units of batch jobs that the books know. */
  readonly unitsBooked: number[];

  constructor(run: Run, ai: AIWorld, money: Money) {
    this.#run = run;
    this.#money = money;
    this.#prices = poolPrices(ai);
    this.#booked = bookedPrices(ai);
    this.unitsBooked = ai.kinds.map(() => 0);
  }

  /** A worker has done a job (E-15: whether or not the gateway gets it). */
  worked(job: AIJobSlot, nowMs: number): void {
    const kind = job.spec?.index ?? -1;
    this.unitsBooked[kind] = (this.unitsBooked[kind] ?? 0) + job.units;
    this.#money.workedAI(job.worker, job.units, nowMs - job.sentMs, kind);
  }

  /** All fees of the pool until now, exact: what its units are worth at its prices. */
  feesWei(): Rational {
    const { counters, world } = this.#run;
    return this.#sum((kind) => {
      const job = counters.ai?.jobs[kind];
      const units = (this.unitsBooked[kind] ?? 0) + (job?.liveUnits[world.pool] ?? 0);
      return this.#prices[kind]?.mul(Rational.of(BigInt(units))) ?? Rational.ZERO;
    });
  }

  /** Fees of which no event tells: of live video, and what prices are cut by. */
  unbookedWei(): Rational {
    const booked = this.#sum(
      (kind) =>
        this.#booked[kind]?.mul(Rational.of(BigInt(this.unitsBooked[kind] ?? 0))) ?? Rational.ZERO,
    );
    return this.feesWei().sub(booked);
  }

  /** Of {@link feesWei}, those of live video. */
  liveWei(): Rational {
    const { counters, world } = this.#run;
    return this.#sum((kind) => {
      const units = counters.ai?.jobs[kind]?.liveUnits[world.pool] ?? 0;
      return this.#prices[kind]?.mul(Rational.of(BigInt(units))) ?? Rational.ZERO;
    });
  }

  /**
   * All of it.
   *
   * @param booked units of each kind in the books
   */
  totals(booked: readonly number[]): AITotals {
    return {
      feesWei: this.feesWei(),
      unbookedWei: this.unbookedWei(),
      liveWei: this.liveWei(),
      bookedWei: this.#sum(
        (kind) => this.#booked[kind]?.mul(Rational.of(BigInt(booked[kind] ?? 0))) ?? Rational.ZERO,
      ),
      unitsBooked: this.unitsBooked,
    };
  }

  #sum(of: (kind: number) => Rational): Rational {
    return this.#prices.map((_, kind) => of(kind)).reduce((a, b) => a.add(b), Rational.ZERO);
  }
}
