/** How fast something goes on, and how long what is left would take at that. */

/** How far back one looks. */
const WINDOW_MS = 30_000;
const SECOND_MS = 1000;

interface Noted {
  readonly done: number;
  readonly atMs: number;
}

function spanText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / SECOND_MS));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Notes what is done, and when. */
export class Pace {
  #noted: Noted[] = [];

  /** @param atMs of any clock that only goes forward */
  note(done: number, atMs: number): void {
    this.#noted.push({ done, atMs });
    this.#forget(atMs);
  }

  /** `2.4/s, 3 min left`; empty while it is not known. `total` may still grow. */
  text({ done, total }: { readonly done: number; readonly total: number }, nowMs: number): string {
    this.#forget(nowMs);
    const [first] = this.#noted;
    if (first === undefined || done <= first.done || nowMs <= first.atMs) return "";
    const perSecond = ((done - first.done) * SECOND_MS) / (nowMs - first.atMs);
    const rate =
      perSecond >= 0.1 ? `${perSecond.toFixed(1)}/s` : `${(60 * perSecond).toFixed(1)}/min`;
    return `${rate}, ${spanText((SECOND_MS * (total - done)) / perSecond)} left`;
  }

  /** One from before the window stays: where it begins. */
  #forget(nowMs: number): void {
    const from = this.#noted.findIndex(({ atMs }) => atMs >= nowMs - WINDOW_MS);
    if (from > 1) this.#noted.splice(0, from - 1);
  }
}
