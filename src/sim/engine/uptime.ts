/** When something is up: alternating exponential periods, drawn ahead for a whole run. */
import { type RandomKey, uniform } from "../../core/random.js";
import { drawExponential } from "./distributions.js";

/** Up and down periods over a run; starts in equilibrium. */
export class Uptime {
  readonly #toggles: number[] = [];
  readonly #startsUp: boolean;
  #cursor = 0;

  /**
   * @param availability share of time up, 0 to 1
   * @param meanDownMs mean length of a down period, above 0
   * @param untilMs end of the run
   */
  constructor(availability: number, meanDownMs: number, untilMs: number, key: RandomKey) {
    this.#startsUp = uniform(key.k0, key.k1, 0) < availability;
    if (availability <= 0 || availability >= 1) return;
    const meanUpMs = (meanDownMs * availability) / (1 - availability);
    let up = this.#startsUp;
    for (let time = 0, index = 1; time < untilMs; index++) {
      time += drawExponential(up ? meanUpMs : meanDownMs, uniform(key.k0, key.k1, index));
      this.#toggles.push(time);
      up = !up;
    }
  }

  /** Is it up at `timeMs`? Cheapest when asked for times near each other. */
  isUp(timeMs: number): boolean {
    const toggles = this.#toggles;
    let cursor = this.#cursor;
    while (cursor < toggles.length && (toggles[cursor] as number) <= timeMs) cursor++;
    while (cursor > 0 && (toggles[cursor - 1] as number) > timeMs) cursor--;
    this.#cursor = cursor;
    return (cursor & 1) === 0 ? this.#startsUp : !this.#startsUp;
  }

  /** The first change after `timeMs`, or Infinity. */
  nextChange(timeMs: number): number {
    this.isUp(timeMs);
    return this.#toggles[this.#cursor] ?? Number.POSITIVE_INFINITY;
  }
}
