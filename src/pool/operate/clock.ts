/** The time, and waiting for it: the machine's, or a test's. */
import { setTimeout as sleep } from "node:timers/promises";

/** What tells the time and waits. */
export interface Clock {
  /** The time, ms since 1970. */
  readonly now: () => number;
  /**
   * Resolves at an instant, or as soon as the signal aborts, whichever comes first.
   *
   * @param untilMs ms since 1970
   */
  readonly wait: (untilMs: number, signal: AbortSignal) => Promise<void>;
}

/** A machine that slept, or whose clock was set, is noticed after so long. */
const LOOK_MS = 30_000;

/** The machine's own clock. */
export const MACHINE_CLOCK: Clock = {
  now: () => Date.now(),
  wait: async (untilMs, signal) => {
    const ms = Math.min(LOOK_MS, Math.max(0, untilMs - Date.now()));
    await sleep(ms, undefined, { signal }).catch(() => {});
  },
};
