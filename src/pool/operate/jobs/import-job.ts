/** The job `import`: enters what is new at every source; one that fails keeps none of the others back. */
import { InputError, isPoolsimError, RemoteError } from "../../../core/errors.js";
import { type EventSource, pollSource } from "../../books/sources/source.js";
import type { PoolStore } from "../../books/store/store.js";
import type { JobCounts, JobRun } from "../job.js";

/**
 * Enters what is new.
 *
 * @returns events recorded, repeated and quarantined, and sources that could not be read
 * @throws RemoteError (`SOURCES_FAILED`) when a source could not be read, after all others were
 * @throws what is wrong with the books themselves
 */
export async function importOnce(
  store: PoolStore,
  sources: readonly EventSource[],
  { signal, now, say }: JobRun,
): Promise<JobCounts> {
  const counts = { recorded: 0, repeated: 0, quarantined: 0, failed: 0 };
  const failed: string[] = [];
  for (const source of sources) {
    try {
      const found = await pollSource(source, store, { now, signal, isFollowed: true });
      counts.recorded += found.recorded;
      counts.repeated += found.repeated;
      counts.quarantined += found.quarantined;
      if (found.recorded > 0) say(`${source.name}: ${found.recorded} new`);
      for (const { file, why } of found.skipped ?? []) say(`${source.name}: ${file}: ${why}`);
    } catch (error) {
      if (signal.aborted || !isOfSource(error)) throw error;
      failed.push(source.name);
      say(`${source.name}: ${error.message}`);
    }
  }
  counts.failed = failed.length;
  if (failed.length === 0) return counts;
  throw new RemoteError(
    `could not be read: ${failed.join(", ")}; ${counts.recorded} new of others`,
    {
      code: "SOURCES_FAILED",
    },
  );
}

/** Not of the books. */
function isOfSource(error: unknown): error is InputError | RemoteError {
  if (!isPoolsimError(error) || !(error instanceof InputError || error instanceof RemoteError)) {
    return false;
  }
  return !/^(?:SQLITE_|DATABASE|STORE_|COMMISSION_)/.test(error.code);
}
