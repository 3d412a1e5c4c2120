/** The last run of each job, as a schedule takes it. */
import type { RunRow } from "../../../pool/books/store/store.js";
import type { LastRun } from "../../../pool/operate/schedule.js";

/** Those that ended: of others nothing is known yet. */
export function lastRuns(runs: readonly RunRow[]): readonly LastRun[] {
  return runs.flatMap(({ job, dueMs, attempt, outcome, endedMs }) =>
    outcome === null || endedMs === null ? [] : [{ job, dueMs, attempt, outcome, endedMs }],
  );
}
