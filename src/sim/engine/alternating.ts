/**
 * What is on and off in turn: orchestrators and workers that are up or down, spells of slowness.
 * Periods are exponential, the state at time 0 is that of equilibrium (an alternating renewal
 * process met at a random instant). A pure function of the key and the time asked about: changes are
 * drawn as far as somebody has asked, by their number, and forgotten when they are long past.
 */
import { invariant } from "../../core/errors.js";
import { type RandomKey, uniform } from "../../core/random.js";
import { drawExponential } from "./distributions.js";

/** Changes are kept so long after the latest instant that was asked about, ms. */
const KEPT_MS = 600_000;
/** So many are forgotten at once: an even number, so that the state before the rest is the same. */
const FORGOTTEN = 64;

/** Periods on and off over a run. */
export class Alternating {
  /** Changes, ascending. */
  readonly #changes: number[] = [];
  readonly #meanOnMs: number;
  readonly #meanOffMs: number;
  readonly #key: RandomKey;
  /** The state before the first change that is kept. */
  readonly #startsOn: boolean;
  #drawn = 0;
  #lastChangeMs = 0;
  #forgottenUntilMs = 0;
  #cursor = 0;

  /**
   * @param means mean lengths of the periods, ms, above 0; Infinity for a state that is never left
   * @param key of this process alone
   */
  constructor({ onMs, offMs }: { readonly onMs: number; readonly offMs: number }, key: RandomKey) {
    this.#meanOnMs = onMs;
    this.#meanOffMs = offMs;
    this.#key = key;
    const share =
      onMs === Number.POSITIVE_INFINITY
        ? 1
        : offMs === Number.POSITIVE_INFINITY
          ? 0
          : onMs / (onMs + offMs);
    this.#startsOn = uniform(key.k0, key.k1, 0) < share;
    if (share === 0 || share === 1) this.#lastChangeMs = Number.POSITIVE_INFINITY;
  }

  /**
   * On for this share of time.
   *
   * @param share 0 (never) to 1 (always)
   * @param meanOffMs mean length of a period off, above 0
   */
  static withShare(share: number, meanOffMs: number, key: RandomKey): Alternating {
    if (share >= 1)
      return new Alternating({ onMs: Number.POSITIVE_INFINITY, offMs: meanOffMs }, key);
    if (share <= 0) return new Alternating({ onMs: 1, offMs: Number.POSITIVE_INFINITY }, key);
    return new Alternating({ onMs: (meanOffMs * share) / (1 - share), offMs: meanOffMs }, key);
  }

  /** Is it on at `timeMs`? Cheapest when asked for times near each other; not for the long past. */
  isOn(timeMs: number): boolean {
    this.#moveTo(timeMs);
    return (this.#cursor & 1) === 0 ? this.#startsOn : !this.#startsOn;
  }

  /** The first change after `timeMs`, or Infinity. */
  nextChange(timeMs: number): number {
    this.#moveTo(timeMs);
    return this.#changes[this.#cursor] ?? Number.POSITIVE_INFINITY;
  }

  /** The last change that is not after `timeMs`; before the first one, a time since which there was none. */
  lastChange(timeMs: number): number {
    this.#moveTo(timeMs);
    return this.#changes[this.#cursor - 1] ?? this.#forgottenUntilMs;
  }

  /** Puts the cursor behind the last change that is not after `timeMs`. */
  #moveTo(timeMs: number): void {
    invariant(timeMs >= this.#forgottenUntilMs, "nobody asks about what is long past");
    const changes = this.#changes;
    while (this.#lastChangeMs <= timeMs) this.#draw();
    let cursor = this.#cursor;
    while (cursor < changes.length && (changes[cursor] as number) <= timeMs) cursor++;
    while (cursor > 0 && (changes[cursor - 1] as number) > timeMs) cursor--;
    this.#cursor = cursor;
    if (cursor > FORGOTTEN && (changes[FORGOTTEN - 1] as number) < timeMs - KEPT_MS) this.#forget();
  }

  #draw(): void {
    const isOn = (this.#drawn & 1) === 0 ? this.#startsOn : !this.#startsOn;
    const u = uniform(this.#key.k0, this.#key.k1, ++this.#drawn);
    this.#lastChangeMs += drawExponential(isOn ? this.#meanOnMs : this.#meanOffMs, u);
    this.#changes.push(this.#lastChangeMs);
  }

  #forget(): void {
    this.#forgottenUntilMs = this.#changes[FORGOTTEN - 1] as number;
    this.#changes.splice(0, FORGOTTEN);
    this.#cursor -= FORGOTTEN;
  }
}
