/** The job `close-round`: splits what tickets brought, once the chain's round is over. */
import { closeRound } from "../../books/close-round.js";
import { readSettings } from "../../books/settings.js";
import type { PoolStore } from "../../books/store/store.js";
import type { JobCounts, JobRun } from "../job.js";

/**
 * Closes the round before the one that the chain is in. What came in since the last close belongs to
 * it; books that pay each job have no rounds.
 *
 * @param currentRound the chain's round
 * @returns rounds closed: 0 or 1
 * @throws as `closeRound`, and as `currentRound`
 */
export async function closeLastRound(
  store: PoolStore,
  currentRound: (signal: AbortSignal) => Promise<number>,
  { signal, now, say }: JobRun,
): Promise<JobCounts> {
  if (readSettings(store).scheme.basis === "fees") {
    say("these books pay each job: there are no rounds to close");
    return { closed: 0 };
  }
  const round = (await currentRound(signal)) - 1;
  const last = store.rounds.last();
  if (last !== null && last.round >= round) {
    say(`round ${round} is closed already`);
    return { closed: 0 };
  }
  const { incomeWei, sharedWei, commissionWei } = closeRound(store, { round, nowMs: now() });
  say(`round ${round}: ${incomeWei} wei, ${sharedWei} to workers, ${commissionWei} commission`);
  return { closed: 1, round };
}
