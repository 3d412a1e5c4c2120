/** How fast something goes on, and how long what is left would take at that. */
import type { Progress } from "./workbench.js";

/** How far back one looks. */
const WINDOW_MS = 30_000;
const SECOND_MS = 1000;

interface Noted {
  readonly done: number;
  readonly atMs: number;
}

/** How fast it goes, and how long it still takes at that. */
export interface PaceNow {
  /** Finished in a second. */
  readonly perSecond: number;
  /** Until all that is planned so far is finished, ms. */
  readonly leftMs: number;
}

/** Notes what is done, and when. */
export class Pace {
  #noted: Noted[] = [];

  /** @param atMs of any clock that only goes forward */
  note(done: number, atMs: number): void {
    this.#noted.push({ done, atMs });
    this.#forget(atMs);
  }

  /** The pace of the last half minute; `null` while it is not known. `total` may still grow. */
  now(
    { done, total }: { readonly done: number; readonly total: number },
    nowMs: number,
  ): PaceNow | null {
    this.#forget(nowMs);
    const [first] = this.#noted;
    if (first === undefined || done <= first.done || nowMs <= first.atMs) return null;
    const perSecond = ((done - first.done) * SECOND_MS) / (nowMs - first.atMs);
    return { perSecond, leftMs: (SECOND_MS * (total - done)) / perSecond };
  }

  /** One from before the window stays: where it begins. */
  #forget(nowMs: number): void {
    const from = this.#noted.findIndex(({ atMs }) => atMs >= nowMs - WINDOW_MS);
    if (from > 1) this.#noted.splice(0, from - 1);
  }
}

/** How far an experiment is, and how long what is planned still takes. */
export interface TimedProgress extends Progress {
  /**
   * Time until all that is planned so far is finished, ms, at the pace of the last half minute; `null`
   * while it is not known. More may be planned meanwhile.
   */
  readonly leftMs: number | null;
}

/**
 * Tells of progress with the time that is left.
 *
 * @param nowMs a clock that only goes forward
 * @returns what is told of progress without it; undefined where nobody listens
 */
export function withTimeLeft(
  listener: ((progress: TimedProgress) => void) | undefined,
  nowMs: () => number,
): ((progress: Progress) => void) | undefined {
  if (listener === undefined) return undefined;
  const pace = new Pace();
  pace.note(0, nowMs());
  return (progress) => {
    const atMs = nowMs();
    pace.note(progress.done, atMs);
    listener({ ...progress, leftMs: pace.now(progress, atMs)?.leftMs ?? null });
  };
}
