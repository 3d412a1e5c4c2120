/** Several sources at once: a slow or failing one keeps none of the others waiting. */
import { checkWhole } from "../../../core/checks.js";
import type { PoolsimError } from "../../../core/errors.js";
import type { PoolStore } from "../store/store.js";
import type { ImportResult } from "./import-result.js";
import { checkRepeat, repeat } from "./repeat.js";
import { type EventSource, type PollOptions, pollSource } from "./source.js";

/** How several sources are followed. */
export interface FollowSourcesOptions extends Omit<PollOptions, "isFollowed"> {
  /** Time between polls of each source. @default 60000 */
  readonly intervalMs?: number | undefined;
  /** Longest pause after failures, which doubles with each. @default 900000 */
  readonly maxPauseMs?: number | undefined;
  /** Called after each poll that worked. */
  readonly onPoll?: ((source: EventSource, result: ImportResult) => void) | undefined;
  /** Called after each poll that failed; the source is asked again later. */
  readonly onFailure?:
    | ((source: EventSource, error: PoolsimError, pauseMs: number) => void)
    | undefined;
}

/**
 * Polls each source at its own pace until the signal aborts.
 *
 * @throws what ends one of them for good, after the others stopped: InputError; RemoteError of
 *   the books (`SQLITE_…`)
 */
export async function followSources(
  sources: readonly EventSource[],
  store: PoolStore,
  {
    now,
    batchSize,
    isDistinct,
    isBesideOpening,
    onPoll,
    onFailure,
    ...options
  }: FollowSourcesOptions,
): Promise<void> {
  checkRepeat(options);
  checkWhole({ batchSize }, [1, Number.POSITIVE_INFINITY]);
  const oneEnded = new AbortController();
  const signals = [oneEnded.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const loops = sources.map(async (source) => {
    try {
      await repeat(
        () =>
          pollSource(source, store, {
            now,
            signal,
            batchSize,
            isDistinct,
            isBesideOpening,
            isFollowed: true,
          }),
        {
          ...options,
          signal,
          onPoll: (result) => onPoll?.(source, result),
          onFailure: (error, pauseMs) => onFailure?.(source, error, pauseMs),
        },
      );
    } catch (error) {
      oneEnded.abort();
      throw error;
    }
  });
  for (const outcome of await Promise.allSettled(loops)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
