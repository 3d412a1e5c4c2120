/** Time limits that end what they limit, leave no timer behind and say which of them it was. */

/**
 * Runs a task with a signal that aborts when the time is over or the outer signal does.
 *
 * @param task must end soon after its signal aborts
 * @param limit `ms` of real time, the error when it is over, and what else ends the task
 * @throws the outer signal's reason, the limit's error, or what the task throws
 */
export async function withTimeLimit<T>(
  task: (signal: AbortSignal) => Promise<T>,
  limit: { readonly ms: number; readonly error: () => Error; readonly signal: AbortSignal },
): Promise<T> {
  limit.signal.throwIfAborted();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(limit.error()), limit.ms);
  const forward = (): void => ended.abort(limit.signal.reason);
  limit.signal.addEventListener("abort", forward, { once: true });
  try {
    return await task(ended.signal);
  } catch (error) {
    // Libraries wrap the reason or replace it by an error of their own.
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener("abort", forward);
  }
}
