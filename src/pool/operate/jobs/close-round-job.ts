/** The job `close-round`: splits what tickets brought, once the chain's round is over. */
import { InputError } from "../../../core/errors.js";
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
 * @throws InputError (`ROUND_CLOSED`) where a round was closed that the chain has not reached
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
  const current = await currentRound(signal);
  const round = current - 1;
  const last = store.rounds.last();
  if (last !== null && last.round > current) {
    throw new InputError(
      `round ${last.round} is closed, and the chain is in round ${current}: nothing is split by itself before the ` +
        `chain is past it; expected that an operator looks (poolsim pool rounds --close ${last.round + 1} splits by hand)`,
      { code: "ROUND_CLOSED" },
    );
  }
  if (last !== null && last.round >= round) {
    say(`round ${round} is closed already`);
    return { closed: 0 };
  }
  const { incomeWei, sharedWei, commissionWei } = closeRound(store, { round, nowMs: now() });
  say(`round ${round}: ${incomeWei} wei, ${sharedWei} to workers, ${commissionWei} commission`);
  return { closed: 1, round };
}
