/** The time that the live shell runs on: the machine's, or a test's own. */
export interface Clock {
  /** Ms from any origin; never goes back. */
  now(): number;
  /**
   * Calls back once it is `atMs`.
   *
   * @param atMs of {@link now}'s time; at most some days ahead
   * @returns takes it back
   */
  wake(atMs: number, callback: () => void): () => void;
}

/** The machine's. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wake(atMs, callback) {
    // Timers may fire a fraction of a millisecond early.
    const timer = setTimeout(callback, Math.max(0, Math.ceil(atMs - performance.now())));
    return () => clearTimeout(timer);
  },
};
