/** One run of a task at a time, shared by whoever asks while it is under way. */

import { onAbort } from "../../io/on-abort.js";

/** A task that is given up when nobody waits for it any more. */
export class SharedTask<T> {
  readonly #task: (signal: AbortSignal) => Promise<T>;
  #running: { promise: Promise<T>; abort: AbortController; waiting: number } | null = null;

  /** @param task is started at most once at a time, and ends when its signal aborts */
  constructor(task: (signal: AbortSignal) => Promise<T>) {
    this.#task = task;
  }

  /**
   * Joins the run under way, or starts one.
   *
   * @param signal ends this caller's wait with the signal's reason
   * @throws whatever the task throws
   */
  async run(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#running ??= this.#start();
    const running = this.#running;
    running.waiting++;
    try {
      return await untilAborted(running.promise, signal);
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        // Whoever comes now starts anew instead of joining what is given up.
        if (this.#running === running) this.#running = null;
        running.abort.abort(signal?.reason);
      }
    }
  }

  /** Gives up the run under way: its waiters see `reason`. */
  abort(reason: unknown): void {
    this.#running?.abort.abort(reason);
  }

  #start(): { promise: Promise<T>; abort: AbortController; waiting: number } {
    const abort = new AbortController();
    const promise = this.#task(abort.signal).finally(() => {
      if (this.#running === running) this.#running = null;
    });
    // Whoever waits for the task still gets its rejection. This handler only keeps a rejection that
    // nobody waits for any more from being reported as unhandled.
    promise.catch(() => {});
    const running = { promise, abort, waiting: 0 };
    return running;
  }
}

/**
 * A promise, or the signal's reason if that comes first.
 *
 * @throws the signal's reason, or what the promise rejects with
 */
export async function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let takeBack = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    takeBack = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    takeBack();
  }
}
