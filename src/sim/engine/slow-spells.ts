/**
 * Slowness that lasts: spells in which everything takes longer, for minutes, with quiet in between.
 * Independent noise per segment cannot stand for them: 500 segments of a stream meet each of its
 * values, but most streams meet no spell at all.
 */
import type { RandomKey } from "../../core/random.js";
import { Alternating } from "./alternating.js";

/** When spells come and what they do. */
export interface SpellSettings {
  /** Mean time between two spells, ms, above 0. */
  readonly every: number;
  /** Mean length of a spell, ms; 0 for none. */
  readonly length: number;
  /** By how much longer times are in a spell: 0.5 is half as long again; 0 for none. */
  readonly extra: number;
}

/** The factor on the times of one worker or orchestrator; its mean over time is 1. */
export class SlowSpells {
  readonly #spells: Alternating | null;
  readonly #quiet: number;
  readonly #slow: number;

  /** @param key of these spells alone */
  constructor({ every, length, extra }: SpellSettings, key: RandomKey) {
    const isNone = length === 0 || extra === 0;
    this.#spells = isNone ? null : new Alternating({ onMs: length, offMs: every }, key);
    this.#quiet = isNone ? 1 : 1 / (1 + (extra * length) / (length + every));
    this.#slow = this.#quiet * (1 + extra);
  }

  /** By how much longer or shorter times are than their mean at `timeMs`. */
  factorAt(timeMs: number): number {
    if (this.#spells === null) return 1;
    return this.#spells.isOn(timeMs) ? this.#slow : this.#quiet;
  }

  /** The largest factor that there is. */
  get mostFactor(): number {
    return this.#spells === null ? 1 : Math.max(this.#quiet, this.#slow);
  }

  /** Until when {@link factorAt} is what it is at `timeMs`. */
  sameUntilMs(timeMs: number): number {
    return this.#spells?.nextChange(timeMs) ?? Number.POSITIVE_INFINITY;
  }
}
