/** Polls again and again: what fails for now is asked later and later. */

import { setTimeout as sleep } from "node:timers/promises";
import { checkNumber, TIMER_MS } from "../../../core/checks.js";
import { InputError, type PoolsimError, RemoteError } from "../../../core/errors.js";

/** How often something is done again, and who is told. */
export interface RepeatOptions<T> {
  /** Ends the polling. */
  readonly signal?: AbortSignal | undefined;
  /** Pause between polls, ms. @default 60000 */
  readonly intervalMs?: number | undefined;
  /** Longest pause after failures, ms; it doubles with each. @default 900000 */
  readonly maxPauseMs?: number | undefined;
  /** Is told what each poll brought. */
  readonly onPoll?: ((result: T) => void) | undefined;
  /** Is told of each failure that may pass, and after how many ms it is tried again. */
  readonly onFailure?: ((error: PoolsimError, pauseMs: number) => void) | undefined;
}

/**
 * Does something until the signal aborts. Failures that may pass only delay it.
 *
 * @throws all other failures
 */
export async function repeat<T>(
  poll: () => Promise<T>,
  { signal, intervalMs = 60_000, maxPauseMs = 900_000, onPoll, onFailure }: RepeatOptions<T>,
): Promise<void> {
  checkRepeat({ intervalMs, maxPauseMs });
  for (let failures = 0; !isAborted(signal); ) {
    let pauseMs = intervalMs;
    try {
      const result = await poll();
      failures = 0;
      onPoll?.(result);
    } catch (error) {
      if (isAborted(signal)) return;
      if (!mayPass(error)) throw error;
      pauseMs = Math.max(
        intervalMs,
        Math.min(maxPauseMs, intervalMs * 2 ** Math.min(failures, 20)),
      );
      failures++;
      onFailure?.(error, pauseMs);
    }
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

/** @throws InputError (`OPTION_INVALID`) for pauses that would be none */
export function checkRepeat({
  intervalMs,
  maxPauseMs,
}: Pick<RepeatOptions<unknown>, "intervalMs" | "maxPauseMs">): void {
  checkNumber({ intervalMs, maxPauseMs }, TIMER_MS);
}

/** Servers that are down, files that can't be read now, books that another process writes. */
function mayPass(error: unknown): error is PoolsimError {
  if (error instanceof InputError) return error.code.startsWith("FILE_");
  if (!(error instanceof RemoteError)) return false;
  return /^(?:EVENTS|BUCKET)_|^SQLITE_(?:BUSY|LOCKED)/.test(error.code);
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
